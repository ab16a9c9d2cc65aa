// SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §3).
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/response_acl.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kAnyone = "anyone";
constexpr std::string_view kCannotChange = "Cannot change the rights";
// RFC 4314 §4: MYRIGHTS needs one of these.
constexpr store::Rights kAnyRight =
    store::kLookup | store::kRead | store::kInsert | store::kCreateMailbox | store::kDeleteMailbox | store::kAdminister;

// Whom an identifier means (RFC 4314 §2): "anyone" or an account's address, with a '-' before it for the rights that it
// shall not have. Nullopt: there is no such account.
std::optional<store::AclSubject> find_subject(const store::Directory& directory, std::string_view identifier) {
  store::AclSubject subject;
  subject.is_negative = identifier.starts_with('-');
  if (subject.is_negative) identifier.remove_prefix(1);
  if (identifier == kAnyone) return subject;
  const store::Account* account = directory.find_address(identifier);
  if (account == nullptr) return std::nullopt;
  subject.account = account->id;
  return subject;
}

std::string identifier_of(const store::Directory& directory, const store::AclSubject& subject) {
  std::string identifier = subject.is_negative ? "-" : "";
  if (subject.account == 0) return identifier.append(kAnyone);
  const store::Account* account = directory.find(subject.account);
  return account == nullptr ? std::string() : identifier.append(account->address);
}

Reply no_such_identifier() { return Reply::no("No account has that address", "NONEXISTENT"); }
Reply owner_has_all() { return Reply::no("The owner always has all rights", "CANNOT"); }

async::Task<store::Result<>> set_acl(Context& context, store::MailboxId mailbox, store::AclSubject subject,
                                     store::AclChange change, store::Rights rights) {
  co_return co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.set_acl(mailbox, subject, change, rights, std::move(done));
  });
}

}  // namespace

async::Task<Reply> handle(Context& context, const SetAcl& command) {
  const auto mailbox = co_await locate(context, command.mailbox, store::kAdminister);
  if (!mailbox) co_return failure(context, kCannotChange, mailbox.error());
  const auto subject = find_subject(*context.services.store.directory(), command.identifier);
  if (!subject) co_return no_such_identifier();
  if (subject->account == mailbox->owner) {
    // What is so already may be said.
    const bool is_all =
        !subject->is_negative && (command.change == SetAcl::Change::add ||
                                  (command.change == SetAcl::Change::replace && command.rights == store::kAllRights));
    co_return is_all ? Reply::ok("The owner has all rights") : owner_has_all();
  }
  const auto done =
      co_await set_acl(context, mailbox->id, *subject, static_cast<store::AclChange>(command.change), command.rights);
  if (!done) co_return failure(context, kCannotChange, done.error());
  co_return Reply::ok("Set");
}

async::Task<Reply> handle(Context& context, const DeleteAcl& command) {
  const auto mailbox = co_await locate(context, command.mailbox, store::kAdminister);
  if (!mailbox) co_return failure(context, kCannotChange, mailbox.error());
  const auto subject = find_subject(*context.services.store.directory(), command.identifier);
  if (!subject) co_return no_such_identifier();
  if (subject->account == mailbox->owner) co_return owner_has_all();
  const auto done = co_await set_acl(context, mailbox->id, *subject, store::AclChange::replace, 0);
  if (!done) co_return failure(context, kCannotChange, done.error());
  co_return Reply::ok("Deleted");
}

async::Task<Reply> handle(Context& context, const GetAcl& command) {
  const auto mailbox = co_await locate(context, command.mailbox, store::kAdminister);
  if (!mailbox) co_return failure(context, "Cannot tell the rights", mailbox.error());
  const store::DirectoryPtr directory = context.services.store.directory();
  const store::AclsPtr acls = context.services.store.acls();
  std::vector<std::pair<std::string, Rights>> entries;
  entries.emplace_back(identifier_of(*directory, {.account = mailbox->owner}), store::kAllRights);
  for (const auto& [subject, rights] : acls->entries(mailbox->owner, mailbox->id)) {
    entries.emplace_back(identifier_of(*directory, subject), rights);
  }
  // Of accounts that were removed this moment.
  std::erase_if(entries, [](const auto& entry) { return entry.first.empty(); });
  write_acl(context.out(), command.mailbox, entries, context.name_form);
  co_return Reply::ok("Those are the rights");
}

async::Task<Reply> handle(Context& context, const ListRights& command) {
  const auto mailbox = co_await locate(context, command.mailbox, store::kAdminister);
  if (!mailbox) co_return failure(context, "Cannot list the rights", mailbox.error());
  const auto subject = find_subject(*context.services.store.directory(), command.identifier);
  if (!subject) co_return no_such_identifier();
  const bool is_owner = subject->account == mailbox->owner && !subject->is_negative;
  write_list_rights(context.out(), command.mailbox, command.identifier, is_owner, context.name_form);
  co_return Reply::ok("Those can be given");
}

async::Task<Reply> handle(Context& context, const MyRights& command) {
  const auto mailbox = co_await locate(context, command.mailbox, kAnyRight);
  if (!mailbox) co_return failure(context, "Cannot tell your rights", mailbox.error());
  write_my_rights(context.out(), command.mailbox, mailbox->rights, context.name_form);
  co_return Reply::ok("Those are yours");
}

}  // namespace portreeve::imap
