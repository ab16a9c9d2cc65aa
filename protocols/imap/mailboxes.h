// Looking up mailboxes of the account for a handler, on a worker where the disk may be touched.
// Threads: the connection's loop.
#pragma once

#include <string>

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/flags.h"
#include "storage/store.h"

namespace portreeve::imap {

async::Task<store::Result<store::MailboxListPtr>> read_mailboxes(Context& context);
// `name` must live until the task ends.
async::Task<store::Result<store::MailboxId>> find_mailbox(Context& context, const std::string& name);

// Does a mailbox exist below `name`?
bool has_children(const store::MailboxList& list, std::string_view name);

SpecialUse to_codec(store::SpecialUse use);
store::SpecialUse to_store(SpecialUse use);
store::FlagList to_store(const FlagList& flags);

}  // namespace portreeve::imap
