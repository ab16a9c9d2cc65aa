#include "protocols/urls/authorized.h"

#include <utility>

#include "core/idna/domain.h"
#include "protocols/urls/token.h"

namespace portreeve::urls {
namespace {

using Why = Refusal::Why;

std::unexpected<Refusal> refuse(Why why) { return std::unexpected(Refusal{why, {}}); }

std::unexpected<Refusal> refuse(store::Error error) {
  if (error.code == store::Errc::not_found) return refuse(Why::gone);
  return std::unexpected(Refusal{Why::failed, std::move(error)});
}

// 0: there is none of that name.
store::Result<store::MailboxId> find_mailbox(store::Store& store, store::AccountId account, std::string_view name) {
  const auto list = store.mailboxes(account);
  if (!list) return std::unexpected(list.error());
  const store::MailboxInfo* found = (*list)->find(name);
  return found == nullptr ? 0 : found->id;
}

// RFC 4467 §3
bool may_use(const store::Directory& directory, const Authorization& authorization, Asker asker) {
  switch (authorization.access) {
    case Access::authuser:
    case Access::anonymous: return asker.account != 0;
    case Access::submit:
    case Access::user: break;
  }
  if (asker.is_submission != (authorization.access == Access::submit)) return false;
  const store::Account* user = find_user(directory, authorization.user);
  return user != nullptr && user->id == asker.account;
}

}  // namespace

bool is_this_server(const store::Directory& directory, std::string_view host_name, std::string_view host) {
  return idna::is_same_domain(host, host_name) || directory.has_domain(host);
}

const store::Account* find_user(const store::Directory& directory, std::string_view user) {
  const store::Account* account = directory.find_address(user);
  return account != nullptr && account->is_enabled ? account : nullptr;
}

std::expected<std::unique_ptr<Content>, Refusal> open_authorized(store::Store& store, std::string_view host_name,
                                                                 std::string_view text, Asker asker, std::int64_t now) {
  const auto url = parse_url(text);
  if (!url || !url->server || url->uid == 0) return refuse(Why::not_a_message);
  const store::DirectoryPtr directory = store.directory();
  if (!is_this_server(*directory, host_name, url->server->host)) return refuse(Why::elsewhere);

  const store::Account* owner = find_user(*directory, url->server->user);
  store::Result<store::MailboxId> mailbox = 0;
  if (!url->authorization) {
    // A user that isn't named is the one who asks.
    if (url->server->user.empty()) owner = directory->find(asker.account);
    if (!asker.is_submission || owner == nullptr || owner->id != asker.account) return refuse(Why::unauthorized);
    mailbox = find_mailbox(store, owner->id, url->mailbox);
    if (!mailbox) return refuse(mailbox.error());
    if (*mailbox == 0) return refuse(Why::gone);
  } else {
    if (owner != nullptr) mailbox = find_mailbox(store, owner->id, url->mailbox);
    if (!mailbox) return refuse(mailbox.error());
    // Also for what isn't there, as that should take no less time (RFC 4467 §6).
    const auto key = store.access_key(owner == nullptr ? 0 : owner->id, *mailbox);
    if (!key) return refuse(key.error());
    const Authorization& authorization = *url->authorization;
    const bool is_right = is_right_token(authorization.token, *key, text.substr(0, authorization.rump_bytes));
    if (!is_right || authorization.mechanism != kInternal || now > authorization.expires.value_or(now) ||
        !may_use(*directory, authorization, asker)) {
      return refuse(Why::unauthorized);
    }
  }
  auto content = open_content(store, *mailbox, *url);
  if (!content) return refuse(content.error());
  return std::move(*content);
}

}  // namespace portreeve::urls
