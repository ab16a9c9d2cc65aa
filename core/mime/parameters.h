// The values of Content-Type and Content-Disposition with their parameters (RFC 2045 §5.1, RFC 2183, RFC 2231).
//
// Tolerant: values that should be quoted and aren't, missing semicolons, comments anywhere. At most kMaxParameters
// are read. Threads: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::mime {

constexpr std::size_t kMaxParameters = 200;

// As in the header, save that the pieces of a continued one (RFC 2231 §3) are joined: "name*0=a; name*1=b" is
// {"name", "ab"}, and {"name*", …} with its percent signs if a charset is given (§4). Pieces that don't add up stay as
// they are.
struct Parameter {
  std::string name;
  std::string value;
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;

struct ContentType {
  std::string type;  // the case is the header's
  std::string subtype;
  Parameters parameters;
  // Both in lower case; "*" as subtype is any.
  bool is(std::string_view of_type, std::string_view of_subtype) const;
};

struct Disposition {
  std::string kind;
  Parameters parameters;
};

// Nothing if the value has no "type/subtype"; "text" alone, which old mailers wrote, is text/plain.
std::optional<ContentType> parse_content_type(std::string_view value);
std::optional<Disposition> parse_disposition(std::string_view value);

// As printed in the header; names compare without case. Null if there is none.
const std::string* find_parameter(const Parameters& parameters, std::string_view name);

// As UTF-8, decoded by RFC 2231 or, as many mailers write file names, RFC 2047.
std::optional<std::string> decoded_parameter(const Parameters& parameters, std::string_view name);

}  // namespace portreeve::mime
