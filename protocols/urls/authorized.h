// May somebody have what a URL names, by the token in it (RFC 4467) or because it is their own?
// Threads: any; open_authorized() reads from the disk, so a worker's.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "protocols/urls/content.h"
#include "protocols/urls/imap_url.h"
#include "storage/store.h"

namespace portreeve::urls {

// Who asks: a user of IMAP, or submission on behalf of one.
struct Asker {
  store::AccountId account = 0;
  bool is_submission = false;
};

struct Refusal {
  enum class Why : std::uint8_t {
    not_a_message,  // no IMAP URL, or one of something else
    elsewhere,      // another server's
    unauthorized,   // no right token, not for this asker, or expired; never say which
    gone,           // no such message or part
    failed,         // the store did; see `error`
  };
  Why why = Why::not_a_message;
  store::Error error = {};
};

// Is it a name of this server: its own, or a domain whose accounts are here?
bool is_this_server(const store::Directory& directory, std::string_view host_name, std::string_view host);

// The account that a user name in a URL means, if it is one that may log in; or null.
const store::Account* find_user(const store::Directory& directory, std::string_view user);

// Submission may also have, by a URL without a token, what is its user's own (RFC 4468 §3.3). `now` in Unix seconds.
std::expected<std::unique_ptr<Content>, Refusal> open_authorized(store::Store& store, std::string_view host_name,
                                                                 std::string_view text, Asker asker, std::int64_t now);

}  // namespace portreeve::urls
