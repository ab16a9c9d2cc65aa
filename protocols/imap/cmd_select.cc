// SELECT and EXAMINE (RFC 3501 §6.3.1, §6.3.2; RFC 7162 §3.2.5; RFC 9051 §6.3.2, §6.3.3), CLOSE (§6.4.2) and UNSELECT
// (RFC 3691).
#include <string_view>
#include <utility>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/listing.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

// The rights of which one is enough to say READ-WRITE: all flags are shared.
constexpr store::Rights kChanging =
    store::kInsert | store::kExpunge | store::kKeepSeen | store::kWrite | store::kDeleteMessages;

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
                                   const std::optional<QuickResync>& resync, bool tells_unseen,
                                   std::function<void()> on_change) {
  auto open = store.open(mailbox, std::move(on_change));
  if (!open) return std::unexpected(std::move(open.error()));
  Opened opened;
  opened.snapshot = (*open)->mailbox().snapshot();
  opened.open = std::move(*open);
  if (tells_unseen) opened.first_unseen = first_unseen(*opened.snapshot);
  if (resync) {
    if (auto done = resynchronize(store, *resync, opened); !done) return std::unexpected(std::move(done.error()));
  }
  return opened;
}

// `line` is its LIST line, which RFC 9051 §6.3.2 wants; RFC 3501 has RECENT and UNSEEN in its place.
void write_state(Context& context, const Selected& selected, std::uint32_t unseen, std::string_view line) {
  std::string& out = context.out();
  const store::Snapshot& messages = selected.view->messages();
  write_flags_line(
      out, messages.keywords ? std::span<const std::string>(*messages.keywords) : std::span<const std::string>());
  context.tell(permanent_flags(selected));
  context.tell(Reply::ok("For URLs", "URLMECH INTERNAL"));  // RFC 4467 §8
  write_exists(out, messages.exists());
  if (!context.is_rev2) write_recent(out, selected.view->recent());
  // RFC 9586 §3: it would be a sequence number.
  if (unseen != 0 && !context.is_uid_only) context.tell(Reply::ok("First unseen", Code::number("UNSEEN", unseen)));
  context.tell(Reply::ok("UIDs are valid", Code::number("UIDVALIDITY", messages.uid_validity)));
  context.tell(Reply::ok("Predicted next UID", Code::number("UIDNEXT", messages.uid_next)));
  // RFC 7162 §3.1.2.1: whether asked or not, as some clients only then use CONDSTORE.
  context.tell(Reply::ok("Highest", highest_mod_seq(*selected.view)));
  context.tell(Reply::ok("Its id", Code::mailbox_id(selected.id())));  // RFC 8474 §4.2
  out += line;
}

struct Found {
  Located mailbox;
  std::string line;  // of IMAP4rev2 only
};

async::Task<store::Result<Found>> find(Context& context, const Select& command) {
  auto located = co_await locate(context, command.mailbox, store::kRead);
  if (!located) co_return std::unexpected(located.error());
  Found found{std::move(*located), {}};
  if (!context.is_rev2) co_return found;
  const auto visible = co_await read_visible_mailboxes(context);
  if (!visible) co_return std::unexpected(visible.error());
  const store::MailboxInfo* const mailbox = visible->list->find(found.mailbox.id);
  // One that may be read and not looked up is in no list.
  const store::MailboxInfo unlisted{.id = found.mailbox.id, .name = command.mailbox, .status = {}};
  const store::MailboxInfo& listed = mailbox != nullptr ? *mailbox : unlisted;
  // An owner's address and INBOX may be spelled otherwise in others' names, too.
  const std::string_view given =
      command.given.empty() && listed.name != command.mailbox ? command.mailbox : command.given;
  write_mailbox_line(found.line, *visible->list, listed, given, context.name_form);
  co_return found;
}

}  // namespace

async::Task<Reply> handle(Context& context, const Select& command) {
  // RFC 3501 §6.3.1: the old mailbox is left even if the new one can't be opened.
  if (std::exchange(context.selected, nullptr)) {
    // RFC 7162 §3.2.11: what was told before was about the old mailbox.
    context.tell(Reply::ok("The other mailbox is closed", "CLOSED"));
  }
  if (!command.other_parameters.empty()) co_return Reply::bad("No such parameter of SELECT");  // RFC 4466 §2.1
  if (command.resync && !context.is_qresync_enabled) co_return Reply::bad("Enable QRESYNC first");
  if (command.enables_condstore) enable_condstore(context);

  const auto found = co_await find(context, command);
  if (!found) co_return failure(context, "Cannot open the mailbox", found.error());
  const Located& mailbox = found->mailbox;

  auto selected = std::make_unique<Selected>(context.stream().notifier());
  Selected* const owner = selected.get();
  auto opened =
      co_await async::offload(context.services.readers, context.loop(), [&context, &command, &mailbox, owner] {
        return open_mailbox(context.services.store, mailbox.id, command.resync, !context.is_rev2, [owner] {
          if (owner->is_listening) owner->notifier();
        });
      });
  if (!opened) co_return failure(context, "Cannot open the mailbox", opened.error());

  selected->is_listening = listens_always(context);
  selected->is_read_only = command.is_read_only;
  selected->is_anothers = mailbox.owner != context.account;
  selected->owner = mailbox.owner;
  selected->rights = mailbox.rights;
  selected->view.emplace(opened->snapshot);
  selected->open = std::move(opened->open);
  selected->has_recent = !context.is_rev2;
  selected->update_recent();
  write_state(context, *selected, opened->first_unseen, found->line);
  // RFC 4314 §5.2.
  const bool is_read_only = command.is_read_only || (selected->rights & kChanging) == 0;
  context.selected = std::move(selected);
  if (command.resync) {
    co_await tell_vanished(context, std::move(opened->vanished), true);
    Changes changes;
    changes.flags = numbers_of(opened->changed);
    if (!context.is_over()) co_await tell_changes(context, std::move(changes), true);
  }
  co_return is_read_only ? Reply::ok("Opened to read", "READ-ONLY") : Reply::ok("Opened", "READ-WRITE");
}

async::Task<Reply> handle(Context& context, const Close&) {
  const std::unique_ptr<Selected> selected = std::exchange(context.selected, nullptr);
  // RFC 4314 §4: without the right to expunge it is closed all the same.
  if (selected->is_read_only || !selected->may(store::kExpunge)) co_return Reply::ok("Closed");
  if (OwnChanges* own = own_changes(context)) own->closed = selected->id();
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
