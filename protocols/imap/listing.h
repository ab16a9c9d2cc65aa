// Which names LIST and LSUB answer with, and what is said of each (RFC 3501 §6.3.8, §6.3.9; RFC 5258; RFC 6154).
//
// Mailboxes whose parents are missing get them listed, so that a client that walks down by '%' finds all.
// Threads: pure functions.
#pragma once

#include <functional>
#include <string>

#include "protocols/imap/command.h"
#include "protocols/imap/mailbox_name.h"
#include "storage/types.h"

namespace portreeve::imap {

// Is told of each mailbox that may be selected, behind its line: for RETURN (STATUS …).
using ListedMailbox = std::function<void(const store::MailboxInfo&)>;

void write_listing(std::string& out, const List& command, const store::MailboxList& mailboxes,
                   const ListedMailbox& listed = {}, NameForm form = NameForm::modified_utf7);
void write_listing(std::string& out, const Lsub& command, const store::MailboxList& mailboxes,
                   NameForm form = NameForm::modified_utf7);

}  // namespace portreeve::imap
