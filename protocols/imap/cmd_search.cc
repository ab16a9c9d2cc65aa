// SEARCH (RFC 3501 §6.4.4, RFC 9051 §6.4.4) with the results of RFC 4731 and RFC 5182.
#include <utility>

#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/message_limit.h"
#include "protocols/imap/update_contexts.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Search& command, Numbers numbers) {
  if (auto refusal = refuse_tag(context, command.returns)) co_return std::move(*refusal);
  std::optional<SearchReturn> returns = command.returns;
  // RFC 9051 §6.4.4: all searches are answered with ESEARCH.
  if (context.is_rev2 && !returns) returns = SearchReturn{.has_all = true};
  // RFC 5182 §2.1: a search that fails leaves nothing.
  if (returns && returns->is_saved) context.selected->saved.clear();
  const auto key = co_await ready_key(context, command.charset, command.key);
  if (!key) co_return key.error();
  auto found = co_await find_messages(context, *key, wanted(returns));
  if (!found) co_return found.error();

  const bool has_missed = found->has_missed;
  const auto lowest = found->lowest;
  const auto sequences = is_updated(returns) ? found->sequences : std::vector<std::uint32_t>();
  tell_found(context, std::move(*found), returns, numbers, write_search);
  keep_updated(context, returns, key->key(), {}, sequences, numbers);
  co_return with_limit(context, found_reply(has_missed), lowest);
}

}  // namespace portreeve::imap
