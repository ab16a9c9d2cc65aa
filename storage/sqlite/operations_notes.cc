#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

constexpr std::size_t kMaxNoteNameBytes = 256;

}  // namespace

void save_note(Transaction& transaction, std::string_view name, std::string_view bytes) {
  if (name.empty() || name.size() > kMaxNoteNameBytes) fail(Errc::invalid, "a note's name has 1 to 256 bytes");
  if (bytes.size() > Store::kMaxNoteBytes) fail(Errc::limit, "the note is too long");
  if (bytes.empty()) {
    transaction.db().run("DELETE FROM note WHERE name = ?", name);
  } else {
    transaction.db().run("REPLACE INTO note(name, bytes) VALUES (?, ?)", name, Blob{bytes});
  }
}

std::string read_note(Connection& connection, std::string_view name) {
  Query query(connection, "SELECT bytes FROM note WHERE name = ?");
  return query.bind(name).step() ? std::string(query.blob(0)) : std::string();
}

}  // namespace portreeve::store::sqlite
