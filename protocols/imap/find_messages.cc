#include "protocols/imap/find_messages.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "core/mime/charset.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/saved_result.h"
#include "protocols/imap/search_filter.h"
#include "protocols/imap/search_matcher.h"
#include "protocols/imap/sync.h"
#include "protocols/imap/turns.h"

namespace portreeve::imap {
namespace {

// So many messages are looked at on the loop itself when memory knows all that is asked.
constexpr std::uint32_t kInPlace = 2'000;
// A worker gives others their turn after so long.
constexpr std::chrono::milliseconds kTurn{50};
// Who wants one message needs few, but for a rare one many.
constexpr std::size_t kFirstBatch = 16;
// Of so many at a time the store is asked which ones can't hold a text.
constexpr std::size_t kRuledOut = 4'096;

using Candidate = SearchMatcher::Candidate;
using Verdict = SearchMatcher::Verdict;

// One way through a view, from its beginning or from its end, down to the message numbered `lowest`.
class Walk {
 public:
  Walk(const SearchMatcher& matcher, const store::Snapshot& messages, bool is_backward, bool stops_at_one,
       std::uint32_t lowest = 1)
      : matcher_(matcher),
        messages_(messages),
        is_backward_(is_backward),
        stops_at_one_(stops_at_one),
        length_(messages.exists() + 1 - lowest),
        gathered_(matcher.has_texts() ? kRuledOut : matcher.batch()),
        batch_(stops_at_one ? kFirstBatch : gathered_) {}

  std::uint32_t steps() const { return steps_ - static_cast<std::uint32_t>(candidates_.size() - next_); }
  bool is_done() const {
    return (steps_ == length_ && next_ == candidates_.size()) || (stops_at_one_ && !found_.empty());
  }
  store::Result<> look_at_some() {
    if (next_ == candidates_.size()) gather();
    std::vector<Candidate> open;
    std::size_t end = next_;
    for (; end < candidates_.size() && open.size() < matcher_.batch(); ++end) {
      if (candidates_[end].verdict == Verdict::open) open.push_back(candidates_[end]);
    }
    if (!open.empty()) {
      if (const auto done = matcher_.decide(open); !done) return done;
    }
    auto decided = open.begin();
    for (; next_ < end; ++next_) {
      Candidate& candidate = candidates_[next_];
      if (candidate.verdict == Verdict::open) candidate = *decided++;
      if (candidate.is_gone) has_missed_ = true;
      if (candidate.verdict != Verdict::yes) continue;
      found_.push_back(candidate.sequence);
      if (stops_at_one_) break;
    }
    return {};
  }
  std::vector<std::uint32_t>& found() { return found_; }
  const std::vector<std::uint32_t>& found() const { return found_; }
  bool has_missed() const { return has_missed_; }

 private:
  // All that don't fail by what memory knows, until enough of them are open.
  void gather() {
    candidates_.clear();
    next_ = 0;
    std::size_t open = 0;
    std::size_t most = 64 * batch_;
    while (steps_ < length_ && open < batch_ && most-- > 0) {
      ++steps_;
      const std::uint32_t sequence = is_backward_ ? messages_.exists() + 1 - steps_ : steps_;
      const store::Message& message = messages_.at(sequence);
      const Verdict verdict = matcher_.judge(sequence, message);
      if (verdict == Verdict::no) continue;
      candidates_.push_back({.sequence = sequence, .message = &message, .verdict = verdict});
      if (verdict == Verdict::open) ++open;
      if (stops_at_one_ && verdict == Verdict::yes) break;
    }
    batch_ = std::min(2 * batch_, gathered_);
    if (open > 0 && matcher_.has_texts()) matcher_.rule_out(candidates_);
  }

  const SearchMatcher& matcher_;
  const store::Snapshot& messages_;
  const bool is_backward_;
  const bool stops_at_one_;
  const std::uint32_t length_;
  const std::size_t gathered_;  // at most at once
  std::size_t batch_;
  std::uint32_t steps_ = 0;
  std::vector<Candidate> candidates_;
  std::size_t next_ = 0;  // of them, to be decided
  std::vector<std::uint32_t> found_;
  bool has_missed_ = false;
};

// The search: one walk, or for both ends a second one, from the end back to what the first found. No message is in the
// way of both, so that their steps count towards one total.
class Look {
 public:
  Look(const SearchMatcher& matcher, const store::Snapshot& messages, Wanted wanted)
      : matcher_(matcher),
        messages_(messages),
        wanted_(wanted),
        walk_(matcher, messages, wanted == Wanted::last, wanted != Wanted::all) {}

  std::uint32_t total() const { return messages_.exists(); }
  std::uint32_t steps() const { return std::min(walk_.steps() + (back_ ? back_->steps() : 0), total()); }
  bool is_done() const { return walk_.is_done() && (back_ ? back_->is_done() : !needs_way_back()); }
  // Goes on for a turn, or to the end.
  store::Result<> go_on() {
    const auto until = std::chrono::steady_clock::now() + kTurn;
    while (!is_done() && std::chrono::steady_clock::now() < until) {
      if (walk_.is_done() && !back_) back_.emplace(matcher_, messages_, true, true, walk_.found().front() + 1);
      if (const auto done = (back_ ? *back_ : walk_).look_at_some(); !done) return done;
    }
    return {};
  }
  // Once it is done.
  std::vector<std::uint32_t> take_found() {
    std::vector<std::uint32_t> found = std::move(walk_.found());
    if (back_) std::ranges::copy(back_->found(), std::back_inserter(found));
    return found;
  }
  bool has_missed() const { return walk_.has_missed() || (back_ && back_->has_missed()); }

 private:
  bool needs_way_back() const {
    return wanted_ == Wanted::first_and_last && !walk_.found().empty() && walk_.found().front() < messages_.exists();
  }

  const SearchMatcher& matcher_;
  const store::Snapshot& messages_;
  const Wanted wanted_;
  Walk walk_;
  std::optional<Walk> back_;
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

// Nothing, or what must be answered.
async::Task<std::optional<Reply>> put_in_filters(Context& context, SearchKey& key, bool may_be_saved) {
  const auto annotations = co_await async::offload(context.services.readers, context.loop(), [&context] {
    return context.services.store.annotations(context.account, 0);
  });
  if (!annotations) co_return failure(context, "Cannot search", annotations.error());
  // "/private" stands before "/shared", as RFC 5466 §3.1 wants it.
  const FilterValues values = [&annotations](std::string_view name) -> const std::string* {
    for (const store::Annotation& annotation : *annotations) {
      if (filter_of(annotation.entry) == name && annotation.value) return &*annotation.value;
    }
    return nullptr;
  };
  const auto done = insert_filters(key, values, parser_limits(context), may_be_saved, !context.is_uid_only);
  if (!done) {
    if (done.error().has_numbers) co_return uid_required();
    const Code code("UNDEFINED-FILTER " + done.error().name);
    if (done.error().why.empty()) co_return Reply::no("There is no such filter", code);
    co_return Reply::no("The filter is no search: " + done.error().why, code);
  }
  if (may_be_saved && context.selected) insert_saved(key, context.selected->saved, context.selected->view->messages());
  co_return std::nullopt;
}

}  // namespace

// RFC 5182 §2.4: with SAVE, MIN and MAX save what they tell, unless COUNT or ALL asks for everything; so that who asks
// for the ends alone never needs what is between them.
Wanted wanted(const std::optional<SearchReturn>& returns) {
  // RFC 5267 §4.3: what is kept up to date is the whole result.
  if (!returns || returns->is_updated || returns->has_all || returns->has_count || returns->has_relevancy ||
      returns->page)
    return Wanted::all;
  if (returns->has_min) return returns->has_max ? Wanted::first_and_last : Wanted::first;
  return returns->has_max ? Wanted::last : Wanted::all;
}

async::Task<std::expected<ReadyKey, Reply>> ready_key(Context& context, const std::string& charset,
                                                      const SearchKey& key, bool may_be_saved) {
  std::optional<SearchKey> made;
  if (has_filter(key)) {
    // RFC 5466 §3.1
    if (!is_utf8(charset)) co_return std::unexpected(Reply::bad("Filters are in UTF-8", "BADCHARSET (UTF-8 US-ASCII)"));
    made = key;
    if (auto refusal = co_await put_in_filters(context, *made, may_be_saved))
      co_return std::unexpected(std::move(*refusal));
  } else if (!is_utf8(charset)) {
    if (!mime::to_utf8(charset, "", 1))
      co_return std::unexpected(Reply::no("Unknown charset", "BADCHARSET (UTF-8 US-ASCII)"));
    make_utf8(made.emplace(key), charset);
  }
  ReadyKey ready(key, std::move(made));
  if (tests_mod_seq(ready.key())) enable_condstore(context);
  co_return ready;
}

async::Task<std::expected<Found, Reply>> find_messages(Context& context, const View& view, const SearchKey& key,
                                                       Wanted wanted, ProgressNotes& notes) {
  const store::Snapshot& messages = view.messages();
  const SearchMatcher matcher(context.services.store, view, key, std::time(nullptr), context.comparator.collation);
  const bool is_offloaded = matcher.needs_store() || messages.exists() > kInPlace;

  Look look(matcher, messages, wanted);
  if (auto refusal = co_await take_turns(context, look, is_offloaded, "Cannot search", notes))
    co_return std::unexpected(std::move(*refusal));
  co_return Found{.sequences = look.take_found(), .has_missed = look.has_missed(), .names_mod_seq = tests_mod_seq(key)};
}

async::Task<std::expected<Found, Reply>> find_messages(Context& context, const ReadyKey& key, Wanted wanted) {
  std::optional<SearchKey> limited;
  std::optional<store::Uid> lowest;
  if (searches_too_many(context, key.key())) lowest = limit_search(context, limited.emplace(key.key()));
  ProgressNotes notes(context);
  auto found = co_await find_messages(context, *context.selected->view, limited ? *limited : key.key(), wanted, notes);
  if (found) found->lowest = lowest;
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
  if (!returns->tells() && returns->is_saved) return;  // RFC 5182 §2.1
  const auto told = as_numbers(std::move(found.sequences), numbers, messages);
  write_esearch(context.out(), context.tag, numbers == Numbers::uid, *returns, told, mod_seq);
}

void tell_found(Context& context, const View& view, Found found, const SearchReturn& returns, const Correlator& of) {
  const store::Snapshot& messages = view.messages();
  std::optional<store::ModSeq> mod_seq;
  if (const auto meant = meant_by(returns, found.sequences); found.names_mod_seq && !meant.empty())
    mod_seq = highest_mod_seq(meant, messages);
  const auto uids = as_numbers(std::move(found.sequences), Numbers::uid, messages);
  write_esearch(context.out(), of, true, returns, uids, mod_seq);
}

}  // namespace portreeve::imap
