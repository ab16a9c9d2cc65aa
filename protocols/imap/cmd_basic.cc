// What needs no mail: CAPABILITY, NOOP, CHECK, LOGOUT, ID, NAMESPACE, ENABLE, STARTTLS.
#include "core/base/log.h"
#include "protocols/imap/handlers.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Capability&) {
  write_capability(context.out(), capabilities(context));
  co_return Reply::ok("That is what I can");
}

// The loop tells what changed after any command.
async::Task<Reply> handle(Context&, const Noop&) { co_return Reply::ok("Done"); }

// RFC 3501 §6.4.1: housekeeping, of which there is none; everything acknowledged is durable.
async::Task<Reply> handle(Context&, const Check&) { co_return Reply::ok("Checked"); }

async::Task<Reply> handle(Context& context, const Logout&) {
  write_untagged(context.out(), Reply::bye("Goodbye"));
  context.end(kLogout);
  co_return Reply::ok("Logged out");
}

// RFC 2971. At any time: Outlook asks before it logs in.
async::Task<Reply> handle(Context& context, const Id& command) {
  if (base::log::is_enabled(base::log::Level::debug)) {
    std::string fields;
    for (const auto& [name, value] : command.fields) fields += name + "=" + value.value_or("") + " ";
    base::log::debug("imap_client", {{"id", context.connection.id}, {"fields", fields}});
  }
  write_id(context.out(), {{"name", "Portreeve"}, {"version", context.options.version}});
  co_return Reply::ok("Pleased to meet you");
}

async::Task<Reply> handle(Context& context, const Namespace&) {
  write_namespace(context.out());
  co_return Reply::ok("Namespaces listed");
}

// RFC 5161: what isn't known is passed over, and the answer names what was enabled; nothing here needs enabling yet.
async::Task<Reply> handle(Context& context, const Enable&) {
  write_enabled(context.out(), {});
  co_return Reply::ok("Enabled what there is");
}

async::Task<Reply> handle(Context& context, const StartTls&) {
  if (context.stream().tls() != nullptr) co_return Reply::bad("TLS is on already");
  if (!session::can_start_tls(context.connection, context.options.security))
    co_return Reply::bad("No TLS on this port");
  context.starts_tls = true;
  co_return Reply::ok("Begin TLS negotiation now");
}

}  // namespace portreeve::imap
