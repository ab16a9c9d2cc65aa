#include "protocols/smtp/reception.h"

#include <utility>

#include "protocols/smtp/trace.h"

namespace portreeve::smtp {

Reception::Reception(store::Store& store, async::Loop& loop, Settings settings)
    : settings_(std::move(settings)), intake_(std::in_place, store, loop) {}

async::Task<std::size_t> Reception::take(std::string_view input) {
  std::string scratch;
  const DataScanner::Piece piece = scanner_.next_all(input, scratch);
  is_complete_ = piece.is_end;
  size_ += piece.text.size();
  if (size_ > settings_.max_bytes || scanner_.fault() != DataFault::none) drop();
  if (!intake_ || piece.text.empty()) co_return piece.consumed;
  if (is_at_beginning_) {
    beginning_.append(piece.text);
    if (!has_enough_of_beginning()) co_return piece.consumed;
    scratch = take_beginning();
    status_ = co_await intake_->add(scratch);
  } else {
    status_ = co_await intake_->add(piece.text);
  }
  if (!status_) drop();
  co_return piece.consumed;
}

async::Task<store::Result<store::IncomingBody>> Reception::finish() {
  if (is_at_beginning_) {
    const std::string beginning = take_beginning();
    status_ = co_await intake_->add(beginning);
  }
  if (!status_) co_return std::unexpected(status_.error());
  co_return intake_->finish();
}

bool Reception::has_enough_of_beginning() {
  if (!settings_.completes_header || beginning_.size() >= settings_.max_header_bytes) return true;
  const std::size_t searched = std::exchange(searched_, beginning_.size());
  return find_header_end(beginning_, searched) != std::string::npos;
}

std::string Reception::take_beginning() {
  is_at_beginning_ = false;
  std::string out = std::move(settings_.trace);
  if (settings_.completes_header) {
    if (!has_field(beginning_, "Date")) out.append("Date: ").append(settings_.date).append("\r\n");
    if (!has_field(beginning_, "Message-ID")) {
      out.append("Message-ID: <").append(settings_.id).append("@").append(settings_.host).append(">\r\n");
    }
  }
  out.append(std::exchange(beginning_, {}));
  return out;
}

void Reception::drop() {
  intake_.reset();
  std::string().swap(beginning_);
}

Reception::Verdict Reception::verdict() const {
  switch (scanner_.fault()) {
    case DataFault::none: break;
    case DataFault::bare_cr: return Verdict::bare_cr;
    case DataFault::bare_lf: return Verdict::bare_lf;
    case DataFault::nul: return Verdict::nul;
  }
  if (size_ > settings_.max_bytes) return Verdict::too_big;
  return status_ ? Verdict::good : Verdict::store_failed;
}

}  // namespace portreeve::smtp
