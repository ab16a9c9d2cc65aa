// The packed forms that rows of the database hold: blocks of messages, lists of body ids, ranges of UIDs.
//
// Each begins with a version byte; numbers are LEB128 varints, most of them differences from the one before. Decoding
// gives nullopt for bytes that encoding didn't make. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/types.h"

namespace portreeve::store::sqlite {

std::string pack_block(const Block& block);
// UIDs ascend strictly, and there is at least one message.
std::optional<Block> unpack_block(std::string_view packed);

// Any order; ascending ids pack best.
std::string pack_bodies(const std::vector<BodyId>& bodies);
std::optional<std::vector<BodyId>> unpack_bodies(std::string_view packed);

std::string pack_uids(const UidSet& uids);
std::optional<UidSet> unpack_uids(std::string_view packed);

// Keywords have no control characters, so lines hold them.
std::string pack_keywords(const std::vector<std::string>& keywords);
std::vector<std::string> unpack_keywords(std::string_view packed);

}  // namespace portreeve::store::sqlite
