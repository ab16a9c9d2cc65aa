#include "protocols/imap/grammar.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

#include "core/mime/date.h"
#include "protocols/imap/mailbox_name.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxTagBytes = 128;

enum CharClass : std::uint8_t {
  kAtomChar = 1,
  kAstringChar = 2,  // ATOM-CHAR / resp-specials
  kListChar = 4,     // ASTRING-CHAR / list-wildcards
  kTagChar = 8,      // ASTRING-CHAR except "+"
  kWordChar = 16,
  kQuotedChar = 32,  // stands for itself between quotes
};

constexpr std::array<std::uint8_t, 256> kCharClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t i = 1; i < classes.size(); ++i) {
    char c = static_cast<char>(i);
    std::uint8_t set = 0;
    bool is_special = std::string_view("(){ %*\"\\]").contains(c) || base::is_control(c);
    // RFC 3501 has 7-bit atoms only. Clients that know UTF-8 send it in mailbox names, and it hurts nobody.
    bool is_astring = !is_special || c == ']';
    if (!is_special && !base::is_eight_bit(c)) set |= kAtomChar;
    if (is_astring) set |= kAstringChar;
    if (is_astring || c == '%' || c == '*') set |= kListChar;
    if (is_astring && c != '+' && !base::is_eight_bit(c)) set |= kTagChar;
    if (base::is_alpha(c) || base::is_digit(c) || c == '.' || c == '-') set |= kWordChar;
    if (c != '"' && c != '\\' && c != '\r' && c != '\n') set |= kQuotedChar;
    classes[i] = set;
  }
  return classes;
}();

constexpr bool is(CharClass wanted, char c) { return (kCharClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

std::size_t span_of(CharClass wanted, std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is(wanted, text[length])) ++length;
  return length;
}

}  // namespace

std::optional<LiteralHeader> literal_at_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.ends_with('}')) return std::nullopt;
  line.remove_suffix(1);
  LiteralHeader header;
  header.is_synchronizing = !line.ends_with('+');
  if (!header.is_synchronizing) line.remove_suffix(1);
  std::size_t begin = line.size();
  while (begin > 0 && base::is_digit(line[begin - 1])) --begin;
  if (begin == line.size() || begin == 0 || line[begin - 1] != '{') return std::nullopt;
  auto [end, error] = std::from_chars(line.data() + begin, line.data() + line.size(), header.size);
  if (error != std::errc()) header.size = std::numeric_limits<std::uint64_t>::max();
  return header;
}

Reply Grammar::failure() const {
  return is_cannot_ ? Reply::no(Text(why_), "CANNOT") : Reply::bad(why_.empty() ? "Syntax error" : Text(why_));
}

bool Grammar::fail(std::string_view why) {
  if (why_.empty()) why_ = why;
  return false;
}

bool Grammar::fail_cannot(std::string_view why) {
  if (why_.empty()) is_cannot_ = true;
  return fail(why);
}

bool Grammar::try_char(char c) {
  if (position_ >= text_.size() || text_[position_] != c) return false;
  ++position_;
  return true;
}

bool Grammar::try_text(std::string_view text) {
  if (!text_.substr(position_).starts_with(text)) return false;
  position_ += text.size();
  return true;
}

bool Grammar::is_next(std::string_view text) const {
  return base::starts_with_ignoring_case(text_.substr(position_), text);
}

bool Grammar::expect(char c, std::string_view why) { return try_char(c) || fail(why); }

bool Grammar::is_at_end() const {
  std::string_view rest = text_.substr(position_);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return rest.starts_with('\n') || rest.starts_with("\r\n");
}

bool Grammar::end_of_command() {
  if (!is_at_end()) return fail("Unexpected text after the command");
  position_ = text_.size();
  return true;
}

bool Grammar::tag(std::string& tag) {
  std::size_t length = span_of(kTagChar, text_.substr(position_));
  if (length == 0 || length > kMaxTagBytes) return fail("Expected a tag");
  // A tag that something else follows isn't one to answer under; nor is one that may go on.
  if (position_ + length == text_.size()) return fail("Expected a tag");
  char after = text_[position_ + length];
  if (after != ' ' && after != '\r' && after != '\n') return fail("Expected a tag");
  tag = text_.substr(position_, length);
  position_ += length;
  return true;
}

bool Grammar::word(Word& word, std::string_view why) {
  word = Word();
  while (is(kWordChar, peek())) word.add(text_[position_++]);
  return !word.empty() || fail(why);
}

bool Grammar::try_word(std::string_view name) {
  std::string_view rest = text_.substr(position_);
  if (!base::starts_with_ignoring_case(rest, name)) return false;
  if (rest.size() > name.size() && is(kAtomChar, rest[name.size()])) return false;
  position_ += name.size();
  return true;
}

bool Grammar::atom(std::string_view& atom) {
  std::size_t length = span_of(kAtomChar, text_.substr(position_));
  atom = text_.substr(position_, length);
  position_ += length;
  return length > 0 || fail("Expected an atom");
}

bool Grammar::quoted(std::string& text) {
  text.clear();
  ++position_;  // the opening quote
  for (;;) {
    std::size_t length = span_of(kQuotedChar, text_.substr(position_));
    text.append(text_, position_, length);
    position_ += length;
    if (try_char('"')) return true;
    if (!try_char('\\')) return fail("The quoted string isn't ended");
    char escaped = peek();
    if (escaped != '"' && escaped != '\\') return fail("Only \" and \\ may follow \\ in a quoted string");
    text += escaped;
    ++position_;
  }
}

bool Grammar::quoted_view(std::string_view& text) {
  std::size_t begin = position_ + 1;
  std::size_t length = span_of(kQuotedChar, text_.substr(std::min(begin, text_.size())));
  if (peek() != '"' || text_.substr(begin + length, 1) != "\"") return false;
  text = text_.substr(begin, length);
  position_ = begin + length + 1;
  return true;
}

bool Grammar::literal_header(LiteralHeader& header) {
  std::string_view rest = text_.substr(position_);
  std::size_t line_end = rest.find('\n');
  auto found = rest.starts_with('{') && line_end != std::string_view::npos
                   ? literal_at_end(rest.substr(0, line_end + 1))
                   : std::nullopt;
  // literal_at_end() looks from the line's end: this '{' must be the one that it found.
  if (!found || rest.substr(1, line_end).contains('{')) return fail("Expected a literal");
  header = *found;
  position_ += line_end + 1;
  return true;
}

bool Grammar::literal(std::string& text, bool may_have_nul) {
  LiteralHeader header;
  if (!literal_header(header)) return false;
  if (position_ == text_.size()) {
    pending_ = header;
    return fail("The literal is still to come");
  }
  ++literals_;
  if (header.size > text_.size() - position_) return fail("The literal is cut short");
  text = text_.substr(position_, header.size);
  position_ += header.size;
  return may_have_nul || !text.contains('\0') || fail("A literal may not contain NUL");  // RFC 3501 §9: CHAR8
}

bool Grammar::string(std::string& text) {
  if (peek() == '"') return quoted(text);
  if (peek() == '{') return literal(text);
  return fail("Expected a string");
}

bool Grammar::nstring(std::optional<std::string>& text) {
  text.reset();
  if (try_word("NIL")) return true;
  return string(text.emplace());
}

bool Grammar::binary_nstring(std::optional<std::string>& text) {
  if (!try_char('~')) return nstring(text);
  return literal(text.emplace(), true);
}

bool Grammar::astring(std::string& text) {
  if (peek() == '"') return quoted(text);
  if (peek() == '{') return literal(text);
  std::size_t length = span_of(kAstringChar, text_.substr(position_));
  text = text_.substr(position_, length);
  position_ += length;
  return length > 0 || fail("Expected an atom or a string");
}

bool Grammar::any_value() {
  std::string text;
  std::size_t length = span_of(kListChar, text_.substr(position_));
  position_ += length;
  return length > 0 || string(text);
}

bool Grammar::decimal(std::uint32_t& number) {
  auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), number);
  if (error == std::errc::result_out_of_range) return fail("The number is too large");
  if (error != std::errc()) return fail("Expected a number");
  position_ = static_cast<std::size_t>(end - text_.data());
  return true;
}

bool Grammar::number(std::uint32_t& number) { return decimal(number); }

bool Grammar::nz_number(std::uint32_t& number) {
  if (peek() == '0') return fail("Expected a number above zero");
  return decimal(number);
}

bool Grammar::mod_sequence(std::uint64_t& number) {
  auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), number);
  if (error == std::errc::invalid_argument) return fail("Expected a mod-sequence");
  if (error != std::errc() || number > static_cast<std::uint64_t>(INT64_MAX)) {
    return fail("The mod-sequence is too large");
  }
  position_ = static_cast<std::size_t>(end - text_.data());
  return true;
}

bool Grammar::sequence_set(SequenceSet& set) {
  std::size_t length = SequenceSet::parse_front(text_.substr(position_), set);
  position_ += length;
  return length > 0 || fail("Expected a set of message numbers");
}

bool Grammar::mailbox(std::string& name, std::string* given) { return astring(name) && canonicalize(name, given); }

bool Grammar::mailbox_or_server(std::string& name) { return astring(name) && (name.empty() || canonicalize(name)); }

bool Grammar::canonicalize(std::string& name, std::string* given) {
  auto meant = mailbox_name(name, limits_.name_form, given);
  if (!meant) return fail_cannot("That can't be a mailbox name");
  name = std::move(*meant);
  return true;
}

bool Grammar::list_mailbox(std::string& pattern) {
  if (peek() == '"' || peek() == '{') {
    if (!string(pattern)) return false;
  } else {
    std::size_t length = span_of(kListChar, text_.substr(position_));
    if (length == 0) return fail("Expected a mailbox name or pattern");
    pattern = text_.substr(position_, length);
    position_ += length;
  }
  auto decoded = decoded_name(pattern, limits_.name_form);
  if (!decoded) return fail_cannot("That can't be a mailbox name");
  pattern = std::move(*decoded);
  return true;
}

bool Grammar::flag(FlagList& flags) {
  std::string_view name;
  if (!try_char('\\')) {
    if (!atom(name)) return false;
    bool is_known = std::ranges::any_of(
        flags.keywords, [&](const std::string& other) { return base::equals_ignoring_case(other, name); });
    if (!is_known) flags.keywords.emplace_back(name);
    return true;
  }
  std::size_t begin = position_ - 1;
  if (!atom(name)) return false;
  SystemFlags bit = system_flag(text_from(begin));
  // \Recent is not the client's to set; clients that copy flags from FETCH send it all the same.
  if (bit == 0 && !base::equals_ignoring_case(name, "Recent")) return fail("There is no such system flag");
  flags.system |= bit;
  return true;
}

bool Grammar::flag_list(FlagList& flags) {
  return maybe_empty_list([&] { return flag(flags); });
}

// date = date-text / DQUOTE date-text DQUOTE
bool Grammar::date(std::chrono::sys_days& day) {
  std::string_view text;
  if (peek() == '"' ? !quoted_view(text) : !atom(text)) return fail("Expected a date");
  auto parsed = mime::parse_day(text);
  if (!parsed) return fail("There is no such day");
  day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(*parsed)));
  return true;
}

bool Grammar::date_time(std::int64_t& unix_seconds) {
  std::string_view text;
  if (!quoted_view(text)) return fail("Expected a date and time");
  auto parsed = mime::parse_internal_date(text);
  if (!parsed) return fail("There is no such date and time");
  unix_seconds = parsed->unix_seconds;
  return true;
}

}  // namespace portreeve::imap
