// Finds the messages that SEARCH, SORT and THREAD are about, off the loop where memory alone can't tell, and in turns,
// so that nobody waits for a long search.
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/response.h"
#include "protocols/imap/search_key.h"

namespace portreeve::imap {

// Which of those that match: a search for the ends stops at them.
enum class Wanted : std::uint8_t { all, first, last, first_and_last };

struct Found {
  std::vector<std::uint32_t> sequences = {};  // ascending
  bool has_missed = false;     // messages that are gone, though the client doesn't know, may have matched
  bool names_mod_seq = false;  // the key asks for MODSEQ (RFC 7162 §3.1.5)
};

// What must be answered, if it is an error. `charset` is that of the key's texts, in capitals, or empty. Texts compare
// by i;unicode-casemap at least, decoded (RFC 5255 §4.2). A key with MODSEQ enables CONDSTORE.
async::Task<std::expected<Found, Reply>> find_messages(Context& context, const std::string& charset,
                                                       const SearchKey& key, Wanted wanted = Wanted::all);

// The tagged OK, with what RFC 5530 §3 has for messages that are gone.
Reply found_reply(bool has_missed);

// Writes the answer as `returns` has it, or else by `write_plain`, and leaves in "$" what is to be saved. The messages
// stand in the order in which they are told. Precondition: `returns` asks for nothing that `found` was not to have.
using PlainWriter = void (*)(std::string& out, std::span<const std::uint32_t> numbers,
                             std::optional<std::uint64_t> mod_seq);
void tell_found(Context& context, Found found, const std::optional<SearchReturn>& returns, Numbers numbers,
                PlainWriter write_plain);

}  // namespace portreeve::imap
