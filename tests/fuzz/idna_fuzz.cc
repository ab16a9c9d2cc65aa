// Domains: a form is its own form, and what is shown leads to where it came from.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/utf8.h"
#include "core/idna/domain.h"

namespace {

using namespace portreeve;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(idna::is_same_domain(text, text));
  (void)idna::to_unicode(text);
  const auto ascii = idna::to_ascii(text);
  const auto lowered = idna::lowered(text);
  require(ascii.has_value() == lowered.has_value());
  if (!ascii) return 0;
  require(!ascii->empty() && ascii->size() <= idna::kMaxDomainBytes);
  require(idna::to_ascii(*ascii) == ascii);
  const std::string shown = idna::to_unicode(*ascii);
  require(base::is_utf8(shown));
  require(idna::to_ascii(shown) == ascii);
  require(idna::to_ascii(*lowered) == ascii);
  require(idna::lowered(*lowered) == lowered);
  require(idna::is_same_domain(text, shown));
  return 0;
}
