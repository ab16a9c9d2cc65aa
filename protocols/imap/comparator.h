// How SEARCH, SORT and THREAD compare texts (RFC 5255 §4, RFC 4790).
//
// All texts are decoded to UTF-8 first, whichever comparator it is (RFC 5255 §4.6).
// Threads: pure functions and values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::imap {

enum class Collation : std::uint8_t {
  unicode_casemap,  // RFC 5051; searches go by all of mime::fold(), which takes in more
  ascii_casemap,    // RFC 4790 §9.2
  octet,            // RFC 4790 §9.3
};

struct Comparator {
  Collation collation = Collation::unicode_casemap;  // RFC 5255 §4.4: the default
  bool is_reverse = false;                           // RFC 4790 §3.3: "-" turns the order round
  bool operator==(const Comparator&) const = default;
};

// The collation-selected of RFC 4790 §3.4: "i;octet", "-i;octet".
std::string comparator_name(Comparator comparator);

// Is it "default" or a collation-order of RFC 4790 §3.3, with or without wildcards?
bool is_collation_order(std::string_view text);

struct ComparatorChoice {
  Comparator active;
  std::vector<Comparator> matching;  // all that any argument means, the first argument's first
};
// What COMPARATOR with these arguments chooses; nullopt if there is none such (RFC 5255 §4.7). Each
// is_collation_order().
std::optional<ComparatorChoice> choose_comparator(std::span<const std::string> orders);

// A text to look for, prepared once.
class Needle {
 public:
  Needle() = default;
  Needle(Collation collation, std::string_view utf8);
  // Does it stand in `utf8`? An empty one stands everywhere.
  bool is_in(std::string_view utf8) const;

 private:
  Collation collation_ = Collation::unicode_casemap;
  std::string text_;
};

// Two texts stand in the order of their keys' bytes, and are equal where those are.
std::string collation_key(Collation collation, std::string_view utf8);

}  // namespace portreeve::imap
