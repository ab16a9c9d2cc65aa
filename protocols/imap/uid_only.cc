#include "protocols/imap/uid_only.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace portreeve::imap {

bool names_numbers(const SearchKey& key) {
  return std::visit(
      [](const auto& test) {
        if constexpr (std::is_same_v<std::decay_t<decltype(test)>, SearchNumbers>) {
          return !test.is_uid && !test.set.is_saved();
        } else if constexpr (requires { test.keys; }) {
          return std::ranges::any_of(test.keys, names_numbers);
        } else {
          return false;
        }
      },
      key.test);
}

bool uses_sequence_numbers(const Command& command) {
  return std::visit(
      [&](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, Select>) {
          return body.resync && !body.resync->known_sequences.empty();
        } else if constexpr (requires { body.set; }) {
          return !command.is_uid;
        } else if constexpr (std::is_same_v<std::decay_t<decltype(body)>, MultiSearch>) {
          return names_numbers(body.key);  // its answers have UIDs
        } else if constexpr (requires { body.key; }) {
          return !command.is_uid || names_numbers(body.key);
        } else {
          return false;
        }
      },
      command.body);
}

}  // namespace portreeve::imap
