// GETMETADATA and SETMETADATA (RFC 5464). A mailbox's /shared annotations are kept with its owner's, and /private ones
// with those of whoever made them; the server's annotations are each account's, and only /private ones can be made.
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/metadata.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/search_filter.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kPrivate = "/private/";
constexpr std::string_view kShared = "/shared/";

// Id 0 for the server.
async::Task<store::Result<Located>> find_annotated(Context& context, const std::string& name) {
  if (name.empty()) co_return Located{0, context.account, store::kAllRights, name};
  auto located = co_await locate(context, name, kMetadataRights);
  // RFC 5464 §3.3.
  if (located && (located->rights & store::kLookup) == 0)
    co_return std::unexpected(store::Error{store::Errc::not_found, "no mailbox that may be looked up"});
  co_return located;
}

async::Task<store::Result<>> set_annotations(Context& context, store::AccountId account, store::MailboxId mailbox,
                                             std::vector<store::Annotation> annotations) {
  if (annotations.empty()) co_return store::Result<>();
  co_return co_await session::store_call(context.loop(), [&](store::Done<void> done) {
    context.services.store.set_annotations(account, mailbox, std::move(annotations), std::move(done));
  });
}

std::optional<Reply> refuse(const Context& context, const SetMetadata& command) {
  for (const auto& [name, value] : command.entries) {
    if (!name.starts_with(kPrivate) && !name.starts_with(kShared))
      return Reply::bad("Entries begin with /private/ or /shared/");
    if (command.mailbox.empty() && name.starts_with(kShared))
      return Reply::no("What all accounts share isn't set over IMAP", "NOPERM");
    if (value && value->size() > store::kMaxAnnotationBytes)
      return Reply::no("A value is too long", Code::number("METADATA MAXSIZE", store::kMaxAnnotationBytes));
    // RFC 5466 §3.2
    if (!command.mailbox.empty() || !value || !filter_of(name)) continue;
    if (const auto why = filter_fault(*value, parser_limits(context)))
      return Reply::no("The filter is no search: " + *why, "CANNOT");
  }
  return std::nullopt;
}

}  // namespace

async::Task<Reply> handle(Context& context, const GetMetadata& command) {
  const auto mailbox = co_await find_annotated(context, command.mailbox);
  if (!mailbox) co_return failure(context, "Cannot read the metadata", mailbox.error());
  const auto annotations = co_await async::offload(context.services.readers, context.loop(), [&context, &mailbox] {
    return annotations_of(context, mailbox->owner, mailbox->id);
  });
  if (!annotations) co_return failure(context, "Cannot read the metadata", annotations.error());
  const std::size_t longest =
      write_metadata_of(context.out(), command.mailbox, command, *annotations, context.name_form);
  // RFC 5464 §4.2.1.
  if (longest > 0) co_return Reply::ok("Some values are longer", Code::number("METADATA LONGENTRIES", longest));
  co_return Reply::ok("That is the metadata");
}

async::Task<Reply> handle(Context& context, const SetMetadata& command) {
  if (auto refusal = refuse(context, command)) co_return std::move(*refusal);
  const auto mailbox = co_await find_annotated(context, command.mailbox);
  if (!mailbox) co_return failure(context, "Cannot set the metadata", mailbox.error());

  std::vector<store::Annotation> own;
  std::vector<store::Annotation> theirs;
  const bool is_anothers = mailbox->owner != context.account;
  for (const auto& [name, value] : command.entries) {
    (is_anothers && name.starts_with(kShared) ? theirs : own).push_back({name, value});
  }
  if (!theirs.empty() && (mailbox->rights & store::kWrite) == 0)
    co_return Reply::no("You have no right to change what all share", "NOPERM");
  // All or nothing for each of the two.
  auto done = co_await set_annotations(context, mailbox->owner, mailbox->id, std::move(theirs));
  if (done) done = co_await set_annotations(context, context.account, mailbox->id, std::move(own));
  if (!done && done.error().code == store::Errc::limit)
    co_return Reply::no("There are as many annotations as there may be", "METADATA TOOMANY");
  if (!done) co_return failure(context, "Cannot set the metadata", done.error());
  if (OwnChanges* changes = own_changes(context)) {
    for (const auto& [name, value] : command.entries) changes->annotations.push_back({mailbox->id, name});
  }
  co_return Reply::ok("Set");
}

}  // namespace portreeve::imap
