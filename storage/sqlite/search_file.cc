#include "storage/sqlite/search_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/mime/message_text.h"
#include "storage/sqlite/disk.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

// "psea", so that file(1) and a foreign SQLite file can be told apart.
constexpr std::int64_t kApplicationId = 0x70736561;
constexpr std::int64_t kLayout = 2;
constexpr unsigned kReaders = 2;
constexpr unsigned kTrigramBits = 24;
static_assert(kEndTrigram == 1U << kTrigramBits);
constexpr std::size_t kSealBytes = 8;
constexpr std::size_t kEndBytes = 4;

constexpr const char* kTables = R"sql(
CREATE TABLE info(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE segment(id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, bodies BLOB NOT NULL);
CREATE TABLE page(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
)sql";

std::int64_t page_row(std::int64_t segment, Trigram trigram) { return segment << kTrigramBits | trigram; }

// With the row's number, so that a row in the place of another is no good either.
std::uint64_t check_sum(std::int64_t row, std::string_view bytes) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
  std::uint64_t sum = static_cast<std::uint64_t>(row) * kOdd + bytes.size();
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(sizeof word, bytes.size());
    std::memcpy(&word, bytes.data(), size);
    sum = (sum ^ word) * kOdd;
    sum ^= sum >> 32;
    bytes.remove_prefix(size);
  }
  return sum;
}

std::string sealed(std::int64_t row, std::string_view bytes) {
  const std::uint64_t sum = check_sum(row, bytes);
  std::string out(kSealBytes, '\0');
  std::memcpy(out.data(), &sum, kSealBytes);
  out += bytes;
  return out;
}

std::string_view unsealed(std::int64_t row, std::string_view bytes) {
  std::uint64_t sum = 0;
  if (bytes.size() < kSealBytes) fail(Errc::corrupt, "a row of the search index is damaged");
  std::memcpy(&sum, bytes.data(), kSealBytes);
  bytes.remove_prefix(kSealBytes);
  if (sum != check_sum(row, bytes)) fail(Errc::corrupt, "a row of the search index is damaged");
  return bytes;
}

std::string packed_page(const Segment::Page& page, Trigram end) {
  std::string out(kEndBytes, '\0');
  std::memcpy(out.data(), &end, kEndBytes);
  return out += page.bytes;
}

// Of the page in whose row the trigram would be. One that ends before it is followed by a row that was lost.
BodyBits have_trigram(std::int64_t row, std::string_view sealed_page, Trigram trigram) {
  const std::string_view page = unsealed(row, sealed_page);
  const auto first = static_cast<Trigram>(row & (kEndTrigram - 1));
  Trigram end = 0;
  if (page.size() >= kEndBytes) std::memcpy(&end, page.data(), kEndBytes);
  const auto found = trigram < end ? find_trigram(page.substr(kEndBytes), first, trigram) : std::optional<BodyBits>();
  if (!found) fail(Errc::corrupt, "a page of the search index is damaged");
  return *found;
}

const std::string& private_file(const std::string& path) {
  make_private_file(path);
  return path;
}

void make(Connection& connection, std::int64_t number) {
  connection.script("PRAGMA page_size = 16384; PRAGMA auto_vacuum = FULL");
  connection.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  connection.run("BEGIN IMMEDIATE");
  connection.script(kTables);
  connection.run("INSERT INTO info VALUES ('store', ?), ('text', ?)", number, std::string_view(mime::text_rules()));
  connection.script("PRAGMA application_id = " + std::to_string(kApplicationId));
  connection.script("PRAGMA user_version = " + std::to_string(kLayout));
  connection.run("COMMIT");
}

void check(Connection& connection, std::int64_t number) {
  if (connection.number("PRAGMA application_id", 0) != kApplicationId ||
      connection.number("PRAGMA user_version", 0) != kLayout) {
    fail(Errc::invalid, "the search index is of another version");
  }
  Query rules(connection, "SELECT value FROM info WHERE key = 'text'");
  if (!rules.step() || rules.text(0) != mime::text_rules()) {
    fail(Errc::invalid, "the search index was made by other rules of text");
  }
  if (connection.number("SELECT value FROM info WHERE key = 'store'", 0) != number) {
    fail(Errc::invalid, "the search index is another store's");
  }
}

}  // namespace

SearchFile::SearchFile(const std::string& path, How how, std::int64_t number)
    : connection_(private_file(path), Connection::Use::upkeep) {
  try {
    if (how == How::make) make(connection_, number);
    check(connection_, number);
    connection_.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    connection_.script("PRAGMA wal_autocheckpoint = 256; PRAGMA journal_size_limit = 4194304");
    readers_ = std::make_unique<Readers>(path, kReaders);
  } catch (...) {
    connection_.roll_back();
    throw;
  }
}

void SearchFile::remove(const std::string& path) noexcept {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((path + suffix).c_str());
}

SearchFile::Members SearchFile::unpack(std::int64_t segment, std::string_view bytes) {
  constexpr std::size_t kBits = kSegmentBodies / 8;
  bytes = unsealed(segment, bytes);
  if (bytes.size() < kBits) fail(Errc::corrupt, "a segment of the search index is damaged");
  auto bodies = unpack_bodies(bytes.substr(kBits));
  if (!bodies || bodies->empty() || bodies->size() > kSegmentBodies || !std::ranges::is_sorted(*bodies)) {
    fail(Errc::corrupt, "a segment of the search index is damaged");
  }
  Members members{std::move(*bodies), {}};
  for (std::size_t i = 0; i < kSegmentBodies; ++i) {
    members.opaque[i] = (static_cast<unsigned char>(bytes[i / 8]) >> i % 8 & 1) != 0;
  }
  return members;
}

void SearchFile::look_up(std::span<const BodyId> bodies, std::span<const Trigram> trigrams,
                         std::span<SearchHint> hints) {
  if (bodies.empty()) return;
  auto reader = readers_->take();
  const Reading reading(*reader);
  Query segments(*reader, "SELECT id, bodies FROM segment WHERE last >= ? AND first <= ?");
  Query pages(*reader, "SELECT id, data FROM page WHERE id <= ? ORDER BY id DESC LIMIT 1");
  segments.bind(bodies.front(), bodies.back());
  std::vector<std::pair<std::size_t, std::size_t>> here;  // where in `bodies` and in the segment
  while (segments.step()) {
    const std::int64_t segment = segments.integer(0);
    const Members members = unpack(segment, segments.blob(1));
    here.clear();
    auto at = std::ranges::lower_bound(bodies, members.bodies.front());
    for (std::size_t i = 0; i < members.bodies.size() && at != bodies.end(); ++i) {
      at = std::ranges::lower_bound(at, bodies.end(), members.bodies[i]);
      if (at != bodies.end() && *at == members.bodies[i]) here.emplace_back(at - bodies.begin(), i);
    }
    if (here.empty()) continue;

    BodyBits may;
    for (const auto& [_, position] : here) may.set(position);
    for (const Trigram trigram : trigrams) {
      pages.reset();
      if (!pages.bind(page_row(segment, trigram)).step() || pages.integer(0) >> kTrigramBits != segment) {
        fail(Errc::corrupt, "a page of the search index is missing");
      }
      may &= members.opaque | have_trigram(pages.integer(0), pages.blob(1), trigram);
      if (may.none()) break;
    }
    for (const auto& [index, position] : here) hints[index] = may[position] ? SearchHint::maybe : SearchHint::absent;
  }
}

void SearchFile::add(const Segment& segment) {
  if (segment.bodies.empty()) return;
  connection_.run("BEGIN IMMEDIATE");
  try {
    const std::int64_t id = connection_.number("SELECT max(id) FROM segment", 0) + 1;
    std::string members(kSegmentBodies / 8, '\0');
    for (std::size_t i = 0; i < kSegmentBodies; ++i) {
      if (segment.opaque[i]) members[i / 8] = static_cast<char>(members[i / 8] | 1 << i % 8);
    }
    members += pack_bodies(segment.bodies);
    connection_.run("INSERT INTO segment VALUES (?, ?, ?, ?)", id, segment.bodies.front(), segment.bodies.back(),
                    Blob{sealed(id, members)});
    for (std::size_t i = 0; i < segment.pages.size(); ++i) {
      const std::int64_t row = page_row(id, segment.pages[i].first);
      const Trigram end = i + 1 < segment.pages.size() ? segment.pages[i + 1].first : kEndTrigram;
      connection_.run("INSERT INTO page VALUES (?, ?)", row, Blob{sealed(row, packed_page(segment.pages[i], end))});
    }
    connection_.run("COMMIT");
  } catch (...) {
    connection_.roll_back();
    throw;
  }
}

BodyId SearchFile::highest() { return connection_.number("SELECT max(last) FROM segment", 0); }

std::vector<std::int64_t> SearchFile::segments() {
  std::vector<std::int64_t> ids;
  Query query(connection_, "SELECT id FROM segment ORDER BY id");
  while (query.step()) ids.push_back(query.integer(0));
  return ids;
}

std::vector<BodyId> SearchFile::bodies(std::int64_t segment) {
  Query query(connection_, "SELECT bodies FROM segment WHERE id = ?");
  if (!query.bind(segment).step()) return {};
  return unpack(segment, query.blob(0)).bodies;
}

void SearchFile::drop(std::int64_t segment) {
  connection_.run("BEGIN IMMEDIATE");
  try {
    connection_.run("DELETE FROM segment WHERE id = ?", segment);
    connection_.run("DELETE FROM page WHERE id >= ? AND id < ?", page_row(segment, 0), page_row(segment + 1, 0));
    connection_.run("COMMIT");
  } catch (...) {
    connection_.roll_back();
    throw;
  }
}

}  // namespace portreeve::store::sqlite
