#include "protocols/smtp/extensions.h"

#include <array>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, kExtensions> kKeywords = {
    "PIPELINING",          "SIZE",     "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8",      "DSN",
    "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH",     "REQUIRETLS", "LIMITS",   "FUTURERELEASE", "DELIVERBY",
    "MT-PRIORITY",         "RRVS",     "BURL",     "VRFY",       "EXPN",     "HELP",          "XCLIENT"};

}  // namespace

std::string_view keyword(Extension extension) { return kKeywords[static_cast<std::size_t>(extension)]; }

std::optional<Extension> find_extension(std::string_view keyword) {
  for (std::size_t i = 0; i < kKeywords.size(); ++i) {
    if (base::equals_ignoring_case(keyword, kKeywords[i])) return static_cast<Extension>(i);
  }
  return std::nullopt;
}

}  // namespace portreeve::smtp
