// Bodies and summaries as rows. A body is cut into chunks of Store::kStagedChunkBytes, the last one shorter, so that
// any offset is found without reading what is before it.
// Threads: as the connection's.
#pragma once

#include <functional>
#include <span>

#include "core/mime/summary.h"
#include "core/mime/summary_codec.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

constexpr std::uint32_t kMaxChunks = 1 << 16;
constexpr std::int64_t chunk_row(BodyId body, std::uint32_t chunk) { return body << 16 | chunk; }

void write_body_tail(Connection& connection, BodyId body, std::uint32_t first_chunk, std::string_view tail);
void write_summary(Connection& connection, BodyId body, const mime::Summary& summary);

// Nullopt if there is none.
std::optional<mime::Summary> read_summary(Connection& connection, BodyId body);
// Calls `take` for each body, in the order given, with null for one that has none; false, and no more calls, once it
// answers false. The view is good until it returns.
bool view_summaries(Connection& connection, std::span<const BodyId> bodies,
                    const std::function<bool(std::size_t, const mime::SummaryView*)>& take);
// As Store::read_body(), but false if the body isn't there.
bool try_read_body(Connection& connection, BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out);
// As Store::read_body().
void read_body(Connection& connection, BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out);

}  // namespace portreeve::store::sqlite
