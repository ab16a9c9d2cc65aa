// The TRANSACTION and UPDATE states (RFC 1939 §5, §6), save for what sends messages.
#include "core/base/log.h"
#include "protocols/pop3/conversation.h"
#include "protocols/session/store_call.h"

namespace portreeve::pop3 {

Conversation::Outcome Conversation::stat() {
  write_ok(stream_.output(), drop_->count(), drop_->bytes());
  return Outcome::good;
}

// LIST and UIDL, of one message or all (RFC 1939 §5, §7).
async::Task<Conversation::Outcome> Conversation::list(const Command& command) {
  const bool is_uidl = command.verb == Verb::uidl;
  const store::Snapshot& snapshot = drop_->snapshot();
  if (command.message) {
    const store::Message* message = drop_->find(*command.message);
    if (message == nullptr) co_return error(Code::none, "no such message");
    stream_.output().append("+OK ");
    if (is_uidl) {
      write_unique_id(stream_.output(), *command.message, snapshot.uid_validity, message->uid);
    } else {
      write_size(stream_.output(), *command.message, message->pop3_size);
    }
    co_return Outcome::good;
  }
  count(drop_->count(), "messages");
  std::uint32_t number = 0;
  for (const auto& block : snapshot.blocks) {
    for (const store::Message& message : *block) {
      if (drop_->is_marked(++number)) continue;
      if (is_uidl) {
        write_unique_id(stream_.output(), number, snapshot.uid_validity, message.uid);
      } else {
        write_size(stream_.output(), number, message.pop3_size);
      }
    }
    if (stream_.queued_bytes() < kMaxQueuedBytes) continue;
    stream_.set_deadline(options_.write_timeout);
    const net::Result<> flushed = co_await stream_.flush();
    if (flushed) continue;
    ending_ = net::describe(flushed.error());
    co_return Outcome::lost;
  }
  write_end(stream_.output());
  co_return Outcome::good;
}

Conversation::Outcome Conversation::dele(const Command& command) {
  if (drop_->find(*command.message) == nullptr) return error(Code::none, "no such message");
  drop_->mark(*command.message);
  return ok("marked for removal");
}

// RFC 1939 §4 and §6. Only here are messages removed: a session that ends otherwise leaves all of them.
async::Task<Conversation::Outcome> Conversation::quit() {
  ending_ = "quit";
  if (!drop_ || !drop_->has_marks()) {
    // Before the answer: whoever has it may come again at once.
    leave_maildrop();
    ok("goodbye");
    co_return Outcome::end;
  }
  store::Store& store = services_.store;
  const store::MailboxId inbox = drop_->snapshot().mailbox;
  store::UidSet uids = drop_->marked();
  // Bodies that only this session still held may go with the messages.
  inbox_.reset();
  const store::Result<store::Expunged> expunged = co_await session::store_call<store::Expunged>(
      stream_.loop(), [&store, inbox, &uids](store::Done<store::Expunged> done) {
        store.expunge(inbox, std::move(uids), false, std::move(done));
      });
  if (expunged) {
    // Before the answer: whoever has it may come again at once.
    leave_maildrop();
    ok("goodbye");
    co_return Outcome::end;
  }
  base::log::error("removal_failed", {{"id", connection_.id}, {"error", expunged.error().detail}});
  error(Code::sys_temp, "some messages were not removed");
  co_return Outcome::end;
}

}  // namespace portreeve::pop3
