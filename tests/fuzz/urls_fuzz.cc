// IMAP URLs: nothing crashes, what was understood means the same once it is printed and read again, and the rump is
// what stands before the token.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/ascii.h"
#include "protocols/urls/imap_url.h"

namespace {

using namespace portreeve::urls;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_section(std::string_view text) {
  const auto section = parse_section(text);
  if (section) require(parse_section(print_section(*section)) == section);
}

void read_rump(std::string_view text, const ImapUrl& url) {
  const Authorization& authorization = *url.authorization;
  require(url.server && url.uid != 0 && authorization.rump_bytes <= text.size());
  const std::string_view verifier = text.substr(authorization.rump_bytes);
  require(verifier.empty() == authorization.mechanism.empty());
  if (verifier.empty()) return;
  require(portreeve::base::lowered(verifier) ==
          ":" + portreeve::base::lowered(authorization.mechanism) + ":" + authorization.token);
  // Without its token it is the same URL.
  ImapUrl rump = url;
  rump.authorization->mechanism.clear();
  rump.authorization->token.clear();
  require(parse_url(text.substr(0, authorization.rump_bytes)) == rump);
}

void read_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) {
    require(!url.error().empty());
    return;
  }
  if (url->authorization) read_rump(text, *url);
  const std::string printed = print_url(*url);
  auto again = parse_url(printed);
  // What needn't have been encoded may have come so, and the other way round.
  require(again || printed.size() > kMaxUrlBytes);
  if (!again) return;
  if (url->authorization) again->authorization->rump_bytes = url->authorization->rump_bytes;
  require(*again == *url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view lines(reinterpret_cast<const char*>(data), size);
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    read_url(lines.substr(0, end));
    read_section(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return 0;
}
