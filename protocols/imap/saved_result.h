// The search result variable "$" (RFC 5182): the messages that the last SEARCH RETURN (SAVE) found, as UIDs, which stay
// right while messages come and go.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/imap/command.h"
#include "protocols/imap/sequence_set.h"
#include "storage/types.h"

namespace portreeve::imap {

// The UIDs of these sequence numbers, which may stand in any order. A range spans UIDs that no message has.
std::vector<NumberRange> saved_uids(std::span<const std::uint32_t> sequences, const store::Snapshot& messages);

// What is saved of `found`, which stands in its order, and what MODSEQ is about: all of it, or what MIN, MAX and
// PARTIAL tell where nothing asks for more (RFC 5182 §2.4, RFC 9394 §3.2, RFC 4731 §3.2).
std::vector<std::uint32_t> meant_by(const SearchReturn& returns, std::span<const std::uint32_t> found);

// Puts what was saved in the place of each "$" that the command has, in the form that its sets have there. Messages
// that are gone drop out (RFC 5182 §2.1).
void insert_saved(Command& command, std::span<const NumberRange> saved, const store::Snapshot& messages);
void insert_saved(SearchKey& key, std::span<const NumberRange> saved, const store::Snapshot& messages);

}  // namespace portreeve::imap
