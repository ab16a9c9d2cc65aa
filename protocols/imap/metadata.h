// Which annotations an answer has (RFC 5464 §4.2).
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "protocols/imap/command.h"
#include "protocols/imap/mailbox_name.h"
#include "storage/types.h"

namespace portreeve::imap {

// Writes the METADATA response with what `annotations`, sorted by entry, have of what is asked; none if that is
// nothing. An entry that is asked for by itself and isn't there is NIL. Gives the size of the largest value that was
// left out for MAXSIZE, or 0.
std::size_t write_metadata_of(std::string& out, std::string_view mailbox, const GetMetadata& asked,
                              std::span<const store::Annotation> annotations, NameForm form = NameForm::modified_utf7);

}  // namespace portreeve::imap
