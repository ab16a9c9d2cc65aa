// LIST (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 9590), LSUB (RFC 3501 §6.3.9) and STATUS (§6.3.10, RFC 8438, RFC
// 9208).
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/listing.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/metadata.h"
#include "protocols/imap/sync.h"

namespace portreeve::imap {
namespace {

// RECENT of a mailbox that isn't selected. On a worker.
store::Result<std::uint32_t> count_recent(store::Store& store, store::MailboxId mailbox) {
  const auto open = store.open(mailbox, [] {});
  if (!open) return std::unexpected(open.error());
  const store::UidRange recent = (*open)->mailbox().peek_recent();
  View view((*open)->mailbox().snapshot());
  view.set_recent(recent);
  return view.recent();
}

// What an EXPUNGE would set free (RFC 9208 §4.1.4). On a worker.
store::Result<std::uint64_t> deleted_bytes(store::Store& store, const store::MailboxInfo& mailbox) {
  if (mailbox.status.deleted == 0) return 0;
  const auto messages = store.snapshot(mailbox.id);
  if (!messages) return std::unexpected(messages.error());
  std::uint64_t bytes = 0;
  for (const auto& block : (*messages)->blocks) {
    for (const store::Message& message : *block) {
      if ((message.flags & store::kDeleted) != 0) bytes += message.size;
    }
  }
  return bytes;
}

// On a worker. A mailbox that went away meanwhile has no line.
store::Result<> write_status_of(std::string& out, const Context& context, const store::MailboxInfo& mailbox,
                                const std::vector<StatusItem>& items) {
  const store::MailboxStatus& status = mailbox.status;
  std::vector<std::pair<StatusItem, std::uint64_t>> values;
  for (const StatusItem item : items) {
    switch (item) {
      case StatusItem::messages: values.emplace_back(item, status.messages); break;
      case StatusItem::uid_next: values.emplace_back(item, status.uid_next); break;
      case StatusItem::uid_validity: values.emplace_back(item, status.uid_validity); break;
      case StatusItem::unseen: values.emplace_back(item, status.unseen); break;
      case StatusItem::deleted: values.emplace_back(item, status.deleted); break;
      case StatusItem::deleted_storage: {
        const auto bytes = deleted_bytes(context.services.store, mailbox);
        if (!bytes) return std::unexpected(bytes.error());
        values.emplace_back(item, *bytes);
        break;
      }
      case StatusItem::mailbox_id: values.emplace_back(item, static_cast<std::uint64_t>(mailbox.id)); break;
      case StatusItem::size: values.emplace_back(item, status.bytes); break;
      case StatusItem::highest_mod_seq: values.emplace_back(item, status.highest_mod_seq); break;
      case StatusItem::append_limit: values.emplace_back(item, context.options.max_append_bytes); break;
      case StatusItem::recent: {
        const auto recent = count_recent(context.services.store, mailbox.id);
        if (!recent) return std::unexpected(recent.error());
        values.emplace_back(item, *recent);
        break;
      }
    }
  }
  write_status(out, mailbox.name, values, context.name_form);
  return {};
}

// RFC 9590 §3. On a worker.
store::Result<> write_metadata_for(std::string& out, const Context& context, const store::MailboxInfo& mailbox,
                                   const GetMetadata& asked) {
  const auto annotations = context.services.store.annotations(context.account, mailbox.id);
  if (!annotations) return std::unexpected(annotations.error());
  write_metadata_of(out, mailbox.name, asked, *annotations, context.name_form);
  return {};
}

store::Result<std::string> render(Context& context, const List& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  const GetMetadata metadata{.entries = command.returns_metadata};
  std::string out;
  store::Result<> result;
  const auto tell_status = [&](const store::MailboxInfo& mailbox) {
    if (!metadata.entries.empty() && result) result = write_metadata_for(out, context, mailbox, metadata);
    if (command.returns_status.empty() || !result) return;
    const auto written = write_status_of(out, context, mailbox, command.returns_status);
    // RFC 5819 §2: a STATUS that can't be had is left out.
    if (!written && written.error().code != store::Errc::not_found) result = written;
  };
  write_listing(out, command, **mailboxes, tell_status, context.name_form);
  if (!result) return std::unexpected(result.error());
  return out;
}

store::Result<std::string> render(Context& context, const Lsub& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  std::string out;
  write_listing(out, command, **mailboxes, context.name_form);
  return out;
}

store::Result<std::string> render(Context& context, const Status& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  const store::MailboxInfo* mailbox = (*mailboxes)->find(command.mailbox);
  if (mailbox == nullptr) return std::unexpected(store::Error{store::Errc::not_found, "no mailbox of that name"});
  std::string out;
  if (const auto written = write_status_of(out, context, *mailbox, command.items); !written)
    return std::unexpected(written.error());
  return out;
}

// RFC 7162 §3.1: asking for HIGHESTMODSEQ is an enabling command.
void enable_condstore_for(Context& context, const std::vector<StatusItem>& items) {
  if (std::ranges::find(items, StatusItem::highest_mod_seq) != items.end()) enable_condstore(context);
}

template <class Asked>
async::Task<Reply> answer(Context& context, const Asked& command, std::string_view what) {
  const auto rendered = co_await async::offload(context.services.readers, context.loop(),
                                                [&context, &command] { return render(context, command); });
  if (!rendered) co_return failure(context, what, rendered.error());
  context.stream().write(*rendered);
  co_return Reply::ok("Done");
}

}  // namespace

async::Task<Reply> handle(Context& context, const List& command) {
  enable_condstore_for(context, command.returns_status);
  return answer(context, command, "Cannot list");
}

async::Task<Reply> handle(Context& context, const Lsub& command) { return answer(context, command, "Cannot list"); }

async::Task<Reply> handle(Context& context, const Status& command) {
  enable_condstore_for(context, command.items);
  return answer(context, command, "Cannot tell the status");
}

}  // namespace portreeve::imap
