#include "protocols/imap/failure.h"

#include "core/base/log.h"

namespace portreeve::imap {
namespace {

Reply our_fault(const Context& context, std::string_view what, const store::Error& error, Code code) {
  base::log::error(
      "imap_command_failed",
      {{"id", context.connection.id}, {"account", context.address}, {"what", what}, {"why", error.detail}});
  return Reply::no(std::string(what) + ": server error, see its log under: " + context.connection.id, std::move(code));
}

}  // namespace

Reply failure(const Context& context, std::string_view what, const store::Error& error) {
  const std::string text(what);
  switch (error.code) {
    case store::Errc::not_found: return Reply::no(text + ": it doesn't exist", "NONEXISTENT");
    case store::Errc::exists: return Reply::no(text + ": it exists already", "ALREADYEXISTS");
    case store::Errc::invalid: return Reply::no(text + ": not possible with this name or value", "CANNOT");
    case store::Errc::limit: return Reply::no(text + ": a limit of this server is reached", "LIMIT");
    // RFC 5530 §3.
    case store::Errc::quota: return Reply::no(text + ": more than the quota allows", "OVERQUOTA");
    case store::Errc::denied: return Reply::no(text + ": you have no right to", "NOPERM");
    case store::Errc::disk_full: return Reply::no(text + ": the server's disk is full", "UNAVAILABLE");
    case store::Errc::closed: return Reply::no(text + ": the server is going down", "UNAVAILABLE");
    case store::Errc::corrupt: return our_fault(context, what, error, "CORRUPTION");
    case store::Errc::io: return our_fault(context, what, error, "SERVERBUG");
  }
  return our_fault(context, what, error, "SERVERBUG");
}

Reply try_create() { return Reply::no("No such mailbox", "TRYCREATE"); }

Reply read_only() { return Reply::no("The mailbox was opened with EXAMINE", "READ-ONLY"); }

Reply no_right() { return Reply::no("You have no right to do that in this mailbox", "NOPERM"); }

// RFC 9586 §3
Reply uid_required() { return Reply::bad("Sequence numbers were given up with UIDONLY", "UIDREQUIRED"); }

Reply no_such_message() { return Reply::bad("No message has that number"); }

}  // namespace portreeve::imap
