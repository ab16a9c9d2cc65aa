// GETMETADATA and SETMETADATA (RFC 5464 §5).
#include <algorithm>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

// Whatever a store takes; a longer name is nobody's.
constexpr std::size_t kMaxEntryBytes = 1000;

// RFC 5464 §3.2: components behind slashes, none of them empty, of ASCII that is no control and no wildcard.
bool is_entry(std::string_view name) {
  if (name.size() > kMaxEntryBytes || !name.starts_with('/') || name.ends_with('/') || name.contains("//"))
    return false;
  return std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 0x7f && c != '*' && c != '%'; });
}

// getmetadata-option = "MAXSIZE" SP number / "DEPTH" SP ("0" / "1" / "infinity")
bool get_metadata_option(Grammar& grammar, GetMetadata& metadata) {
  if (grammar.try_word("MAXSIZE")) return grammar.sp() && grammar.number(metadata.max_size.emplace());
  if (!grammar.try_word("DEPTH")) return grammar.fail("Unknown option of GETMETADATA");
  if (!grammar.sp()) return false;
  if (grammar.try_word("0")) {
    metadata.depth = GetMetadata::Depth::zero;
  } else if (grammar.try_word("1")) {
    metadata.depth = GetMetadata::Depth::one;
  } else if (grammar.try_word("INFINITY")) {
    metadata.depth = GetMetadata::Depth::infinity;
  } else {
    return grammar.fail("DEPTH is 0, 1 or infinity");
  }
  return true;
}

// Where the list is one of options, in parentheses as one of entries is: those begin with a slash.
bool is_options(const Grammar& grammar) {
  const std::string_view rest = grammar.rest();
  return rest.size() > 1 && rest[0] == '(' && base::is_alpha(rest[1]);
}

bool options(Grammar& grammar, GetMetadata& metadata) {
  return grammar.list([&] { return get_metadata_option(grammar, metadata); }) && grammar.sp();
}

}  // namespace

bool Grammar::entry(std::string& name) {
  if (!astring(name)) return false;
  if (!is_entry(name)) return fail("That can't be an entry's name");
  name = base::lowered(name);  // RFC 5464 §3.2: they compare without regard to case
  return true;
}

// getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries. The RFC's own examples have the options
// behind the mailbox, and so have clients.
bool get_metadata_arguments(Grammar& grammar, GetMetadata& metadata) {
  if (!grammar.sp() || (is_options(grammar) && !options(grammar, metadata))) return false;
  if (!grammar.mailbox_or_server(metadata.mailbox) || !grammar.sp()) return false;
  if (is_options(grammar) && !options(grammar, metadata)) return false;
  if (grammar.peek() != '(') return grammar.entry(metadata.entries.emplace_back());
  return grammar.list([&] { return grammar.entry(metadata.entries.emplace_back()); });
}

// setmetadata = "SETMETADATA" SP mailbox SP "(" entry SP value *(SP entry SP value) ")"
bool set_metadata_arguments(Grammar& grammar, SetMetadata& metadata) {
  return grammar.sp() && grammar.mailbox_or_server(metadata.mailbox) && grammar.sp() && grammar.list([&] {
    auto& [name, value] = metadata.entries.emplace_back();
    return grammar.entry(name) && grammar.sp() && grammar.binary_nstring(value);
  });
}

}  // namespace portreeve::imap
