#include "protocols/imap/find_messages.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "core/mime/charset.h"
#include "protocols/imap/saved_result.h"
#include "protocols/imap/search_matcher.h"
#include "protocols/imap/sync.h"
#include "protocols/imap/turns.h"

namespace portreeve::imap {
namespace {

// So many messages are looked at on the loop itself when memory knows all that is asked.
constexpr std::uint32_t kInPlace = 2'000;
// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
// Messages that memory doesn't decide are read so many at a time: 2 MiB of them at most.
constexpr std::size_t kBatch = 128;
// Who wants one message needs few, but for a rare one many.
constexpr std::size_t kFirstBatch = 16;

using Candidate = SearchMatcher::Candidate;
using Verdict = SearchMatcher::Verdict;

// One way through a view, from its beginning or its end.
class Walk {
 public:
  Walk(const SearchMatcher& matcher, const store::Snapshot& messages, bool is_backward, bool stops_at_one)
      : matcher_(matcher),
        messages_(messages),
        is_backward_(is_backward),
        stops_at_one_(stops_at_one),
        batch_(stops_at_one ? kFirstBatch : kBatch) {}

  std::uint32_t steps() const { return steps_; }
  std::uint32_t total() const { return messages_.exists(); }
  bool is_done() const { return steps_ == messages_.exists() || (stops_at_one_ && !found_.empty()); }
  // Goes on for a turn, or to the end.
  store::Result<> go_on() {
    const auto until = std::chrono::steady_clock::now() + kTurn;
    while (!is_done() && std::chrono::steady_clock::now() < until) {
      if (const auto done = look_at_some(); !done) return done;
    }
    return {};
  }
  std::vector<std::uint32_t>& found() { return found_; }
  bool has_missed() const { return has_missed_; }

 private:
  // All that don't fail by what memory knows, until enough of them are open.
  std::vector<Candidate> gather() {
    std::vector<Candidate> candidates;
    std::size_t open = 0;
    std::size_t most = 64 * batch_;
    while (steps_ < messages_.exists() && open < batch_ && most-- > 0) {
      ++steps_;
      const std::uint32_t sequence = is_backward_ ? messages_.exists() + 1 - steps_ : steps_;
      const store::Message& message = messages_.at(sequence);
      const Verdict verdict = matcher_.judge(sequence, message);
      if (verdict == Verdict::no) continue;
      candidates.push_back({.sequence = sequence, .message = &message, .verdict = verdict});
      if (verdict == Verdict::open) ++open;
      if (stops_at_one_ && verdict == Verdict::yes) break;
    }
    batch_ = std::min(2 * batch_, kBatch);
    return candidates;
  }

  store::Result<> look_at_some() {
    std::vector<Candidate> candidates = gather();
    std::vector<Candidate> open;
    std::ranges::copy_if(candidates, std::back_inserter(open),
                         [](const Candidate& c) { return c.verdict == Verdict::open; });
    if (!open.empty()) {
      if (const auto done = matcher_.decide(open); !done) return done;
    }
    auto decided = open.begin();
    for (Candidate& candidate : candidates) {
      if (candidate.verdict == Verdict::open) candidate = *decided++;
      if (candidate.is_gone) has_missed_ = true;
      if (candidate.verdict != Verdict::yes) continue;
      found_.push_back(candidate.sequence);
      if (stops_at_one_) break;
    }
    return {};
  }

  const SearchMatcher& matcher_;
  const store::Snapshot& messages_;
  const bool is_backward_;
  const bool stops_at_one_;
  std::size_t batch_;
  std::uint32_t steps_ = 0;
  std::vector<std::uint32_t> found_;
  bool has_missed_ = false;
};

bool is_utf8(std::string_view charset) {
  return charset.empty() || charset == "UTF-8" || charset == "US-ASCII" || charset == "UTF8" || charset == "ASCII";
}

// Precondition: the charset is a known one.
void make_utf8(SearchKey& key, const std::string& charset) {
  std::visit(
      [&](auto& test) {
        if constexpr (requires { test.text; }) test.text = *mime::to_utf8(charset, test.text, 4 * test.text.size());
        if constexpr (requires { test.keys; }) {
          for (SearchKey& child : test.keys) make_utf8(child, charset);
        }
      },
      key.test);
}

bool tests_mod_seq(const SearchKey& key) {
  return std::visit(
      [](const auto& test) {
        if constexpr (requires { test.keys; }) return std::ranges::any_of(test.keys, tests_mod_seq);
        return std::is_same_v<std::decay_t<decltype(test)>, SearchModSeq>;
      },
      key.test);
}

// Precondition: there are some.
store::ModSeq highest_mod_seq(std::span<const std::uint32_t> sequences, const store::Snapshot& messages) {
  return std::ranges::max(sequences |
                          std::views::transform([&](std::uint32_t each) { return messages.at(each).mod_seq; }));
}

std::vector<std::uint32_t> as_numbers(std::vector<std::uint32_t> sequences, Numbers numbers,
                                      const store::Snapshot& messages) {
  if (numbers == Numbers::uid) {
    for (std::uint32_t& number : sequences) number = messages.at(number).uid;
  }
  return sequences;
}

// The key with its texts in UTF-8; nothing if the charset is unknown.
std::optional<SearchKey> in_utf8(SearchKey key, const std::string& charset) {
  if (!mime::to_utf8(charset, "", 1)) return std::nullopt;
  make_utf8(key, charset);
  return key;
}

}  // namespace

async::Task<std::expected<Found, Reply>> find_messages(Context& context, const std::string& charset,
                                                       const SearchKey& key, Wanted wanted) {
  std::optional<SearchKey> converted;
  if (!is_utf8(charset)) {
    converted = in_utf8(key, charset);
    if (!converted) co_return std::unexpected(Reply::no("Unknown charset", "BADCHARSET (UTF-8 US-ASCII)"));
  }

  const View& view = *context.selected->view;
  const store::Snapshot& messages = view.messages();
  const SearchMatcher matcher(context.services.store, view, converted ? *converted : key, std::time(nullptr));
  const bool is_offloaded = matcher.needs_store() || messages.exists() > kInPlace;

  Found found{.names_mod_seq = tests_mod_seq(key)};
  if (found.names_mod_seq) enable_condstore(context);
  if (wanted != Wanted::last) {
    Walk walk(matcher, messages, false, wanted != Wanted::all);
    if (auto refusal = co_await take_turns(context, walk, is_offloaded, "Cannot search"))
      co_return std::unexpected(std::move(*refusal));
    found.sequences = std::move(walk.found());
    found.has_missed = walk.has_missed();
  }
  if (wanted == Wanted::last || (wanted == Wanted::first_and_last && !found.sequences.empty())) {
    Walk walk(matcher, messages, true, true);
    if (auto refusal = co_await take_turns(context, walk, is_offloaded, "Cannot search"))
      co_return std::unexpected(std::move(*refusal));
    found.has_missed |= walk.has_missed();
    for (const std::uint32_t last : walk.found()) {
      if (found.sequences.empty() || found.sequences.back() != last) found.sequences.push_back(last);
    }
  }
  co_return found;
}

Reply found_reply(bool has_missed) {
  if (has_missed) return Reply::ok("Found, save in messages that are gone", "EXPUNGEISSUED");
  return Reply::ok("Found");
}

void tell_found(Context& context, Found found, const std::optional<SearchReturn>& returns, Numbers numbers,
                PlainWriter write_plain) {
  Selected& selected = *context.selected;
  const store::Snapshot& messages = selected.view->messages();
  std::optional<store::ModSeq> mod_seq;
  if (!returns) {
    if (found.names_mod_seq && !found.sequences.empty()) mod_seq = highest_mod_seq(found.sequences, messages);
    write_plain(context.out(), as_numbers(std::move(found.sequences), numbers, messages), mod_seq);
    return;
  }
  if (returns->is_saved || found.names_mod_seq) {
    const auto meant = meant_by(*returns, found.sequences);
    if (returns->is_saved) selected.saved = saved_uids(meant, messages);
    if (found.names_mod_seq && !meant.empty()) mod_seq = highest_mod_seq(meant, messages);
  }
  if (!returns->tells()) return;
  const auto told = as_numbers(std::move(found.sequences), numbers, messages);
  write_esearch(context.out(), context.tag, numbers == Numbers::uid, *returns, told, mod_seq);
}

}  // namespace portreeve::imap
