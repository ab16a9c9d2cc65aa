// GENURLAUTH (RFC 4467 §7): the owner of a mailbox lets others at a message in it, by a URL that nobody else can make.
#include <string>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/other_users.h"
#include "protocols/session/store_call.h"
#include "protocols/urls/authorized.h"
#include "protocols/urls/token.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot authorize the URL";

// What is wrong with a URL that is to be authorized; empty: nothing.
std::string_view fault_of(const Context& context, const urls::ImapUrl& url) {
  if (!url.server) return "Only an absolute URL can be authorized";
  if (url.uid == 0) return "Only the URL of a message can be authorized";
  if (!url.authorization) return "The access identifier is missing";
  if (!url.authorization->mechanism.empty()) return "The URL is authorized already";
  if (url.server->user.empty()) return "The owner's name is missing";
  const store::DirectoryPtr directory = context.services.store.directory();
  // Others' mailboxes have keys of their own, which are theirs to give.
  const store::Account* owner = urls::find_user(*directory, url.server->user);
  if (owner == nullptr || owner->id != context.account || is_other_users(url.mailbox)) return "The owner isn't you";
  if (!urls::is_this_server(*directory, context.services.host_name, url.server->host)) return "That is another server";
  return {};
}

async::Task<store::Result<std::string>> access_key(Context& context, const std::string& mailbox) {
  const auto id = co_await find_mailbox(context, mailbox);
  if (!id) co_return std::unexpected(id.error());
  store::Store& store = context.services.store;
  auto kept = co_await async::offload(context.services.readers, context.loop(),
                                      [&] { return store.access_key(context.account, *id); });
  if (!kept || !kept->empty()) co_return kept;
  co_return co_await session::store_call<std::string>(context.loop(), [&](store::Done<std::string> done) {
    store.keep_access_key(context.account, *id, urls::new_access_key(), false, std::move(done));
  });
}

}  // namespace

async::Task<Reply> handle(Context& context, const GenUrlAuth& command) {
  std::string line = "* GENURLAUTH";
  for (const UrlRump& rump : command.rumps) {
    if (rump.mechanism != urls::kInternal) co_return Reply::bad("The only mechanism is INTERNAL");
    const auto url = urls::parse_url(rump.url);
    if (!url) co_return Reply::bad(url.error());
    if (const std::string_view fault = fault_of(context, *url); !fault.empty()) co_return Reply::bad(fault);
    const auto key = co_await access_key(context, url->mailbox);
    if (!key && key.error().code == store::Errc::not_found) co_return Reply::bad("There is no such mailbox");
    if (!key) co_return failure(context, kWhat, key.error());
    line += ' ';
    write_string(line, rump.url + ":internal:" + urls::internal_token(*key, rump.url));
  }
  context.out().append(line).append("\r\n");
  co_return Reply::ok("Authorized");
}

}  // namespace portreeve::imap
