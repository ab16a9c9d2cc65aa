#include "storage/sqlite/bodies.h"

#include <algorithm>
#include <functional>

namespace portreeve::store::sqlite {

void write_body_tail(Connection& connection, BodyId body, std::uint32_t first_chunk, std::string_view tail) {
  std::uint32_t chunk = first_chunk;
  // An empty message has one empty chunk, so that it is told from a missing one.
  do {
    if (chunk >= kMaxChunks) fail(Errc::limit, "the message has too many chunks");
    const std::string_view piece = tail.substr(0, Store::kStagedChunkBytes);
    if (piece.empty() && chunk > 0) return;
    connection.run("INSERT INTO chunk(id, data) VALUES (?, ?)", chunk_row(body, chunk), Blob{piece});
    tail.remove_prefix(piece.size());
    ++chunk;
  } while (!tail.empty());
}

void write_summary(Connection& connection, BodyId body, const mime::Summary& summary) {
  connection.run("INSERT INTO summary(body, data) VALUES (?, ?)", body, Blob{mime::encode(summary)});
}

std::optional<mime::Summary> read_summary(Connection& connection, BodyId body) {
  Query query(connection, "SELECT data FROM summary WHERE body = ?");
  if (!query.bind(body).step()) return std::nullopt;
  auto summary = mime::decode(query.blob(0));
  if (!summary) fail(Errc::corrupt, "the summary of body " + std::to_string(body) + " is damaged");
  return summary;
}

namespace {

mime::SummaryView view_of(std::string_view packed, BodyId body) {
  const auto view = mime::view_summary(packed);
  if (!view) fail(Errc::corrupt, "the summary of body " + std::to_string(body) + " is damaged");
  return *view;
}

// Do they lie so close together that passing over others costs less than looking each up?
bool are_close(std::span<const BodyId> bodies) {
  constexpr BodyId kRowsPassedForOne = 3;
  if (std::ranges::adjacent_find(bodies, std::greater_equal()) != bodies.end()) return false;
  return bodies.back() - bodies.front() < kRowsPassedForOne * static_cast<BodyId>(bodies.size());
}

}  // namespace

bool view_summaries(Connection& connection, std::span<const BodyId> bodies,
                    const std::function<bool(std::size_t, const mime::SummaryView*)>& take) {
  if (bodies.empty()) return true;
  if (!are_close(bodies)) {
    Query query(connection, "SELECT data FROM summary WHERE body = ?");
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      if (i > 0) query.reset();
      if (!query.bind(bodies[i]).step()) {
        if (!take(i, nullptr)) return false;
        continue;
      }
      const mime::SummaryView view = view_of(query.blob(0), bodies[i]);
      if (!take(i, &view)) return false;
    }
    return true;
  }
  Query query(connection, "SELECT body, data FROM summary WHERE body BETWEEN ? AND ? ORDER BY body");
  query.bind(bodies.front(), bodies.back());
  std::size_t i = 0;
  while (i < bodies.size() && query.step()) {
    const BodyId body = query.integer(0);
    for (; i < bodies.size() && bodies[i] < body; ++i) {
      if (!take(i, nullptr)) return false;
    }
    if (i == bodies.size() || bodies[i] != body) continue;
    const mime::SummaryView view = view_of(query.blob(1), body);
    if (!take(i++, &view)) return false;
  }
  for (; i < bodies.size(); ++i) {
    if (!take(i, nullptr)) return false;
  }
  return true;
}

bool try_read_body(Connection& connection, BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out) {
  const std::uint64_t first = offset / Store::kStagedChunkBytes;
  if (first >= kMaxChunks) return true;
  std::uint64_t skipped = offset % Store::kStagedChunkBytes;
  Query query(connection, "SELECT id, data FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id");
  query.bind(chunk_row(body, static_cast<std::uint32_t>(first)), chunk_row(body, kMaxChunks - 1));
  bool is_found = false;
  for (std::int64_t row = chunk_row(body, static_cast<std::uint32_t>(first)); query.step(); ++row) {
    is_found = true;
    if (length == 0) break;
    if (query.integer(0) != row) fail(Errc::corrupt, "body " + std::to_string(body) + " lacks a chunk");
    std::string_view data = query.blob(1);
    data.remove_prefix(std::min<std::uint64_t>(skipped, data.size()));
    data = data.substr(0, length);
    skipped = 0;
    out += data;
    length -= data.size();
    if (length == 0) break;
  }
  // Past the end of a body that ends with its chunk there is no row either.
  return is_found || connection.number("SELECT 1 FROM chunk WHERE id = ?", 0, chunk_row(body, 0)) != 0;
}

void read_body(Connection& connection, BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out) {
  if (!try_read_body(connection, body, offset, length, out))
    fail(Errc::not_found, "there is no body " + std::to_string(body));
}

}  // namespace portreeve::store::sqlite
