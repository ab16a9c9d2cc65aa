// SEARCH (RFC 3501 §6.4.4).
#include <chrono>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/search_matcher.h"

namespace portreeve::imap {
namespace {

// So many messages are looked at on the loop itself when memory knows all that is asked.
constexpr std::uint32_t kInPlace = 2'000;
// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
constexpr std::uint32_t kClockEvery = 16;

struct Progress {
  std::uint32_t next = 1;
  std::vector<std::uint32_t> found;
  bool has_missed = false;
  std::optional<store::Error> error;
};

// Goes on for a turn, or to the end.
void search(const SearchMatcher& matcher, const store::Snapshot& messages, Numbers numbers, Progress& progress) {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  const std::uint32_t exists = messages.exists();
  for (; progress.next <= exists && !progress.error; ++progress.next) {
    const store::Message& message = messages.at(progress.next);
    const auto is_match = matcher.matches(progress.next, message);
    if (is_match) {
      if (*is_match) progress.found.push_back(numbers == Numbers::uid ? message.uid : progress.next);
    } else if (is_match.error().code == store::Errc::not_found) {
      progress.has_missed = true;
    } else {
      progress.error = is_match.error();
    }
    if (progress.next % kClockEvery == 0 && std::chrono::steady_clock::now() >= until) {
      ++progress.next;
      return;
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
