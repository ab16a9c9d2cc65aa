#include <fmt/format.h>

#include <array>
#include <optional>

#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"
#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/rights.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

constexpr std::string_view kAnyone = "anyone";

struct Shared {
  store::Account owner;
  store::MailboxId mailbox = 0;
  std::string name;
};

// The mailbox that the first two arguments name.
std::expected<Shared, std::string> find_shared(const Job& job) {
  const auto owner = find_account(job.store, job.arguments[0]);
  if (!owner) return std::unexpected(owner.error());
  const auto name = imap::mailbox_name(job.arguments[1], imap::NameForm::utf8);
  const auto list = job.store.mailboxes(owner->id);
  if (!list) return std::unexpected(list.error().detail);
  const store::MailboxInfo* mailbox = name ? (*list)->find(*name) : nullptr;
  if (mailbox == nullptr) return std::unexpected(fmt::format("{} has no mailbox {}", owner->address, job.arguments[1]));
  return Shared{*owner, mailbox->id, mailbox->name};
}

std::expected<store::AclSubject, std::string> find_subject(const Job& job, std::string_view identifier) {
  store::AclSubject subject;
  subject.is_negative = identifier.starts_with('-');
  if (subject.is_negative) identifier.remove_prefix(1);
  if (identifier == kAnyone) return subject;
  const auto account = find_account(job.store, identifier);
  if (!account) return std::unexpected(account.error());
  subject.account = account->id;
  return subject;
}

AdminReply change(const Job& job, store::AclChange how, store::Rights rights, std::string_view told) {
  const auto shared = find_shared(job);
  if (!shared) return failure(shared.error());
  const auto subject = find_subject(job, job.arguments[2]);
  if (!subject) return failure(subject.error());
  if (subject->account == shared->owner.id)
    return failure(fmt::format("{} has all rights there anyway", shared->owner.address));
  const auto done =
      store::wait_for([&](auto d) { job.store.set_acl(shared->mailbox, *subject, how, rights, std::move(d)); });
  return done ? success(fmt::format("{} the rights of {} on {} of {}", told, job.arguments[2], shared->name,
                                    shared->owner.address))
              : failure("the rights were not changed", done.error());
}

AdminReply no_such_right(std::string_view letters) {
  return failure(fmt::format("\"{}\" has a letter that is no right; there are {}", letters, store::kRightLetters));
}

AdminReply set(const Job& job) {
  std::string_view letters = job.arguments[3];
  const bool adds = letters.starts_with('+');
  if (adds) letters.remove_prefix(1);
  const auto rights = imap::read_rights(letters);
  if (!rights) return no_such_right(letters);
  return change(job, adds ? store::AclChange::add : store::AclChange::replace, *rights, "changed");
}

AdminReply remove(const Job& job) {
  const std::string& letters = job.arguments[3];
  if (letters.empty()) return change(job, store::AclChange::replace, 0, "removed");
  const auto rights = imap::read_rights(letters);
  if (!rights) return no_such_right(letters);
  return change(job, store::AclChange::remove, *rights, "changed");
}

// A line an entry: the identifier alone before the tab.
AdminReply list(const Job& job) {
  const auto shared = find_shared(job);
  if (!shared) return failure(shared.error());
  const store::DirectoryPtr directory = job.store.directory();
  const store::AclsPtr acls = job.store.acls();
  std::string text;
  for (const auto& [subject, rights] : acls->entries(shared->owner.id, shared->mailbox)) {
    const store::Account* account = directory->find(subject.account);
    if (subject.account != 0 && account == nullptr) continue;  // removed this moment
    text += fmt::format("{}{}\t{}\n", subject.is_negative ? "-" : "", account == nullptr ? kAnyone : account->address,
                        imap::printed_rights(rights));
  }
  return {kOk, text};
}

constexpr std::array kVerbs{
    Verb{"acl.list", 2, 2, list},
    Verb{"acl.set", 4, 4, set},
    Verb{"acl.remove", 4, 4, remove},
};

}  // namespace

std::span<const Verb> acl_verbs() { return kVerbs; }

}  // namespace portreeve::daemon
