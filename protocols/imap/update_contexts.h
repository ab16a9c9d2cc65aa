// Results that are kept up to date (RFC 5267 §4.3), of a session's selected mailbox.
//
// A context is what was searched for and the UIDs found. When the view moves on, note_changes() takes down which
// messages that was about; what the contexts make of it is told where the changes themselves are.
// Limits: so many contexts, and so many messages in all of them together; beyond that [NOUPDATE].
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/find_messages.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/result_list.h"

namespace portreeve::imap {

constexpr std::size_t kMaxUpdateContexts = 8;  // RFC 5267 §4.3.1 wants one
constexpr std::size_t kMaxContextMessages = 250'000;

struct UpdateContext {
  std::string tag;
  Numbers numbers = Numbers::sequence;  // how it is told
  SearchKey key;                        // its texts in UTF-8, its numbers UIDs
  std::int64_t begun = 0;               // what YOUNGER and OLDER count from
  Comparator comparator;                // as it was then
  std::vector<SortCriterion> criteria;  // empty: in the order of the mailbox
  std::vector<FetchItem> items;         // told of new messages that are found
  ResultList result;
  bool is_sorted() const { return !criteria.empty(); }
};

struct UpdateContexts {
  std::vector<UpdateContext> all;
  // What the view's last step was about, until that is told.
  std::vector<std::pair<store::Uid, std::uint32_t>> gone;  // ascending, with the numbers that they had
  std::vector<std::uint32_t> flagged;                      // ascending numbers
  bool has(std::string_view tag) const;
};

inline bool is_updated(const std::optional<SearchReturn>& returns) { return returns && returns->is_updated; }
// What must be answered to a search with UPDATE whose tag is taken (RFC 5267 §4.3).
std::optional<Reply> refuse_tag(const Context& context, const std::optional<SearchReturn>& returns);

// Keeps what was found, in its order, under the tag of the command under way, if `returns` has UPDATE; or queues that
// it can't be kept. `key` is ready (find_messages.h); `criteria` is empty for SEARCH.
void keep_updated(Context& context, const std::optional<SearchReturn>& returns, const SearchKey& key,
                  const std::vector<SortCriterion>& criteria, std::span<const std::uint32_t> found, Numbers numbers);

void cancel_updates(Selected& selected, std::span<const std::string> tags);

void note_changes(UpdateContexts& contexts, const Changes& changes);

// Queues REMOVEFROM for what is gone: before its EXPUNGE (RFC 5267 §4.3.4).
void tell_removed(Context& context);
// Sends FETCH for new messages, from this number on, 0 if there are none, as NOTIFY and the contexts ask for it; then
// what else becomes of the results.
async::Task<> tell_found_news(Context& context, std::uint32_t first_new);

}  // namespace portreeve::imap
