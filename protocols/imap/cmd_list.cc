// LIST (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 9590), LSUB (RFC 3501 §6.3.9) and STATUS (§6.3.10, RFC 8438, RFC
// 9208).
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/listing.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/metadata.h"
#include "protocols/imap/response_acl.h"
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
        if (context.is_rev2) {
          values.emplace_back(item, 0);
          break;
        }
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
                                   store::AccountId owner, const GetMetadata& asked) {
  const auto annotations = annotations_of(context, owner, mailbox.id);
  if (!annotations) return std::unexpected(annotations.error());
  write_metadata_of(out, mailbox.name, asked, *annotations, context.name_form);
  return {};
}

store::Result<std::string> render(Context& context, const List& command) {
  const auto visible = read_visible(context);
  if (!visible) return std::unexpected(visible.error());
  const GetMetadata metadata{.entries = command.returns_metadata};
  std::string out;
  store::Result<> result;
  const auto tell_status = [&](const store::MailboxInfo& mailbox) {
    const store::Rights rights = visible->rights(mailbox.id);
    if (command.returns_my_rights) write_my_rights(out, mailbox.name, rights, context.name_form);  // RFC 8440 §4
    if (!metadata.entries.empty() && result && (rights & kMetadataRights) != 0) {
      const store::AccountId owner = visible->owner(mailbox.id).value_or(context.account);
      result = write_metadata_for(out, context, mailbox, owner, metadata);
    }
    // RFC 5819 §2: nor is there a STATUS without the right to it.
    if (command.returns_status.empty() || !result || (rights & store::kRead) == 0) return;
    const auto written = write_status_of(out, context, mailbox, command.returns_status);
    // RFC 5819 §2: a STATUS that can't be had is left out.
    if (!written && written.error().code != store::Errc::not_found) result = written;
  };
  write_listing(out, command, *visible->list, tell_status, context.name_form, context.is_rev2);
  if (!result) return std::unexpected(result.error());
  return out;
}

store::Result<std::string> render(Context& context, const Lsub& command) {
  const auto visible = read_visible(context);
  if (!visible) return std::unexpected(visible.error());
  std::string out;
  write_listing(out, command, *visible->list, context.name_form);
  return out;
}

store::Result<std::string> render(Context& context, const Status& command) {
  const auto located = look_up(context, command.mailbox, store::kRead);
  if (!located) return std::unexpected(located.error());
  const auto mailboxes = context.services.store.mailboxes(located->owner);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  const store::MailboxInfo* found = (*mailboxes)->find(located->id);
  if (found == nullptr) return std::unexpected(store::Error{store::Errc::not_found, "no mailbox of that name"});
  store::MailboxInfo mailbox = *found;
  mailbox.name = command.mailbox;
  std::string out;
  if (const auto written = write_status_of(out, context, mailbox, command.items); !written)
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
