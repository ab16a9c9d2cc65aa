#include "protocols/imap/rights.h"

namespace portreeve::imap {
namespace {

constexpr Rights bit_of(char letter) { return static_cast<Rights>(1U << kRightLetters.find(letter)); }

constexpr Rights kCreate = bit_of('k') | bit_of('x');
constexpr Rights kDelete = bit_of('e') | bit_of('t');

}  // namespace

std::optional<Rights> read_rights(std::string_view letters) {
  Rights rights = 0;
  for (const char letter : letters) {
    if (letter == 'c') {
      rights |= kCreate;
    } else if (letter == 'd') {
      rights |= kDelete;
    } else if (kRightLetters.contains(letter)) {
      rights |= bit_of(letter);
    } else {
      return std::nullopt;
    }
  }
  return rights;
}

std::string printed_rights(Rights rights) {
  std::string out;
  for (const char letter : kRightLetters) {
    if ((rights & bit_of(letter)) != 0) out += letter;
  }
  if ((rights & kCreate) != 0) out += 'c';
  if ((rights & kDelete) != 0) out += 'd';
  return out;
}

}  // namespace portreeve::imap
