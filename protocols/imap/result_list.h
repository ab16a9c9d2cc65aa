// The result of a search that is kept up to date (RFC 5267 §4.3), and how a client is told what becomes of it.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocols/imap/response.h"
#include "storage/types.h"

namespace portreeve::imap {

// UIDs in the order of the result; that of the mailbox if it isn't sorted.
using ResultList = std::vector<store::Uid>;

// Which of the ascending `uids` the result has.
std::vector<store::Uid> members(const ResultList& result, std::span<const store::Uid> uids, bool is_sorted);

// Takes these out, all of them members, ascending. Pieces, of UIDs: the last first where it is sorted, so that none
// moves another.
std::vector<ResultPiece> take_out(ResultList& result, std::span<const store::Uid> uids, bool is_sorted);

// One that comes in, before the result's present element `before`.
struct Placed {
  std::size_t before = 0;
  store::Uid uid = 0;
};
// Puts these in, none of them a member, in their order. Where it isn't sorted, that is by UID and `before` doesn't
// count.
std::vector<ResultPiece> put_in(ResultList& result, std::span<const Placed> added, bool is_sorted);

}  // namespace portreeve::imap
