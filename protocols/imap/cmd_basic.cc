// What needs no mail: CAPABILITY, NOOP, CHECK, LOGOUT, ID, NAMESPACE, ENABLE, STARTTLS.
#include <algorithm>
#include <string>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/sync.h"

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
  context.tell(Reply::bye("Goodbye"));
  context.end(kLogout);
  co_return Reply::ok("Logged out");
}

namespace {

// What isn't told to the program that the client says it is, or null.
const CapabilitiesOff* find_client(const Options& options, const Id& command) {
  for (const auto& [field, value] : command.fields) {
    if (!value || !base::equals_ignoring_case(field, "name")) continue;
    for (const auto& [name, off] : options.clients) {
      if (base::equals_ignoring_case(name, *value)) return &off;
    }
  }
  return nullptr;
}

}  // namespace

// RFC 2971. At any time: Outlook asks before it logs in.
async::Task<Reply> handle(Context& context, const Id& command) {
  if (base::log::is_enabled(base::log::Level::debug)) {
    std::string fields;
    for (const auto& [name, value] : command.fields) fields += name + "=" + value.value_or("") + " ";
    base::log::debug("imap_client", {{"id", context.connection.id}, {"fields", fields}});
  }
  if (const CapabilitiesOff* off = find_client(context.options, command); off != context.client_off) {
    context.client_off = off;
    context.parser.set_limits(parser_limits(context));
    // It may have asked already.
    write_capability(context.out(), capabilities(context));
  }
  write_id(context.out(), {{"name", "Portreeve"}, {"version", context.options.version}});
  co_return Reply::ok("Pleased to meet you");
}

async::Task<Reply> handle(Context& context, const Namespace&) {
  write_namespace(context.out());
  co_return Reply::ok("Namespaces listed");
}

namespace {

// RFC 6855 §3. Headers with 8-bit text are sent as literals at all times, so that only names change.
void enable_utf8(Context& context) {
  context.name_form = NameForm::utf8;
  context.parser.set_limits(parser_limits(context));
}

// RFC 9051 appendix E: what is not as in RFC 3501 from here on.
void enable_rev2(Context& context) {
  context.is_rev2 = true;
  if (context.selected) context.selected->forget_recent();
  enable_utf8(context);
}

}  // namespace

// RFC 5161 §3.1: what isn't known is passed over, and what is on already is told again.
async::Task<Reply> handle(Context& context, const Enable& command) {
  std::vector<std::string_view> enabled;
  // The client knows messages by numbers then, which nothing would keep in step any longer.
  const bool wants_uid_only = std::ranges::find(command.capabilities, "UIDONLY") != command.capabilities.end();
  if (wants_uid_only && context.options.allows_uid_only && context.selected && !context.is_uid_only)
    co_return Reply::bad("Enable UIDONLY before a mailbox is selected");
  for (std::string_view capability : command.capabilities) {
    if (capability == "IMAP4REV2") capability = "IMAP4rev2";
    if (std::ranges::find(enabled, capability) != enabled.end()) continue;
    if (capability == "CONDSTORE" || capability == "QRESYNC") {
      enable_condstore(context);
      if (capability == "QRESYNC") context.is_qresync_enabled = true;
    } else if (capability == "UIDONLY" && context.options.allows_uid_only) {
      context.is_uid_only = true;
    } else if (capability == "UTF8=ACCEPT") {
      enable_utf8(context);
    } else if (capability == "IMAP4rev2") {
      enable_rev2(context);
    } else {
      continue;
    }
    enabled.push_back(capability);
  }
  write_enabled(context.out(), enabled);
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
