// Which names LIST and LSUB answer with, and what is said of each (RFC 3501 §6.3.8, §6.3.9; RFC 5258; RFC 6154).
//
// Mailboxes whose parents are missing get them listed, so that a client that walks down by '%' finds all.
// Threads: pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "protocols/imap/command.h"
#include "protocols/imap/mailbox_name.h"
#include "storage/types.h"

namespace portreeve::imap {

// Is told of each mailbox that may be selected, behind its line: for RETURN (STATUS …).
using ListedMailbox = std::function<void(const store::MailboxInfo&)>;

// `is_rev2`: as RFC 9051 §6.3.9 has it. There LIST-EXTENDED needs no asking, and OLDNAME tells of other spellings.
void write_listing(std::string& out, const List& command, const store::MailboxList& mailboxes,
                   const ListedMailbox& listed = {}, NameForm form = NameForm::modified_utf7, bool is_rev2 = false);
void write_listing(std::string& out, const Lsub& command, const store::MailboxList& mailboxes,
                   NameForm form = NameForm::modified_utf7);

// The line of one mailbox that is there, unasked (RFC 9051 §6.3.2). `old_name`: for OLDNAME, or empty.
void write_mailbox_line(std::string& out, const store::MailboxList& mailboxes, const store::MailboxInfo& mailbox,
                        std::string_view old_name, NameForm form);

}  // namespace portreeve::imap
