// SELECT and EXAMINE (RFC 3501 §6.3.1, §6.3.2; RFC 7162 §3.2.5), CLOSE (§6.4.2) and UNSELECT (RFC 3691).
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

struct Opened {
  std::unique_ptr<store::OpenMailbox> open;
  store::SnapshotPtr snapshot;
  std::uint32_t first_unseen = 0;  // 0: none
  // What a client that resynchronizes doesn't know yet.
  std::vector<NumberRange> vanished;
  SequenceRanges changed;
};

std::uint32_t first_unseen(const store::Snapshot& messages) {
  std::uint32_t sequence = 0;
  for (const auto& block : messages.blocks) {
    for (const store::Message& message : *block) {
      ++sequence;
      if ((message.flags & store::kSeen) == 0) return sequence;
    }
  }
  return 0;
}

store::Result<> resynchronize(store::Store& store, const QuickResync& resync, Opened& opened) {
  const store::Snapshot& messages = *opened.snapshot;
  // RFC 7162 §3.2.5: nothing that the client knows is true of another UIDVALIDITY.
  if (resync.uid_validity != messages.uid_validity) return {};
  const SequenceSet all({{1, SequenceSet::kStar}});
  const SequenceSet& known = resync.known_uids ? *resync.known_uids : all;
  auto vanished = vanished_since(store, messages, resync.mod_seq, known.normalized(messages.uid_next - 1),
                                 settled_uid(resync, messages));
  if (!vanished) return std::unexpected(std::move(vanished.error()));
  opened.vanished = std::move(*vanished);
  opened.changed = changed_since(*resolve(known, Numbers::uid, messages), messages, resync.mod_seq);
  return {};
}

// On a worker: opening and looking for the first unseen message touch all of the mailbox's state.
store::Result<Opened> open_mailbox(store::Store& store, store::MailboxId mailbox,
                                   const std::optional<QuickResync>& resync, std::function<void()> on_change) {
  auto open = store.open(mailbox, std::move(on_change));
  if (!open) return std::unexpected(std::move(open.error()));
  Opened opened;
  opened.snapshot = (*open)->mailbox().snapshot();
  opened.first_unseen = first_unseen(*opened.snapshot);
  opened.open = std::move(*open);
  if (resync) {
    if (auto done = resynchronize(store, *resync, opened); !done) return std::unexpected(std::move(done.error()));
  }
  return opened;
}

void write_state(Context& context, const Selected& selected, std::uint32_t unseen) {
  std::string& out = context.out();
  const store::Snapshot& messages = selected.view->messages();
  write_flags_line(
      out, messages.keywords ? std::span<const std::string>(*messages.keywords) : std::span<const std::string>());
  write_untagged(out, permanent_flags(selected));
  write_exists(out, messages.exists());
  write_recent(out, selected.view->recent());
  if (unseen != 0) write_untagged(out, Reply::ok("First unseen", Code::number("UNSEEN", unseen)));
  write_untagged(out, Reply::ok("UIDs are valid", Code::number("UIDVALIDITY", messages.uid_validity)));
  write_untagged(out, Reply::ok("Predicted next UID", Code::number("UIDNEXT", messages.uid_next)));
  // RFC 7162 §3.1.2.1: whether asked or not, as some clients only then use CONDSTORE.
  write_untagged(out, Reply::ok("Highest", highest_mod_seq(*selected.view)));
  write_untagged(out, Reply::ok("Its id", Code::mailbox_id(selected.id())));  // RFC 8474 §4.2
}

}  // namespace

async::Task<Reply> handle(Context& context, const Select& command) {
  // RFC 3501 §6.3.1: the old mailbox is left even if the new one can't be opened.
  if (std::exchange(context.selected, nullptr)) {
    // RFC 7162 §3.2.11: what was told before was about the old mailbox.
    write_untagged(context.out(), Reply::ok("The other mailbox is closed", "CLOSED"));
  }
  if (!command.other_parameters.empty()) co_return Reply::bad("No such parameter of SELECT");  // RFC 4466 §2.1
  if (command.resync && !context.is_qresync_enabled) co_return Reply::bad("Enable QRESYNC first");
  if (command.enables_condstore) enable_condstore(context);

  const auto mailbox = co_await find_mailbox(context, command.mailbox);
  if (!mailbox) co_return failure(context, "Cannot open the mailbox", mailbox.error());

  auto selected = std::make_unique<Selected>(context.stream().notifier());
  Selected* const owner = selected.get();
  auto opened =
      co_await async::offload(context.services.readers, context.loop(), [&context, &command, &mailbox, owner] {
        return open_mailbox(context.services.store, *mailbox, command.resync, [owner] {
          if (owner->is_idling) owner->notifier();
        });
      });
  if (!opened) co_return failure(context, "Cannot open the mailbox", opened.error());

  selected->is_read_only = command.is_read_only;
  selected->view.emplace(opened->snapshot);
  selected->open = std::move(opened->open);
  store::Mailbox& state = selected->open->mailbox();
  selected->view->add_recent(command.is_read_only ? state.peek_recent() : state.claim_recent());
  write_state(context, *selected, opened->first_unseen);
  context.selected = std::move(selected);
  if (command.resync) {
    co_await tell_vanished(context, std::move(opened->vanished), true);
    Changes changes;
    changes.flags = numbers_of(opened->changed);
    if (!context.is_over()) co_await tell_changes(context, std::move(changes), true);
  }
  co_return command.is_read_only ? Reply::ok("Opened to read", "READ-ONLY") : Reply::ok("Opened", "READ-WRITE");
}

async::Task<Reply> handle(Context& context, const Close&) {
  const std::unique_ptr<Selected> selected = std::exchange(context.selected, nullptr);
  if (selected->is_read_only) co_return Reply::ok("Closed");
  const auto expunged =
      co_await session::store_call<store::Expunged>(context.loop(), [&](store::Done<store::Expunged> done) {
        context.services.store.expunge(selected->id(), all_uids(selected->view->messages()), true, std::move(done));
      });
  if (!expunged && expunged.error().code != store::Errc::not_found)
    co_return failure(context, "Closed, but cannot expunge", expunged.error());
  co_return Reply::ok("Closed");
}

async::Task<Reply> handle(Context& context, const Unselect&) {
  context.selected.reset();
  co_return Reply::ok("Left");
}

}  // namespace portreeve::imap
