// Commands and the line maker of POP3: nothing crashes, every line is consumed, and what is sent holds the rules of
// RFC 1939 §3 however the message was cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/pop3/codec.h"
#include "protocols/pop3/stuffer.h"

namespace {

using namespace portreeve::pop3;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_commands(std::string_view bytes) {
  constexpr std::size_t kLimit = 255;
  while (!bytes.empty()) {
    const Line line = next_line(bytes, kLimit);
    if (line.kind != Line::Kind::line) return;
    require(line.consumed > 0 && line.consumed <= bytes.size() && line.text.size() <= kLimit);
    if (const auto command = parse(line.text)) {
      require(command->text.size() <= line.text.size());
      if (command->verb == Verb::auth) (void)parse_auth(command->text);
    }
    bytes.remove_prefix(line.consumed);
  }
}

std::string stuffed(std::string_view message, std::size_t step) {
  Stuffer stuffer;
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += step) stuffer.feed(message.substr(at, step), out);
  stuffer.finish(out);
  return out;
}

std::string excerpt(std::string_view message, std::uint32_t lines, std::size_t step) {
  Excerpt head(lines);
  std::string out;
  for (std::size_t at = 0; at < message.size() && !head.is_complete(); at += step) {
    out.append(head.take(message.substr(at, step)));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_commands(bytes);

  const std::string sent = stuffed(bytes, size + 1);
  require(sent == stuffed(bytes, 1) && sent.size() <= 2 * size + 5);
  // The first line that is a lone dot is the end.
  const std::string_view text = sent;
  require(text == ".\r\n" || (text.ends_with("\r\n.\r\n") && text.find("\r\n.\r\n") == text.size() - 5));
  require(!text.starts_with(".\r\n") || text.size() == 3);

  for (const std::uint32_t lines : {0U, 2U}) {
    const std::string shown = excerpt(bytes, lines, size + 1);
    require(bytes.starts_with(shown) && shown == excerpt(bytes, lines, 1));
  }
  return 0;
}
