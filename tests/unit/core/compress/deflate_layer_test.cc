#include "core/compress/deflate_layer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace portreeve::compress {
namespace {

using net::IoStep;
using Status = net::IoStep::Status;

// What a descriptor would be: gives and takes as much at a time as it is told.
class Wire final : public net::Layer {
 public:
  std::string input;
  std::string output;
  std::size_t read_at_most = SIZE_MAX;
  std::size_t room = SIZE_MAX;

  IoStep handshake() override { return {Status::done, 0}; }
  IoStep read(std::span<char> into) override {
    if (input.empty()) return {Status::want_read, 0};
    const std::size_t count = input.copy(into.data(), std::min(into.size(), read_at_most));
    input.erase(0, count);
    return {Status::done, count};
  }
  IoStep write(std::span<const std::string_view> buffers) override {
    const std::string_view taken = buffers.front().substr(0, room);
    if (taken.empty()) return {Status::want_write, 0};
    output += taken;
    room -= taken.size();
    return {Status::done, taken.size()};
  }
  IoStep shutdown() override { return {Status::done, 0}; }
  bool has_pending() const override { return false; }
  void shrink() override {}
  const net::TlsInfo* tls() const override { return nullptr; }
  std::string failure() const override { return {}; }
};

// The peer's ends of zlib.
class Peer {
 public:
  Peer() {
    deflateInit2(&deflate_, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    inflateInit2(&inflate_, -15);
  }
  ~Peer() {
    deflateEnd(&deflate_);
    inflateEnd(&inflate_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string compressed(std::string text, int flush) {
    std::string out(text.size() + 1000, '\0');
    set(deflate_, text, out);
    EXPECT_NE(::deflate(&deflate_, flush), Z_STREAM_ERROR);
    out.resize(out.size() - deflate_.avail_out);
    return out;
  }
  std::string plain(std::string text) {
    std::string out(8'000'000, '\0');
    set(inflate_, text, out);
    const int result = ::inflate(&inflate_, Z_SYNC_FLUSH);
    EXPECT_TRUE(result == Z_OK || result == Z_BUF_ERROR);
    EXPECT_EQ(inflate_.avail_in, 0U);
    out.resize(out.size() - inflate_.avail_out);
    return out;
  }

 private:
  static void set(z_stream& stream, std::string& in, std::string& out) {
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
  }
  z_stream deflate_{};
  z_stream inflate_{};
};

class DeflateLayer : public testing::Test {
 protected:
  explicit DeflateLayer(std::string_view early = {}) { put_on(early); }
  void put_on(std::string_view early) {
    auto wire = std::make_unique<Wire>();
    wire_ = wire.get();
    layer_ = make_deflate_layer(std::move(wire), early);
  }
  // All that can be read now.
  std::string read(std::size_t at_once = 4096) {
    std::string text;
    std::string piece(at_once, '\0');
    for (;;) {
      const IoStep step = layer_->read(piece);
      last_ = step.status;
      if (step.status != Status::done) return text;
      EXPECT_GT(step.bytes, 0U);
      text.append(piece, 0, step.bytes);
    }
  }
  IoStep write(std::string_view first, std::string_view second = {}) {
    const std::array<std::string_view, 2> buffers{first, second};
    return layer_->write(buffers);
  }
  std::string heard() { return peer_.plain(std::exchange(wire_->output, {})); }

  Wire* wire_ = nullptr;
  std::unique_ptr<net::Layer> layer_;
  Peer peer_;
  Status last_ = Status::done;
};

TEST_F(DeflateLayer, ReadsWhateverTheFlush) {
  for (const int flush : {Z_SYNC_FLUSH, Z_PARTIAL_FLUSH, Z_FULL_FLUSH}) {
    wire_->input += peer_.compressed("a NOOP\r\n", flush);
    EXPECT_EQ(read(), "a NOOP\r\n");
    EXPECT_EQ(last_, Status::want_read);
    EXPECT_FALSE(layer_->has_pending());
  }
}

TEST_F(DeflateLayer, ReadsSingleBytes) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a" + std::to_string(i) + " NOOP\r\n";
  wire_->input = peer_.compressed(text, Z_PARTIAL_FLUSH);
  wire_->read_at_most = 1;
  EXPECT_EQ(read(1), text);
}

TEST_F(DeflateLayer, ReadsWhatCameBeforeIt) {
  put_on(peer_.compressed("b NOOP\r\n", Z_SYNC_FLUSH));
  EXPECT_TRUE(layer_->has_pending()) << "nothing would wake the reader else";
  EXPECT_EQ(read(), "b NOOP\r\n");
  EXPECT_FALSE(layer_->has_pending());
}

TEST_F(DeflateLayer, GivesALargeTextThatCameSmallInTheCallersPieces) {
  wire_->input = peer_.compressed(std::string(4'000'000, 'x'), Z_SYNC_FLUSH);
  EXPECT_LT(wire_->input.size(), 5'000U);
  std::string piece(1000, '\0');
  ASSERT_EQ(layer_->read(piece).bytes, 1000U);
  EXPECT_TRUE(layer_->has_pending());
  EXPECT_EQ(read().size(), 3'999'000U);
}

TEST_F(DeflateLayer, RefusesWhatIsNoDeflate) {
  wire_->input = "a NOOP\r\na NOOP\r\n";
  read();
  EXPECT_EQ(last_, Status::failed);
  EXPECT_NE(layer_->failure(), "");
  wire_->input = peer_.compressed("a NOOP\r\n", Z_SYNC_FLUSH);
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_, Status::failed) << "it stays so";
}

TEST_F(DeflateLayer, RefusesInputWithoutContent) {
  for (int i = 0; i < 20'000; ++i) wire_->input.append("\0\0\0\xff\xff", 5);
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_, Status::failed);
}

TEST_F(DeflateLayer, TakesAnEndOfTheDataForTheEnd) {
  wire_->input = peer_.compressed("a LOGOUT\r\n", Z_FINISH) + "more";
  EXPECT_EQ(read(), "a LOGOUT\r\n");
  EXPECT_EQ(last_, Status::eof);
}

TEST_F(DeflateLayer, FlushesWhatIsWritten) {
  EXPECT_EQ(write("* 1 FETCH (BODY[] {5}\r\n", "hello").bytes, 28U);
  EXPECT_EQ(heard(), "* 1 FETCH (BODY[] {5}\r\nhello");
  EXPECT_EQ(write("", ")\r\n").bytes, 3U);
  EXPECT_EQ(heard(), ")\r\n");
  EXPECT_EQ(write("", "").status, Status::done);
  EXPECT_EQ(wire_->output, "");
}

TEST_F(DeflateLayer, WaitsForASlowReaderAndLosesNothing) {
  std::string sent;
  for (unsigned i = 0; sent.size() < 500'000; ++i) sent += std::to_string(i * 2'654'435'761U) + ' ';
  std::string_view rest = sent;
  wire_->room = 0;
  int waits = 0;
  while (!rest.empty()) {
    const IoStep step = write(rest.substr(0, 10), rest.substr(std::min<std::size_t>(10, rest.size())));
    if (step.status == Status::want_write) {
      ++waits;
      wire_->room = 7'000;
      continue;
    }
    ASSERT_EQ(step.status, Status::done);
    ASSERT_LE(step.bytes, 65'536U);
    rest.remove_prefix(step.bytes);
  }
  EXPECT_GT(waits, 10);
  EXPECT_LT(wire_->output.size(), sent.size() * 2 / 3);
  EXPECT_EQ(heard(), sent);
}

TEST_F(DeflateLayer, IsReadOnAfterARest) {
  for (int i = 0; i < 5; ++i) {
    write("* 5 EXISTS\r\n");
    layer_->shrink();
    write("+ idling\r\n");
    layer_->shrink();
    write(std::string(2'000, 'a'));
    layer_->shrink();
    EXPECT_EQ(heard(), "* 5 EXISTS\r\n+ idling\r\n" + std::string(2'000, 'a'));
  }
}

TEST_F(DeflateLayer, RestsInTheMiddleOfAWrite) {
  wire_->room = 3;
  EXPECT_EQ(write("* 5 EXISTS\r\n").status, Status::want_write);
  layer_->shrink();
  wire_->room = 1000;
  EXPECT_EQ(write("* 5 EXISTS\r\n").bytes, 12U);
  EXPECT_EQ(heard(), "* 5 EXISTS\r\n");
}

}  // namespace
}  // namespace portreeve::compress
