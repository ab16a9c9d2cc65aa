// COMPARATOR (RFC 5255 §4.7).
#include "protocols/imap/handlers.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const SelectComparator& command) {
  std::vector<std::string> matching;
  if (!command.orders.empty()) {
    const auto choice = choose_comparator(command.orders);
    if (!choice) co_return Reply::no("No such comparator", "BADCOMPARATOR");
    context.comparator = choice->active;
    for (const Comparator& each : choice->matching) matching.push_back(comparator_name(each));
  }
  write_comparator(context.out(), comparator_name(context.comparator), matching);
  co_return Reply::ok("That is how texts compare");
}

}  // namespace portreeve::imap
