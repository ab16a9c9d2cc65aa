// LANGUAGE (RFC 5255 §3.2).
#include "protocols/imap/handlers.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const SelectLanguage& command) {
  if (command.ranges.empty()) {
    write_languages(context.out(), session::languages());
    co_return Reply::ok("Those are the languages");
  }
  const auto language = session::choose_language(command.ranges);
  if (!language) co_return Reply::no("None of those languages is known");
  context.language = *language;
  write_languages(context.out(), {&*language, 1});
  // RFC 5255 §3.2: its names may be in that language, too.
  if (context.is_logged_in()) write_namespace(context.out());
  co_return Reply::ok("This is the language from now on");
}

}  // namespace portreeve::imap
