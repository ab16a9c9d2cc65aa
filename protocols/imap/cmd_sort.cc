// SORT (RFC 5256 §3), with the keys of RFC 5957 and the results of RFC 5267 §3.
#include <utility>

#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/sorter.h"
#include "protocols/imap/turns.h"
#include "protocols/imap/update_contexts.h"

namespace portreeve::imap {
namespace {

// So many are put in order on the loop itself where memory knows all.
constexpr std::size_t kInPlace = 2'000;

}  // namespace

async::Task<Reply> handle(Context& context, const Sort& command, Numbers numbers) {
  if (auto refusal = refuse_tag(context, command.returns)) co_return std::move(*refusal);
  if (command.returns && command.returns->is_saved) context.selected->saved.clear();
  const auto key = co_await ready_key(context, command.charset, command.key);
  if (!key) co_return key.error();
  if (searches_too_many(context, key->key())) co_return too_many_messages(context);
  auto found = co_await find_messages(context, *key);
  if (!found) co_return found.error();

  const store::Snapshot& messages = context.selected->view->messages();
  const std::size_t count = found->sequences.size();
  Sorter sorter(context.services.store, messages, std::move(found->sequences), command.criteria, context.comparator);
  const bool is_offloaded = sorter.needs_store() || count > kInPlace;
  if (auto refusal = co_await take_turns(context, sorter, is_offloaded, "Cannot sort")) co_return *refusal;

  const bool has_missed = found->has_missed || sorter.has_missed();
  found->sequences = sorter.take_sequences();
  // RFC 5267 §3.2: MIN and MAX are the first and the last of the order.
  const auto sequences = is_updated(command.returns) ? found->sequences : std::vector<std::uint32_t>();
  tell_found(context, std::move(*found), command.returns, numbers, write_sort);
  keep_updated(context, command.returns, key->key(), command.criteria, sequences, numbers);
  co_return found_reply(has_missed);
}

}  // namespace portreeve::imap
