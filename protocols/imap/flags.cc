#include "protocols/imap/flags.h"

#include <array>
#include <utility>

#include "core/base/ascii.h"

namespace portreeve::imap {
namespace {

constexpr std::array<std::pair<SystemFlags, std::string_view>, 5> kFlagNames = {{
    {kAnswered, "\\Answered"},
    {kFlagged, "\\Flagged"},
    {kDeleted, "\\Deleted"},
    {kSeen, "\\Seen"},
    {kDraft, "\\Draft"},
}};

// In the order of the enum.
constexpr std::array<std::string_view, 8> kUseNames = {
    "", "\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash",
};

}  // namespace

std::string_view flag_name(SystemFlags flag) {
  for (const auto& [bit, name] : kFlagNames) {
    if (bit == flag) return name;
  }
  return {};
}

SystemFlags system_flag(std::string_view name) {
  for (const auto& [bit, known] : kFlagNames) {
    if (base::equals_ignoring_case(name, known)) return bit;
  }
  return 0;
}

std::string_view special_use_name(SpecialUse use) { return kUseNames[static_cast<std::size_t>(use)]; }

std::optional<SpecialUse> special_use(std::string_view name) {
  for (std::size_t i = 1; i < kUseNames.size(); ++i) {
    if (base::equals_ignoring_case(name, kUseNames[i])) return static_cast<SpecialUse>(i);
  }
  return std::nullopt;
}

}  // namespace portreeve::imap
