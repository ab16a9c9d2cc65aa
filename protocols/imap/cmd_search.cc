// SEARCH (RFC 3501 §6.4.4) with the results of RFC 4731 and RFC 5182.
#include <utility>

#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"

namespace portreeve::imap {
namespace {

// RFC 5182 §2.4: with SAVE, MIN and MAX save what they tell, unless COUNT or ALL asks for everything; so that who asks
// for the ends alone never needs what is between them.
Wanted wanted(const std::optional<SearchReturn>& returns) {
  if (!returns || returns->has_all || returns->has_count || returns->has_relevancy || returns->page) return Wanted::all;
  if (returns->has_min) return returns->has_max ? Wanted::first_and_last : Wanted::first;
  return returns->has_max ? Wanted::last : Wanted::all;
}

}  // namespace

async::Task<Reply> handle(Context& context, const Search& command, Numbers numbers) {
  // RFC 5182 §2.1: a search that fails leaves nothing.
  if (command.returns && command.returns->is_saved) context.selected->saved.clear();
  auto found = co_await find_messages(context, command.charset, command.key, wanted(command.returns));
  if (!found) co_return found.error();

  const bool has_missed = found->has_missed;
  tell_found(context, std::move(*found), command.returns, numbers, write_search);
  co_return found_reply(has_missed);
}

}  // namespace portreeve::imap
