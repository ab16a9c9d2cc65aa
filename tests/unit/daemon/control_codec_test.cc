#include "daemon/control_codec.h"

#include <gtest/gtest.h>

namespace portreeve::daemon {
namespace {

std::string_view body(std::string_view frame) { return frame.substr(kFrameHeaderBytes); }

TEST(ControlCodec, RequestsComeThroughWhole) {
  for (const AdminRequest& request : {
           AdminRequest{"account.list", {}},
           AdminRequest{"account.add", {"a@x.org", "SCRAM-SHA-256$4096:a$b:c"}},
           AdminRequest{"x", {"", std::string("\0\n\xff", 3), std::string(100'000, 'y')}},
       }) {
    const std::string frame = encode(request);
    EXPECT_EQ(frame_length(frame), frame.size() - kFrameHeaderBytes);
    const auto back = decode_request(body(frame));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->verb, request.verb);
    EXPECT_EQ(back->arguments, request.arguments);
    EXPECT_FALSE(decode_reply(body(frame)));
  }
}

TEST(ControlCodec, RepliesComeThroughWhole) {
  for (const AdminReply& reply : {AdminReply{0, ""}, {75, "one\ntwo\n"}, {1, std::string(1'000'000, 'x')}}) {
    const auto back = decode_reply(body(encode(reply)));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->exit_code, reply.exit_code);
    EXPECT_EQ(back->text, reply.text);
  }
}

TEST(ControlCodec, RefusesWhatIsCutOffOrForeign) {
  const std::string frame = encode(AdminRequest{"account.add", {"a@x.org", "v"}});
  const auto whole = body(frame);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto request = decode_request(whole.substr(0, length));
    // Cut between two fields it is a request with fewer; run() counts them.
    if (request) EXPECT_LT(request->arguments.size(), 2U) << length;
  }
  for (const std::string& foreign : {std::string("GET / HTTP/1.1\r\n"), std::string(4, '\xff'), std::string(8, '\0'),
                                     std::string("\0\0\0\x01", 4)}) {
    EXPECT_FALSE(decode_request(foreign));
    EXPECT_FALSE(decode_reply(foreign));
  }
}

TEST(ControlCodec, LimitsAFrame) {
  EXPECT_EQ(frame_length(std::string("\x04\0\0\0", 4)), kMaxFrameBytes);
  EXPECT_FALSE(frame_length(std::string("\x04\0\0\x01", 4)));
  EXPECT_FALSE(frame_length("\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace portreeve::daemon
