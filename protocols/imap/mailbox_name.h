// Mailbox names: as clients write them, as the store keeps them, and the patterns of LIST.
// Promises: names inside the server are UTF-8 in NFC, levels divided by kDelimiter, INBOX in capitals; on the wire they
// are modified UTF-7 (RFC 3501 §5.1.3), though 8-bit UTF-8 is taken from clients that send it.
// Knows no mailbox. Threads: pure functions and values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::imap {

constexpr char kDelimiter = '/';

// How a client writes names and reads them.
enum class NameForm : std::uint8_t {
  modified_utf7,  // RFC 3501 §5.1.3
  utf8,           // RFC 6855 §3, RFC 9051 §5.1, once it has said so: '&' is a letter like any other
};

// nullopt where the text breaks a rule: an unended shift, two without text between them, bits left over, printable
// ASCII in base64, lone surrogates, control characters. A text with 8-bit bytes is UTF-8 as a whole, '&' included: a
// client that sends it doesn't know modified UTF-7.
std::optional<std::string> from_modified_utf7(std::string_view wire);
// `name` is UTF-8.
std::string to_modified_utf7(std::string_view name);

// Of the form given: UTF-8, or nullopt.
std::optional<std::string> decoded_name(std::string_view wire, NameForm form);

// What a client means by a mailbox argument: decoded, without a trailing delimiter (some clients send one with every
// name), in NFC, INBOX in any case in capitals, also as the first level of a name. nullopt: it can't be a name.
// `given`, if not null, gets what the client called it where that is another spelling, else nothing.
std::optional<std::string> mailbox_name(std::string_view wire, NameForm form = NameForm::modified_utf7,
                                        std::string* given = nullptr);

// The pattern of a LIST or LSUB: '*' matches anything, '%' anything but the delimiter (RFC 3501 §6.3.8).
// Time is linear in the name, by one step for every 64 bytes of the pattern; no pattern makes it worse.
class ListPattern {
 public:
  // Both UTF-8, not normalised. The reference stands before the pattern, save where that begins with the delimiter.
  ListPattern(std::string_view reference, std::string_view pattern);

  // INBOX matches in any case.
  bool matches(std::string_view name) const;
  // As the client wrote it, where it can only mean one name; else nothing.
  const std::string& literal_name() const { return literal_name_; }

 private:
  using Word = std::uint64_t;
  std::string literal_name_;
  // The pattern as an automaton run on bits: state i has matched the first i tokens. `symbols_` numbers the distinct
  // literal bytes from 1; `literals_` has for each symbol the states that such a byte leaves.
  std::size_t words_ = 0;
  std::size_t tokens_ = 0;
  std::array<std::uint8_t, 256> symbols_{};
  std::vector<Word> literals_;
  std::vector<Word> stars_;
  std::vector<Word> percents_;
};

}  // namespace portreeve::imap
