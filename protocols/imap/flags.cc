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

// Every set of them printed, as FETCH prints one for each message.
struct PrintedFlags {
  std::array<char, 40> text{};
  std::size_t size = 0;
  constexpr std::string_view view() const { return {text.data(), size}; }
};

constexpr std::array<PrintedFlags, kAllSystemFlags + 1> kPrintedFlags = [] {
  std::array<PrintedFlags, kAllSystemFlags + 1> all{};
  for (std::size_t flags = 0; flags < all.size(); ++flags) {
    PrintedFlags& printed = all[flags];
    for (const auto& [flag, name] : kFlagNames) {
      if ((flags & flag) == 0) continue;
      if (printed.size > 0) printed.text[printed.size++] = ' ';
      for (char c : name) printed.text[printed.size++] = c;
    }
  }
  return all;
}();

// In the order of the enum.
constexpr std::array<std::string_view, 8> kUseNames = {
    "", "\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash",
};

}  // namespace

std::string_view flag_names(SystemFlags flags) { return kPrintedFlags[flags & kAllSystemFlags].view(); }

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
