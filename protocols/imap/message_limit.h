// How many messages one command may be about (MESSAGELIMIT, RFC 9738 §3). Those with the highest UIDs are done, and the
// client is told down to which one, so that it asks again for what is below.
//
// COPY, SORT and THREAD can't be done in parts: they are refused as a whole.
// Threads: the connection's loop.
#pragma once

#include <optional>

#include "protocols/imap/context.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/search_key.h"

namespace portreeve::imap {

// Leaves the highest of `sequences`, as many as may be. The UID of the lowest that is left, if some are gone.
std::optional<store::Uid> limit_messages(const Context& context, SequenceRanges& sequences);
// Makes the key one of a part of the messages that it would look at, in the same way. Sets at the key's top, joined by
// AND, say which those are.
std::optional<store::Uid> limit_search(const Context& context, SearchKey& key);

bool has_too_many(const Context& context, const SequenceRanges& sequences);
bool searches_too_many(const Context& context, const SearchKey& key);
Reply too_many_messages(const Context& context);

// The reply with its code, or behind an untagged NO with that, if it has a code of its own. `lowest` is what was told
// above; nullopt: the reply as it is.
Reply with_limit(Context& context, Reply reply, std::optional<store::Uid> lowest);

}  // namespace portreeve::imap
