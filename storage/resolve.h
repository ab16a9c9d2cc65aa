// Where mail to an address goes: accounts, aliases, lists, subaddresses, a domain's catch-all, postmaster.
//
// Pure: it reads a Directory and nothing else. Loops and aliases without end come to their end here, too, though the
// store takes none. Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/types.h"

namespace portreeve::store {

struct ResolveOptions {
  // Any of these divides a local part from its detail, "alice+shop"; empty: no subaddresses (RFC 5233 §1).
  std::string delimiters = "+";
  // Who gets the mail for a domain's postmaster when nobody is named so: an address; empty or nobody's: the domain's
  // oldest account, or else the server's (RFC 5321 §4.5.1).
  std::string postmaster = {};
  // What <postmaster> without a domain means.
  std::string host_name = {};
  std::size_t max_destinations = 10'000;
};

struct Destination {
  AccountId account = 0;
  std::string detail;  // of the subaddress, "shop"; empty if there is none
};

enum class Unresolved : std::uint8_t {
  no,              // there is somebody
  no_such_user,    // the domain is ours, nobody has the address
  no_such_domain,  // elsewhere
  disabled,        // only accounts that take no mail
  elsewhere,       // an alias of ours that leads to an address which isn't here
  looping,
  too_many,
};

struct Resolution {
  std::vector<Destination> destinations;  // each account once
  Unresolved why = Unresolved::no;        // set if there are none
  // The list that all of it went through, or null: its owner is the reverse-path then. Valid as long as the directory.
  const Alias* list = nullptr;
  // Since when the address has meant what it means now (RFC 7293 §3): a list since it was made, others no longer than
  // what they lead to. 0 if that can't be told (a catch-all, a postmaster whom nobody named).
  std::int64_t since = 0;
  std::vector<std::string> steps;  // in words, for `portreeve resolve`; only if asked for
};

// The alias that mail to this address goes through first: its own, that of the address without detail, or the domain's
// catch-all. Null if it is an account's, nobody's, or elsewhere.
const Alias* alias_of(const Directory& directory, std::string_view address, const ResolveOptions& options);

// `address` as of Path::address(): the local part unquoted. A local part alone is a postmaster's.
Resolution resolve(const Directory& directory, std::string_view address, const ResolveOptions& options,
                   bool explains = false);

// May the account send under this address: is it its own, with or without a detail, an alias (not a list) of its own, a
// list that it owns, or one of an account that made it its delegate?
bool may_send_as(const Directory& directory, const Account& account, std::string_view address,
                 const ResolveOptions& options);

}  // namespace portreeve::store
