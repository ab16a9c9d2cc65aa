// SEARCH (RFC 3501 §6.4.4).
#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <vector>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/search_matcher.h"

namespace portreeve::imap {
namespace {

// So many messages are looked at on the loop itself when memory knows all that is asked.
constexpr std::uint32_t kInPlace = 2'000;
// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
// Messages that memory doesn't decide are read so many at a time: 2 MiB of them at most.
constexpr std::size_t kBatch = 128;

struct Progress {
  std::uint32_t next = 1;
  std::vector<std::uint32_t> found;
  bool has_missed = false;
  std::optional<store::Error> error;
};

using Candidate = SearchMatcher::Candidate;
using Verdict = SearchMatcher::Verdict;

// All that don't fail by what memory knows, until enough of them are open.
std::vector<Candidate> gather(const SearchMatcher& matcher, const store::Snapshot& messages, std::uint32_t& next) {
  std::vector<Candidate> candidates;
  std::size_t open = 0;
  for (; next <= messages.exists() && open < kBatch && candidates.size() < 32 * kBatch; ++next) {
    const store::Message& message = messages.at(next);
    const Verdict verdict = matcher.judge(next, message);
    if (verdict == Verdict::no) continue;
    candidates.push_back({.sequence = next, .message = &message, .verdict = verdict});
    if (verdict == Verdict::open) ++open;
  }
  return candidates;
}

// Goes on for a turn, or to the end.
void search(const SearchMatcher& matcher, const store::Snapshot& messages, Numbers numbers, Progress& progress) {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  while (progress.next <= messages.exists() && std::chrono::steady_clock::now() < until) {
    std::vector<Candidate> candidates = gather(matcher, messages, progress.next);
    std::vector<Candidate> open;
    std::ranges::copy_if(candidates, std::back_inserter(open),
                         [](const Candidate& c) { return c.verdict == Verdict::open; });
    if (!open.empty()) {
      if (const auto done = matcher.decide(open); !done) {
        progress.error = done.error();
        return;
      }
    }
    auto decided = open.begin();
    for (Candidate& candidate : candidates) {
      if (candidate.verdict == Verdict::open) candidate = *decided++;
      if (candidate.is_gone) progress.has_missed = true;
      if (candidate.verdict == Verdict::yes)
        progress.found.push_back(numbers == Numbers::uid ? candidate.message->uid : candidate.sequence);
    }
  }
}

bool is_known_charset(std::string_view charset) {
  return charset.empty() || charset == "UTF-8" || charset == "US-ASCII" || charset == "UTF8" || charset == "ASCII";
}

}  // namespace

async::Task<Reply> handle(Context& context, const Search& command, Numbers numbers) {
  if (!is_known_charset(command.charset)) co_return Reply::no("Unknown charset", "BADCHARSET (UTF-8 US-ASCII)");

  const View& view = *context.selected->view;
  const store::Snapshot& messages = view.messages();
  const SearchMatcher matcher(context.services.store, view, command.key);
  Progress progress;
  const auto work = [&] { search(matcher, messages, numbers, progress); };
  while (progress.next <= messages.exists() && !progress.error) {
    if (matcher.needs_store() || messages.exists() > kInPlace) {
      co_await async::offload(context.services.readers, context.loop(), work);
    } else {
      work();
    }
    if (context.stream().is_stop_requested()) {
      context.end(kStopping);
      co_return Reply::no("Going down");
    }
  }
  if (progress.error) co_return failure(context, "Cannot search", *progress.error);
  write_search(context.out(), progress.found);
  if (progress.has_missed) co_return Reply::ok("Found, save in messages that are gone", "EXPUNGEISSUED");
  co_return Reply::ok("Found");
}

}  // namespace portreeve::imap
