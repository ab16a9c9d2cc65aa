// The responses of RFC 4314, and the namespaces of RFC 2342.
// Promises: as response.h. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/rights.h"

namespace portreeve::imap {

void write_acl(std::string& out, std::string_view mailbox, std::span<const std::pair<std::string, Rights>> entries,
               NameForm form = NameForm::modified_utf7);
// `has_all`: the identifier always has all rights; else each can be given by itself.
void write_list_rights(std::string& out, std::string_view mailbox, std::string_view identifier, bool has_all,
                       NameForm form = NameForm::modified_utf7);
void write_my_rights(std::string& out, std::string_view mailbox, Rights rights,
                     NameForm form = NameForm::modified_utf7);

}  // namespace portreeve::imap
