// LIST (RFC 3501 §6.3.8, RFC 5258, RFC 5819), LSUB (RFC 3501 §6.3.9) and STATUS (§6.3.10).
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/listing.h"
#include "protocols/imap/mailboxes.h"

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

// On a worker. A mailbox that went away meanwhile has no line.
store::Result<> write_status_of(std::string& out, store::Store& store, const store::MailboxInfo& mailbox,
                                const std::vector<StatusItem>& items) {
  const store::MailboxStatus& status = mailbox.status;
  std::vector<std::pair<StatusItem, std::uint64_t>> values;
  for (const StatusItem item : items) {
    switch (item) {
      case StatusItem::messages: values.emplace_back(item, status.messages); break;
      case StatusItem::uid_next: values.emplace_back(item, status.uid_next); break;
      case StatusItem::uid_validity: values.emplace_back(item, status.uid_validity); break;
      case StatusItem::unseen: values.emplace_back(item, status.unseen); break;
      case StatusItem::recent: {
        const auto recent = count_recent(store, mailbox.id);
        if (!recent) return std::unexpected(recent.error());
        values.emplace_back(item, *recent);
        break;
      }
    }
  }
  write_status(out, mailbox.name, values);
  return {};
}

store::Result<std::string> render(Context& context, const List& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  std::string out;
  store::Result<> result;
  write_listing(out, command, **mailboxes, [&](const store::MailboxInfo& mailbox) {
    if (command.returns_status.empty() || !result) return;
    const auto written = write_status_of(out, context.services.store, mailbox, command.returns_status);
    // RFC 5819 §2: a STATUS that can't be had is left out.
    if (!written && written.error().code != store::Errc::not_found) result = written;
  });
  if (!result) return std::unexpected(result.error());
  return out;
}

store::Result<std::string> render(Context& context, const Lsub& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  std::string out;
  write_listing(out, command, **mailboxes);
  return out;
}

store::Result<std::string> render(Context& context, const Status& command) {
  const auto mailboxes = context.services.store.mailboxes(context.account);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  const store::MailboxInfo* mailbox = (*mailboxes)->find(command.mailbox);
  if (mailbox == nullptr) return std::unexpected(store::Error{store::Errc::not_found, "no mailbox of that name"});
  std::string out;
  if (const auto written = write_status_of(out, context.services.store, *mailbox, command.items); !written)
    return std::unexpected(written.error());
  return out;
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

async::Task<Reply> handle(Context& context, const List& command) { return answer(context, command, "Cannot list"); }

async::Task<Reply> handle(Context& context, const Lsub& command) { return answer(context, command, "Cannot list"); }

async::Task<Reply> handle(Context& context, const Status& command) {
  return answer(context, command, "Cannot tell the status");
}

}  // namespace portreeve::imap
