// Brings the rows of domains, addresses and aliases to the form in which they are looked up (storage/address.h): what
// an older Portreeve wrote, or one with another Unicode. Where two addresses come to mean one mailbox, the one that had
// that form, or else the older account's, keeps it; the other stays as it is, is found no more, and is logged. Threads:
// the writer's connection, before the writer runs.
#pragma once

#include "storage/sqlite/connection.h"

namespace portreeve::store::sqlite {

void respell_addresses(Connection& writer);

// Brings the names of mailboxes and subscriptions to NFC, which older versions left to the client; once for a database,
// whose `meta` remembers it. Names that "Other Users" would hide and that the migration left go along. A mailbox whose
// name another one has by then gets " (2)" behind its own, and is logged.
void compose_mailbox_names(Connection& writer);

}  // namespace portreeve::store::sqlite
