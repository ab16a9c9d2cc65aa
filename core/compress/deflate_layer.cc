#include "core/compress/deflate_layer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <utility>

namespace portreeve::compress {
namespace {

using net::IoStep;

// 64 KiB of state, a fifth of zlib's own choice; mail's headers and structures repeat within less than 8 KiB.
constexpr int kDeflateWindow = -13;
constexpr int kDeflateMemory = 6;
// The best of the levels that don't search long: a level of 6 takes twice the time for a few percent.
constexpr int kLevel = 3;
constexpr int kInflateWindow = -15;  // the peer's choice; the memory comes as it is used

constexpr std::size_t kWriteBatch = std::size_t{64} * 1024;
constexpr std::size_t kWriteStep = std::size_t{16} * 1024;
constexpr std::size_t kReadAhead = std::size_t{16} * 1024;
// Compressed input that may pass without a byte of content; flushes and tables of codes take far less.
constexpr std::size_t kMaxBarren = std::size_t{64} * 1024;
// Sent between two rests: a session with less to say is at rest, or polls.
constexpr std::size_t kQuiet = 512;

Bytef* bytes_of(const char* text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text)); }

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, kInflateWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Takes from the front of `input` what it can. False: this is no DEFLATE.
  bool inflate(std::string_view& input, std::span<char> into, std::size_t& got) {
    stream_.next_in = bytes_of(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = bytes_of(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    const int result = ::inflate(&stream_, Z_SYNC_FLUSH);
    input = input.substr(input.size() - stream_.avail_in);
    got = into.size() - stream_.avail_out;
    is_full_ = stream_.avail_out == 0;
    if (result == Z_STREAM_END) is_ended_ = true;
    return result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END;
  }
  // May it hold output that didn't fit?
  bool is_full() const { return is_full_; }
  bool is_ended() const { return is_ended_; }

 private:
  z_stream stream_{};
  bool is_full_ = false;
  bool is_ended_ = false;
};

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kDeflateWindow, kDeflateMemory, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void deflate(std::string_view input, bool is_flush, std::string& out) {
    stream_.next_in = bytes_of(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      const std::size_t had = out.size();
      out.resize_and_overwrite(had + kWriteStep, [&](char* data, std::size_t) {
        stream_.next_out = bytes_of(data + had);
        stream_.avail_out = kWriteStep;
        ::deflate(&stream_, is_flush ? Z_SYNC_FLUSH : Z_NO_FLUSH);
        return had + kWriteStep - stream_.avail_out;
      });
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

class DeflateLayer final : public net::Layer {
 public:
  DeflateLayer(std::unique_ptr<net::Layer> below, std::string_view early)
      : below_(std::move(below)), left_over_(early) {}

  IoStep handshake() override { return {IoStep::Status::done, 0}; }
  IoStep read(std::span<char> into) override;
  IoStep write(std::span<const std::string_view> buffers) override;
  // RFC 4978 has no goodbye of its own.
  IoStep shutdown() override { return below_->shutdown(); }
  bool has_pending() const override { return inflater_.is_full() || !left_over_.empty() || below_->has_pending(); }
  void shrink() override;
  const net::TlsInfo* tls() const override { return below_->tls(); }
  std::string channel_binding(std::string_view type) const override { return below_->channel_binding(type); }
  std::string failure() const override { return failure_.empty() ? below_->failure() : std::string(failure_); }

 private:
  // What the input holds, or want_read if that is nothing.
  IoStep inflate(std::string_view& input, std::span<char> into);
  IoStep fail(std::string_view why) {
    failure_ = why;
    return {IoStep::Status::failed, 0};
  }
  void compress(std::span<const std::string_view> buffers);
  IoStep send_outgoing();

  std::unique_ptr<net::Layer> below_;
  Inflater inflater_;
  std::string left_over_;               // compressed input that was read and not asked for
  std::size_t barren_ = 0;              // compressed input since the last byte of content
  std::unique_ptr<Deflater> deflater_;  // null between two writes of a quiet session
  std::string outgoing_;                // compressed, of the write under way, from sent_ on
  std::size_t sent_ = 0;
  std::size_t accepted_ = 0;    // plain bytes in outgoing_; told to the caller when all are sent
  std::size_t since_rest_ = 0;  // plain bytes written since shrink()
  bool is_flushed_ = true;      // the peer can read all that was written
  std::string_view failure_;
};

IoStep DeflateLayer::inflate(std::string_view& input, std::span<char> into) {
  // The peer ended its compressed data: nothing may follow.
  if (inflater_.is_ended()) return {IoStep::Status::eof, 0};
  if (input.empty() && !inflater_.is_full()) return {IoStep::Status::want_read, 0};
  const std::size_t had = input.size();
  std::size_t got = 0;
  if (!inflater_.inflate(input, into, got)) return fail("the compressed input is broken");
  barren_ = got > 0 ? 0 : barren_ + had - input.size();
  if (got > 0) return {IoStep::Status::done, got};
  if (inflater_.is_ended()) return {IoStep::Status::eof, 0};
  if (barren_ > kMaxBarren) return fail("compressed input without content");
  return {IoStep::Status::want_read, 0};
}

IoStep DeflateLayer::read(std::span<char> into) {
  if (!failure_.empty()) return {IoStep::Status::failed, 0};
  std::string_view kept = left_over_;
  IoStep step = inflate(kept, into);
  left_over_.erase(0, left_over_.size() - kept.size());
  std::array<char, kReadAhead> bytes;  // not initialized: it is as big as a read
  while (step.status == IoStep::Status::want_read) {
    const IoStep below = below_->read(bytes);
    if (below.status != IoStep::Status::done) return below;
    std::string_view input(bytes.data(), below.bytes);
    step = inflate(input, into);
    left_over_ = input;
  }
  return step;
}

void DeflateLayer::compress(std::span<const std::string_view> buffers) {
  if (!deflater_) deflater_ = std::make_unique<Deflater>();
  std::size_t left = 0;
  for (const std::string_view buffer : buffers) left += buffer.size();
  for (const std::string_view buffer : buffers) {
    const std::string_view part = buffer.substr(0, kWriteBatch - accepted_);
    left -= part.size();
    accepted_ += part.size();
    deflater_->deflate(part, left == 0, outgoing_);
    if (left == 0 || accepted_ == kWriteBatch) break;
  }
  is_flushed_ = left == 0;
  since_rest_ += accepted_;
}

IoStep DeflateLayer::send_outgoing() {
  while (sent_ < outgoing_.size()) {
    const std::array<std::string_view, 1> rest{std::string_view(outgoing_).substr(sent_)};
    const IoStep step = below_->write(rest);
    if (step.status != IoStep::Status::done) return step;
    sent_ += step.bytes;
  }
  outgoing_.clear();
  sent_ = 0;
  return {IoStep::Status::done, std::exchange(accepted_, 0)};
}

// While the peer is slow the caller comes again with the same bytes, which are compressed already.
IoStep DeflateLayer::write(std::span<const std::string_view> buffers) {
  if (accepted_ == 0) {
    if (std::ranges::all_of(buffers, &std::string_view::empty)) return {IoStep::Status::done, 0};
    compress(buffers);
  }
  return send_outgoing();
}

void DeflateLayer::shrink() {
  if (outgoing_.empty()) std::string().swap(outgoing_);
  if (left_over_.empty()) std::string().swap(left_over_);
  // Behind a flush the data is at a byte's boundary, and a compressor that has seen nothing refers to nothing.
  if (is_flushed_ && accepted_ == 0 && since_rest_ < kQuiet) deflater_.reset();
  since_rest_ = 0;
  below_->shrink();
}

}  // namespace

std::unique_ptr<net::Layer> make_deflate_layer(std::unique_ptr<net::Layer> below, std::string_view early) {
  return std::make_unique<DeflateLayer>(std::move(below), early);
}

}  // namespace portreeve::compress
