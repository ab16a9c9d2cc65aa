// Lets go of held messages whose time has come (RFC 4865): into the mailboxes that their recipients mean by then, with
// the reports that their senders asked for, in one transaction each.
//
// A message leaves the store's keeping in the transaction that delivers it, so a crash neither loses nor doubles one.
// Threads: release_due() waits for the store: never on a loop, and one call at a time.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/smtp/outbound.h"
#include "storage/resolve.h"
#include "storage/store.h"

namespace portreeve::smtp {

struct ReleaseOptions {
  std::string host_name;
  store::ResolveOptions resolve;
  bool files_subaddresses = false;
  Outbound* outbound = nullptr;
};

// All that are due at `now`, in Unix seconds. False: some could not be released, since the disk is full or their
// envelope is damaged, and stay for a later call.
bool release_due(store::Store& store, const ReleaseOptions& options, std::int64_t now);

}  // namespace portreeve::smtp
