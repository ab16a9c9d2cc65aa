#include "protocols/smtp/reception.h"

#include <algorithm>
#include <utility>

namespace portreeve::smtp {
namespace {

constexpr std::size_t kMaxKeptHeader = std::size_t{64} * 1024;

}  // namespace

Reception::Reception(store::Store& store, async::Loop& loop, Settings settings)
    : settings_(std::move(settings)), header_(settings_.header), intake_(std::in_place, store, loop) {
  if (settings_.is_binary) converter_.emplace(mime::Limits{});
}

async::Task<std::size_t> Reception::take_data(std::string_view input) {
  std::string scratch;
  const DataScanner::Piece piece = scanner_.next_all(input, scratch);
  is_complete_ = piece.is_end;
  co_await accept(piece.text);
  co_return piece.consumed;
}

async::Task<> Reception::take_chunk(std::string_view chunk) {
  // A binary part may hold anything; the converter sees to the rest.
  if (!settings_.is_binary) checker_.feed(chunk);
  co_await accept(chunk);
}

void Reception::end_chunks() {
  if (!settings_.is_binary) checker_.finish();
  is_complete_ = true;
  if (verdict() != Verdict::good) drop();
}

async::Task<> Reception::accept(std::string_view text) {
  size_ += text.size();
  if (verdict() != Verdict::good) drop();
  if (!intake_ || text.empty()) co_return;
  if (!settings_.normalises) {
    co_await pass_on(text);
    co_return;
  }
  std::string mended;
  mender_.feed(text, mended);
  co_await pass_on(mended);
}

async::Task<> Reception::pass_on(std::string_view text) {
  if (!settings_.is_submission && !header_.has_ended()) keep_header(text);
  header_.feed(text);
  if (is_at_header_) {
    if (settings_.is_submission) {
      beginning_.append(text);
      if (!header_.has_ended()) co_return;
      text = {};
    }
    const std::string header = take_header();
    co_await store(header);
  }
  co_await store(text);
}

async::Task<> Reception::store(std::string_view text) {
  if (!intake_ || text.empty()) co_return;
  std::string converted;
  if (converter_) {
    converter_->feed(text, converted);
    text = converted;
  }
  if (!status_ || verdict() != Verdict::good) {
    drop();
    co_return;
  }
  status_ = co_await intake_->add(text);
  if (!status_) drop();
}

async::Task<> Reception::finish() {
  std::string rest;
  if (settings_.normalises) mender_.finish(rest);
  co_await pass_on(rest);
  header_.finish();
  if (is_at_header_) {
    const std::string header = take_header();
    co_await store(header);
  }
  if (converter_ && intake_) {
    std::string converted;
    converter_->finish(converted);
    if (verdict() == Verdict::good) status_ = co_await intake_->add(converted);
  }
  // What came with the header's end in one piece is no part of it.
  if (!settings_.is_submission) kept_header_.resize(std::min(kept_header_.size(), header_.size()));
  if (verdict() != Verdict::good) drop();
}

// The trace and, of a submission, what was held back, completed.
std::string Reception::take_header() {
  is_at_header_ = false;
  std::string out = std::move(settings_.trace);
  if (!settings_.is_submission) return out;
  const std::string held = std::exchange(beginning_, {});
  const std::string_view header = std::string_view(held).substr(0, header_.size());
  submitted_ = examine_submission(header);
  if (submitted_->is_utf8) out = std::move(settings_.utf8_trace);
  const std::string completed =
      complete_submission(header, settings_.date, "<" + settings_.id + "@" + settings_.host + ">");
  keep_header(completed);
  return out.append(completed).append(held, header.size());
}

void Reception::keep_header(std::string_view text) {
  if (!settings_.keeps_header) return;
  kept_header_.append(text.substr(0, kMaxKeptHeader - kept_header_.size()));
}

void Reception::drop() {
  intake_.reset();
  std::string().swap(beginning_);
}

Reception::Verdict Reception::verdict() const {
  const DataFault fault = scanner_.fault() != DataFault::none ? scanner_.fault() : checker_.fault();
  switch (fault) {
    case DataFault::none: break;
    case DataFault::bare_cr:
      if (!settings_.normalises) return Verdict::bare_cr;
      break;
    case DataFault::bare_lf:
      if (!settings_.normalises) return Verdict::bare_lf;
      break;
    case DataFault::nul: return Verdict::nul;
  }
  if (size_ > settings_.max_bytes) return Verdict::too_big;
  switch (header_.fault()) {
    case HeaderScanner::Fault::none: break;
    case HeaderScanner::Fault::too_big: return Verdict::header_too_big;
    case HeaderScanner::Fault::too_many_fields: return Verdict::too_many_fields;
    case HeaderScanner::Fault::looping: return Verdict::looping;
  }
  switch (converter_ ? converter_->fault() : mime::ConversionFault::none) {
    case mime::ConversionFault::none: break;
    case mime::ConversionFault::not_labelled: return Verdict::not_labelled;
    case mime::ConversionFault::signed_content: return Verdict::signed_content;
    case mime::ConversionFault::header_too_big: return Verdict::header_too_big;
  }
  return status_ ? Verdict::good : Verdict::store_failed;
}

}  // namespace portreeve::smtp
