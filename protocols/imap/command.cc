#include "protocols/imap/command.h"

#include <array>

namespace portreeve::imap {
namespace {

constexpr std::uint8_t kAny = kNotAuthenticated | kAuthenticated | kSelected;
constexpr std::uint8_t kLoggedIn = kAuthenticated | kSelected;

// In the order of CommandBody.
constexpr std::array<Traits, std::variant_size_v<CommandBody>> kTraits = {{
    {"CAPABILITY", kAny},
    {"NOOP", kAny},
    {"LOGOUT", kAny},
    {"ID", kAny},
    {"STARTTLS", kNotAuthenticated},
    {"LOGIN", kNotAuthenticated},
    {"AUTHENTICATE", kNotAuthenticated},
    {"SELECT", kLoggedIn},
    {"CREATE", kLoggedIn},
    {"DELETE", kLoggedIn},
    {"RENAME", kLoggedIn},
    {"SUBSCRIBE", kLoggedIn},
    {"UNSUBSCRIBE", kLoggedIn},
    {"STATUS", kLoggedIn},
    {"LIST", kLoggedIn},
    {"LSUB", kLoggedIn},
    {"NAMESPACE", kLoggedIn},
    {"ENABLE", kLoggedIn},
    {"APPEND", kLoggedIn},
    {"IDLE", kLoggedIn},
    {"CHECK", kSelected},
    {"CLOSE", kSelected},
    {"UNSELECT", kSelected},
    {"EXPUNGE", kSelected},
    {"SEARCH", kSelected, true},
    {"SORT", kSelected, true},
    {"THREAD", kSelected, true},
    {"FETCH", kSelected, true},
    {"STORE", kSelected, true},
    {"COPY", kSelected},
    {"MOVE", kSelected},
    {"COMPRESS", kLoggedIn},
    {"UNAUTHENTICATE", kLoggedIn},
    {"GETQUOTA", kLoggedIn},
    {"GETQUOTAROOT", kLoggedIn},
    {"SETQUOTA", kLoggedIn},
    {"GETMETADATA", kLoggedIn},
    {"SETMETADATA", kLoggedIn},
    {"REPLACE", kSelected},
    {"RESETKEY", kLoggedIn},
    {"GENURLAUTH", kLoggedIn},
    {"URLFETCH", kLoggedIn},
    {"UIDBATCHES", kSelected},
    {"NOTIFY", kLoggedIn},
    {"CANCELUPDATE", kSelected},
    {"COMPARATOR", kLoggedIn},
    {"ESEARCH", kLoggedIn, true},
    {"LANGUAGE", kAny},
    {"SETACL", kLoggedIn},
    {"DELETEACL", kLoggedIn},
    {"GETACL", kLoggedIn},
    {"LISTRIGHTS", kLoggedIn},
    {"MYRIGHTS", kLoggedIn},
}};

}  // namespace

const Traits& traits(const CommandBody& body) { return kTraits[body.index()]; }

const AppendStretch* append_stretch(const CommandBody& body) {
  if (const auto* append = std::get_if<Append>(&body)) return &append->first;
  if (const auto* replace = std::get_if<Replace>(&body)) return &replace->first;
  return nullptr;
}

}  // namespace portreeve::imap
