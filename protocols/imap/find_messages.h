// Finds the messages that SEARCH, SORT, THREAD and ESEARCH are about, off the loop where memory alone can't tell, and
// in turns, so that nobody waits for a long search.
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
#include "protocols/imap/progress_notes.h"
#include "protocols/imap/response.h"
#include "protocols/imap/search_key.h"

namespace portreeve::imap {

// Which of those that match: a search for the ends stops at them.
enum class Wanted : std::uint8_t { all, first, last, first_and_last };

// What must be found to tell and save what is asked.
Wanted wanted(const std::optional<SearchReturn>& returns);

struct Found {
  std::vector<std::uint32_t> sequences = {};  // ascending
  bool has_missed = false;     // messages that are gone, though the client doesn't know, may have matched
  bool names_mod_seq = false;  // the key asks for MODSEQ (RFC 7162 §3.1.5)
  // The lowest message that was looked at, if there were more than a command may be about (RFC 9738 §3).
  std::optional<store::Uid> lowest = {};
};

// A key as it is looked for: its texts in UTF-8, its filters put in. Refers to the command's own where that is so
// already.
class ReadyKey {
 public:
  // `made`: what takes the place of the command's key.
  ReadyKey(const SearchKey& command, std::optional<SearchKey> made) : command_(&command), made_(std::move(made)) {}
  const SearchKey& key() const { return made_ ? *made_ : *command_; }

 private:
  const SearchKey* command_;
  std::optional<SearchKey> made_;
};
// What must be answered, if it is an error. `charset` is that of the key's texts, in capitals, or empty. A key with
// MODSEQ enables CONDSTORE. `may_be_saved`: "$" may stand for messages, in filters too.
async::Task<std::expected<ReadyKey, Reply>> ready_key(Context& context, const std::string& charset,
                                                      const SearchKey& key, bool may_be_saved = true);

// Those of `view` that match. Texts compare by the session's comparator, decoded (RFC 5255 §4.2). The view must not
// change meanwhile, and the key must be ready.
async::Task<std::expected<Found, Reply>> find_messages(Context& context, const View& view, const SearchKey& key,
                                                       Wanted wanted, ProgressNotes& notes);

// In the selected mailbox, and of no more messages than a command may be about.
async::Task<std::expected<Found, Reply>> find_messages(Context& context, const ReadyKey& key,
                                                       Wanted wanted = Wanted::all);

// The tagged OK, with what RFC 5530 §3 has for messages that are gone.
Reply found_reply(bool has_missed);

// Writes the answer as `returns` has it, or else by `write_plain`, and leaves in "$" what is to be saved. The messages
// stand in the order in which they are told. Precondition: `returns` asks for nothing that `found` was not to have.
using PlainWriter = void (*)(std::string& out, std::span<const std::uint32_t> numbers,
                             std::optional<std::uint64_t> mod_seq);
void tell_found(Context& context, Found found, const std::optional<SearchReturn>& returns, Numbers numbers,
                PlainWriter write_plain);
// The same of any view, by UIDs and with ESEARCH; for the selected mailbox's view "$" is left to the caller.
void tell_found(Context& context, const View& view, Found found, const SearchReturn& returns, const Correlator& of);

}  // namespace portreeve::imap
