// GETMETADATA and SETMETADATA (RFC 5464). A mailbox has one owner here, so /shared and /private are both its own; the
// server's annotations are each account's, and only /private ones can be made.
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/metadata.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kPrivate = "/private/";
constexpr std::string_view kShared = "/shared/";

// 0 for the server.
async::Task<store::Result<store::MailboxId>> find_annotated(Context& context, const std::string& name) {
  if (name.empty()) co_return store::MailboxId{0};
  co_return co_await find_mailbox(context, name);
}

std::optional<Reply> refuse(const SetMetadata& command) {
  for (const auto& [name, value] : command.entries) {
    if (!name.starts_with(kPrivate) && !name.starts_with(kShared))
      return Reply::bad("Entries begin with /private/ or /shared/");
    if (command.mailbox.empty() && name.starts_with(kShared))
      return Reply::no("What all accounts share isn't set over IMAP", "NOPERM");
    if (value && value->size() > store::kMaxAnnotationBytes)
      return Reply::no("A value is too long", Code::number("METADATA MAXSIZE", store::kMaxAnnotationBytes));
  }
  return std::nullopt;
}

}  // namespace

async::Task<Reply> handle(Context& context, const GetMetadata& command) {
  const auto mailbox = co_await find_annotated(context, command.mailbox);
  if (!mailbox) co_return failure(context, "Cannot read the metadata", mailbox.error());
  const auto annotations = co_await async::offload(context.services.readers, context.loop(), [&context, id = *mailbox] {
    return context.services.store.annotations(context.account, id);
  });
  if (!annotations) co_return failure(context, "Cannot read the metadata", annotations.error());
  const std::size_t longest =
      write_metadata_of(context.out(), command.mailbox, command, *annotations, context.name_form);
  // RFC 5464 §4.2.1.
  if (longest > 0) co_return Reply::ok("Some values are longer", Code::number("METADATA LONGENTRIES", longest));
  co_return Reply::ok("That is the metadata");
}

async::Task<Reply> handle(Context& context, const SetMetadata& command) {
  if (auto refusal = refuse(command)) co_return std::move(*refusal);
  const auto mailbox = co_await find_annotated(context, command.mailbox);
  if (!mailbox) co_return failure(context, "Cannot set the metadata", mailbox.error());

  std::vector<store::Annotation> annotations;
  for (const auto& [name, value] : command.entries) annotations.push_back({name, value});
  const auto done = co_await session::store_call(context.loop(), [&](store::Done<void> told) {
    context.services.store.set_annotations(context.account, *mailbox, std::move(annotations), std::move(told));
  });
  if (!done && done.error().code == store::Errc::limit)
    co_return Reply::no("There are as many annotations as there may be", "METADATA TOOMANY");
  if (!done) co_return failure(context, "Cannot set the metadata", done.error());
  co_return Reply::ok("Set");
}

}  // namespace portreeve::imap
