#include "storage/address.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/idna/domain.h"
#include "core/mime/text.h"

namespace portreeve::store {
namespace {

// Takes a quoted string from the front. Nothing if there is no whole one.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && ++at == text.size()) break;
    value.push_back(text[at]);
  }
  return std::nullopt;
}

std::string quoted_if_needed(std::string_view local) {
  if (local.empty() || base::is_dot_string(local)) return std::string(local);
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

}  // namespace

std::optional<AddressParts> split_address(std::string_view address) {
  if (!base::is_utf8(address) || std::ranges::any_of(address, base::is_control)) return std::nullopt;
  std::optional<std::string> local;
  if (address.starts_with('"')) {
    local = take_quoted(address);
    if (!local || !address.starts_with('@')) return std::nullopt;
  } else {
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    local = std::string(address.substr(0, at));
    address.remove_prefix(at);
  }
  address.remove_prefix(1);
  if (local->empty() || address.empty() || address.contains('@')) return std::nullopt;
  return AddressParts{*std::move(local), std::string(address)};
}

std::string domain_key(std::string_view domain) {
  auto ascii = idna::to_ascii(domain);
  return ascii ? *std::move(ascii) : base::lowered(domain);
}

std::string address_key(std::string_view local, std::string_view domain) {
  return quoted_if_needed(mime::fold_case(local)) + '@' + domain_key(domain);
}

std::string address_key(std::string_view address) {
  if (address.size() > 1 && address.starts_with('@') && !address.substr(1).contains('@')) {
    return address_key("", address.substr(1));
  }
  const auto parts = split_address(address);
  return parts ? address_key(parts->local, parts->domain) : std::string();
}

}  // namespace portreeve::store
