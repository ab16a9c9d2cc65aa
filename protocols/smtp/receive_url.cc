// BURL (RFC 4468): a message, or a part of one, that the user has in a mailbox here. It is read in this process; what
// the RFC has a submission server do as a client of IMAP is a look into the store.
#include <ctime>

#include "core/base/log.h"
#include "protocols/smtp/conversation.h"
#include "protocols/urls/authorized.h"

namespace portreeve::smtp {
namespace {

using Why = urls::Refusal::Why;

constexpr std::uint64_t kPiece = std::uint64_t{64} * 1024;

// RFC 4468 §6
Reply explain_refusal(Why why) {
  switch (why) {
    case Why::not_a_message: return {501, "5.5.4", "BURL wants the IMAP URL of a message"};
    case Why::elsewhere: return {554, "5.7.8", "URL resolution requires trust relationship"};
    case Why::unauthorized: return {554, "5.7.0", "IMAP URL authorization failed"};
    case Why::gone: return {554, "5.6.6", "IMAP URL resolution failed"};
    case Why::failed: break;
  }
  return {451, "4.3.0", "The message can't be read now, try later"};
}

}  // namespace

async::Task<Conversation::Answer> Conversation::receive_url(Burl command) {
  std::optional<Reply> refusal = check(command, state());
  if (!refusal) refusal = begin_part();
  if (!refusal) refusal = co_await read_url(command.url, *reception_);
  co_return co_await end_part(std::move(refusal), command.is_last, "Waiting for additional BURL or BDAT commands");
}

async::Task<std::optional<Reply>> Conversation::read_url(const std::string& url, Reception& reception) {
  const urls::Asker asker{.account = account_.id, .is_submission = true};
  const std::int64_t now = std::time(nullptr);
  const auto content = co_await async::offload(services_.readers, stream_.loop(), [&] {
    return urls::open_authorized(services_.store, services_.host_name, url, asker, now);
  });
  const auto fail = [&](const store::Error& error) {
    base::log::error("burl_failed", {{"id", connection_.id}, {"account", account_.address}, {"why", error.detail}});
    return explain_refusal(Why::failed);
  };
  if (!content) {
    if (content.error().why == Why::failed) co_return fail(content.error().error);
    co_return explain_refusal(content.error().why);
  }
  if (reception.size() + (*content)->left() > options_.max_message_bytes) {
    co_return Reply(554, "5.3.4", "The message is too big");
  }
  std::string piece;
  while ((*content)->left() > 0 && reception.verdict() == Reception::Verdict::good) {
    stream_.set_deadline(options_.timeouts.transfer);
    piece.clear();
    const auto read =
        co_await async::offload(services_.readers, stream_.loop(), [&] { return (*content)->read(kPiece, piece); });
    if (!read) co_return fail(read.error());
    co_await reception.take_chunk(piece);
  }
  co_return std::nullopt;
}

}  // namespace portreeve::smtp
