#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/text.h"
#include "protocols/imap/mailbox_name.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kInbox = "INBOX";
constexpr std::size_t kWordBits = 64;

constexpr bool is_wildcard(char c) { return c == '*' || c == '%'; }

// Two wildcards side by side match what the wider one does alone. The automaton relies on there being one.
std::string collapsed(std::string_view pattern) {
  std::string out;
  for (char c : pattern) {
    if (is_wildcard(c) && !out.empty() && is_wildcard(out.back())) {
      if (c == '*') out.back() = '*';
    } else {
      out += c;
    }
  }
  return out;
}

bool has_inbox_level(std::string_view name) {
  return name.starts_with(kInbox) && (name.size() == kInbox.size() || name[kInbox.size()] == kDelimiter);
}

}  // namespace

ListPattern::ListPattern(std::string_view reference, std::string_view pattern) {
  std::string text;
  if (!pattern.starts_with(kDelimiter)) text = reference;
  text += pattern;
  std::string tokens = collapsed(mime::composed(text));
  if (std::ranges::none_of(text, is_wildcard)) literal_name_ = std::move(text);

  tokens_ = tokens.size();
  words_ = tokens_ / kWordBits + 1;  // one state more than tokens
  stars_.resize(words_);
  percents_.resize(words_);
  literals_.resize(words_);  // symbol 0: in no literal
  std::uint8_t symbols = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t word = i / kWordBits;
    Word bit = Word{1} << (i % kWordBits);
    if (tokens[i] == '*') {
      stars_[word] |= bit;
    } else if (tokens[i] == '%') {
      percents_[word] |= bit;
    } else {
      std::uint8_t& symbol = symbols_[static_cast<unsigned char>(tokens[i])];
      if (symbol == 0) {
        symbol = ++symbols;  // at most 254 bytes aren't wildcards
        literals_.resize(literals_.size() + words_);
      }
      literals_[symbol * words_ + word] |= bit;
    }
  }
}

bool ListPattern::matches(std::string_view name) const {
  bool folds_inbox = has_inbox_level(name);
  std::vector<Word> states(words_);
  // A wildcard may match nothing: whoever stands before it stands behind it too.
  auto pass_wildcards = [&] {
    Word carry = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      Word passing = states[w] & (stars_[w] | percents_[w]);
      states[w] |= (passing << 1) | carry;
      carry = passing >> (kWordBits - 1);
    }
  };
  states[0] = 1;
  pass_wildcards();

  for (std::size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    const Word* exact = &literals_[symbols_[static_cast<unsigned char>(c)] * words_];
    // RFC 3501 §5.1: INBOX is case-insensitive.
    bool folds = folds_inbox && i < kInbox.size();
    const Word* folded = folds ? &literals_[symbols_[static_cast<unsigned char>(base::to_lower(c))] * words_] : exact;
    Word carry = 0;
    Word alive = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      Word advancing = states[w] & (exact[w] | folded[w]);
      Word staying = states[w] & (c == kDelimiter ? stars_[w] : stars_[w] | percents_[w]);
      states[w] = staying | (advancing << 1) | carry;
      carry = advancing >> (kWordBits - 1);
      alive |= states[w];
    }
    if (alive == 0) return false;
    pass_wildcards();
  }
  return (states[tokens_ / kWordBits] >> (tokens_ % kWordBits)) & 1;
}

}  // namespace portreeve::imap
