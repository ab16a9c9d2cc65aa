#include <map>

#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

void check_annotation(const Annotation& annotation) {
  if (annotation.entry.empty() || annotation.entry.size() > kMaxAnnotationEntryBytes) {
    fail(Errc::invalid, "an annotation's name has 1 to 1000 bytes");
  }
  if (annotation.value && annotation.value->size() > kMaxAnnotationBytes) {
    fail(Errc::limit, "the annotation is too long");
  }
}

void check_annotated(Connection& db, AccountId account, MailboxId mailbox) {
  check_account(db, account);
  if (mailbox != 0 && db.number("SELECT 1 FROM mailbox WHERE id = ?", 0, mailbox) == 0) {
    fail(Errc::not_found, "there is no such mailbox");
  }
}

struct Size {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

std::int64_t size_of(const Annotation& annotation) {
  return static_cast<std::int64_t>(annotation.entry.size() + annotation.value->size());
}

// What the changes add; what goes makes room for what comes.
Size growth(Connection& db, AccountId account, MailboxId mailbox, const std::vector<Annotation>& annotations) {
  std::map<std::string_view, const Annotation*> last;
  for (const Annotation& annotation : annotations) last[annotation.entry] = &annotation;
  Size growth;
  for (const auto& [entry, annotation] : last) {
    const std::int64_t had = db.number(
        "SELECT length(CAST(entry AS BLOB)) + length(value) FROM annotation WHERE account = ? AND mailbox = ? AND "
        "entry = ?",
        0, account, mailbox, entry);
    growth.count += (annotation->value ? 1 : 0) - (had > 0 ? 1 : 0);
    growth.bytes += (annotation->value ? size_of(*annotation) : 0) - had;
  }
  return growth;
}

void check_room(Connection& db, AccountId account, MailboxId mailbox, Size growth) {
  const auto is_over = [](std::int64_t had, std::int64_t more, std::size_t limit) {
    return more > 0 && had + more > static_cast<std::int64_t>(limit);
  };
  const std::int64_t count =
      db.number("SELECT count(*) FROM annotation WHERE account = ? AND mailbox = ?", 0, account, mailbox);
  const std::int64_t bytes = db.number(
      "SELECT sum(length(CAST(entry AS BLOB)) + length(value)) FROM annotation WHERE account = ?", 0, account);
  if (is_over(count, growth.count, kMaxAnnotations) || is_over(bytes, growth.bytes, kMaxAnnotationsBytes)) {
    fail(Errc::limit, "there are as many annotations as there may be");
  }
}

}  // namespace

void set_annotations(Transaction& transaction, AccountId account, MailboxId mailbox,
                     const std::vector<Annotation>& annotations) {
  Connection& db = transaction.db();
  check_annotated(db, account, mailbox);
  for (const Annotation& annotation : annotations) check_annotation(annotation);
  check_room(db, account, mailbox, growth(db, account, mailbox, annotations));
  for (const auto& [entry, value] : annotations) {
    if (value) {
      db.run("REPLACE INTO annotation(account, mailbox, entry, value) VALUES (?, ?, ?, ?)", account, mailbox, entry,
             Blob{*value});
    } else {
      db.run("DELETE FROM annotation WHERE account = ? AND mailbox = ? AND entry = ?", account, mailbox, entry);
    }
    transaction.annotation_changed(account, mailbox, entry);
  }
}

void drop_annotations(Transaction& transaction, AccountId account, MailboxId mailbox) {
  transaction.db().run("DELETE FROM annotation WHERE account = ? AND mailbox = ?", account, mailbox);
}

void drop_annotations(Transaction& transaction, AccountId account) {
  transaction.db().run("DELETE FROM annotation WHERE account = ?", account);
}

std::vector<Annotation> read_annotations(Connection& connection, AccountId account, MailboxId mailbox) {
  std::vector<Annotation> annotations;
  Query query(connection, "SELECT entry, value FROM annotation WHERE account = ? AND mailbox = ? ORDER BY entry");
  query.bind(account, mailbox);
  while (query.step()) annotations.push_back({std::string(query.text(0)), std::string(query.blob(1))});
  return annotations;
}

}  // namespace portreeve::store::sqlite
