#include "core/mime/address.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/mime/lexer.h"

namespace portreeve::mime {
namespace {

// Stands for white space while it isn't known whether it divides the words of a name or stands around the dots of an
// obsolete address, where it means nothing. NULs of the input are dropped, so it can't be mistaken.
constexpr char kGap = '\0';

std::string as_phrase(std::string text) {
  std::ranges::replace(text, kGap, ' ');
  return std::string(base::trimmed(text));
}

std::string as_spec(std::string_view text) {
  std::string out;
  auto is_glue = [](char c) { return c == '.' || c == '@'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != kGap) {
      out += text[i];
    } else if (i > 0 && i + 1 < text.size() && !is_glue(text[i - 1]) && !is_glue(text[i + 1])) {
      out += ' ';
    }
  }
  return out;
}

// An encoded word in a name, whole: some mailers leave commas and brackets bare in it (RFC 2047 §5 rule 3 forbids it).
std::size_t encoded_word_length(std::string_view text) {
  constexpr std::size_t kMaxLength = 200;
  if (!text.starts_with("=?")) return 0;
  int marks = 0;
  for (std::size_t i = 2; i < std::min(text.size(), kMaxLength); ++i) {
    if (is_folding_space(text[i]) || text[i] == '"') return 0;
    if (text[i] != '?') continue;
    if (++marks == 3) return text.substr(i).starts_with("?=") ? i + 2 : 0;
  }
  return 0;
}

// One item of a list up to where it ends: words, and where the last "@" outside of quotes stands.
class Item {
 public:
  explicit Item(std::string_view rest) : lexer_(rest) {}

  std::string text;
  std::size_t at = std::string::npos;
  std::string comment;

  std::string_view rest() const { return lexer_.rest(); }
  void clear() {
    text.clear();
    at = std::string::npos;
  }
  void split(Address& address) const {
    std::string_view whole = text;
    address.local = as_spec(whole.substr(0, at));
    address.domain = at == std::string::npos ? std::string() : as_spec(whole.substr(at + 1));
  }

  // Reads words until one of `stops`, which is taken and given; or NUL at the end.
  char read(std::string_view stops) {
    while (true) {
      if (lexer_.skip_cfws(&comment) && !text.empty()) text += kGap;
      if (lexer_.at_end()) return '\0';
      char c = lexer_.peek();
      if (stops.find(c) != std::string_view::npos) return lexer_.take();
      read_word(c);
    }
  }
  // Leaves the list's own marks where they are.
  void skip_to_mark() {
    Item junk(lexer_.rest());
    while (true) {
      junk.lexer_.skip_cfws(&comment);
      if (junk.lexer_.at_end() || junk.lexer_.peek() == ',' || junk.lexer_.peek() == ';') break;
      junk.read_word(junk.lexer_.peek());
      junk.text.clear();
    }
    lexer_ = junk.lexer_;
  }

 private:
  void read_word(char c) {
    if (std::string_view plain = lexer_.plain(); !plain.empty()) {
      text += plain;
      return;
    }
    if (c == '"') {
      lexer_.quoted_string(text);
      return;
    }
    if (c == '[' && at != std::string::npos && at + 1 == text.size()) {
      // A domain literal; its colons are no group's.
      while (!lexer_.at_end() && lexer_.peek() != ']' && lexer_.peek() != ',' && lexer_.peek() != '>') append();
      return;
    }
    if (c == '=') {
      if (std::size_t length = encoded_word_length(lexer_.rest())) {
        text += lexer_.rest().substr(0, length);
        lexer_.skip(length);
        return;
      }
    }
    if (c == '@') at = text.size();
    if (c == '\\') lexer_.take();
    if (!lexer_.at_end()) append();
  }
  void append() {
    if (char c = lexer_.take(); c != '\0') text += c;
  }

  Lexer lexer_;
};

// What stands between "<" and ">". Gives the mark that ended it, a comma if the ">" is missing.
char read_angle(Item& item, Address& address) {
  item.clear();
  char stop = '\0';
  while (true) {
    stop = item.read(">,:<");
    bool is_route = item.text.starts_with('@');
    if (stop == ':' && is_route && address.route.empty()) {
      address.route = as_spec(item.text);
      item.clear();
    } else if ((stop == ',' && is_route) || stop == ':') {
      item.text += stop;
    } else if (stop != '<') {
      break;
    }
  }
  item.split(address);
  return stop;
}

}  // namespace

bool AddressReader::next(Address& address) {
  address = {};
  while (true) {
    Item item(rest_);
    char stop = item.read(in_group_ ? "<,;>" : "<,;:>");
    // A colon after an "@" can't begin a group, nor can ">" end what has no "<".
    while ((stop == ':' && item.at != std::string::npos) || stop == '>') {
      if (stop == ':') item.text += stop;
      stop = item.read(in_group_ ? "<,;>" : "<,;:>");
    }
    bool is_group_end = in_group_ && (stop == ';' || stop == '\0');
    if (stop == '<') {
      address.name = as_phrase(item.text);
      item.comment.clear();
      if (read_angle(item, address) == '>') item.skip_to_mark();
      if (address.name.empty()) address.name = item.comment;
      rest_ = item.rest();
      if (address.name.empty() && address.local.empty() && address.domain.empty()) continue;
      return true;
    }
    if (stop == ':') {
      rest_ = item.rest();
      in_group_ = true;
      address.kind = Address::Kind::group_begin;
      address.name = as_phrase(item.text);
      return true;
    }
    if (!as_phrase(item.text).empty()) {
      // The group's own end is read again, for its mark.
      std::size_t kept = is_group_end && stop == ';' ? item.rest().size() + 1 : item.rest().size();
      rest_ = rest_.substr(rest_.size() - kept);
      item.split(address);
      address.name = item.comment;
      return true;
    }
    rest_ = item.rest();
    if (is_group_end) {
      in_group_ = false;
      address.kind = Address::Kind::group_end;
      return true;
    }
    if (stop == '\0') return false;
  }
}

std::vector<Address> parse_addresses(std::string_view value, std::size_t limit) {
  std::vector<Address> addresses;
  AddressReader reader(value);
  for (Address address; addresses.size() < limit && reader.next(address);) addresses.push_back(std::move(address));
  return addresses;
}

}  // namespace portreeve::mime
