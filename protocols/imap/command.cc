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
    {"FETCH", kSelected, true},
    {"STORE", kSelected, true},
    {"COPY", kSelected},
    {"MOVE", kSelected},
}};

}  // namespace

const Traits& traits(const CommandBody& body) { return kTraits[body.index()]; }

}  // namespace portreeve::imap
