// Flags as IMAP writes them, and the special uses of mailboxes.
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::imap {

// System flags as bits. They have the values that the store gives them, which session code checks where it compiles
// (this room's codec doesn't know the store).
using SystemFlags = std::uint8_t;
constexpr SystemFlags kSeen = 1;
constexpr SystemFlags kAnswered = 2;
constexpr SystemFlags kFlagged = 4;
constexpr SystemFlags kDeleted = 8;
constexpr SystemFlags kDraft = 16;
constexpr SystemFlags kAllSystemFlags = 31;

// "\Answered \Seen"; empty for none.
std::string_view flag_names(SystemFlags flags);
// The bit of "\seen" in any case, or 0. \Recent is none: it can't be stored.
SystemFlags system_flag(std::string_view name);

// What APPEND and STORE name. Keywords as sent, without repetition (in any case).
struct FlagList {
  SystemFlags system = 0;
  std::vector<std::string> keywords;
  bool operator==(const FlagList&) const = default;
};

enum class SpecialUse : std::uint8_t { none, all, archive, drafts, flagged, junk, sent, trash };  // RFC 6154 §2

// "\Sent"; empty for none.
std::string_view special_use_name(SpecialUse use);
// nullopt for an attribute that is none of RFC 6154's.
std::optional<SpecialUse> special_use(std::string_view name);

}  // namespace portreeve::imap
