// Printed responses (RFC 3501 §7), appended to a string.
// Promises: nothing that is given can break a line out of its place: texts lose control bytes, strings are quoted or
// sent as literals. Knows no mailbox and no session.
// Threads: pure functions and values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/imap/command.h"
#include "protocols/imap/flags.h"
#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/sequence_set.h"
#include "protocols/session/languages.h"

namespace portreeve::imap {

// Human text of a response: printable ASCII whatever it was made from (anything else becomes '?').
class Text {
 public:
  Text(std::string_view text);
  Text(const char* text) : Text(std::string_view(text)) {}
  Text(const std::string& text) : Text(std::string_view(text)) {}
  const std::string& view() const { return text_; }

 private:
  std::string text_;
};

// What stands in brackets before the text; without the brackets. Empty: none.
class Code {
 public:
  Code() = default;
  // A code's name with arguments that need no escaping: "ALERT", "TRYCREATE", "UNSEEN 12". ']' is dropped.
  Code(std::string_view text);
  Code(const char* text) : Code(std::string_view(text)) {}
  static Code number(std::string_view name, std::uint64_t number);  // UIDNEXT, UIDVALIDITY, UNSEEN
  static Code capability(std::span<const std::string_view> capabilities);
  // Flags that STORE keeps. `allows_new`: "\*", further keywords can be made.
  static Code permanent_flags(SystemFlags flags, std::span<const std::string> keywords, bool allows_new);
  static Code mailbox_id(std::int64_t mailbox);  // RFC 8474 §4
  // The messages that a conditional STORE left alone (RFC 7162 §3.1.3), ascending.
  static Code modified(std::span<const std::uint32_t> numbers);
  // `uids` ascending and not empty.
  static Code append_uid(std::uint32_t uid_validity, std::span<const std::uint32_t> uids);
  // `from` and `to` ascending, in step and not empty.
  static Code copy_uid(std::uint32_t uid_validity, std::span<const std::uint32_t> from,
                       std::span<const std::uint32_t> to);

  // RFC 9738 §3: no more than `limit` messages were done, down to the one with the UID `lowest`; nullopt: none were.
  static Code message_limit(std::uint32_t limit, std::optional<std::uint32_t> lowest);

  // RFC 9585 §4: the command of `tag` has done so much of `of`, which is above zero.
  static Code in_progress(std::string_view tag, std::uint32_t done, std::uint32_t of);
  static Code no_update(std::string_view tag);  // RFC 5267 §4.3.1
  static Code bad_event();                      // RFC 5465 §3.1: the events that there are

  bool empty() const { return text_.empty(); }
  const std::string& view() const { return text_; }

 private:
  std::string text_;
};

enum class Condition : std::uint8_t { ok, no, bad, bye, preauth };

// What a handler answers.
struct Reply {
  Condition condition = Condition::ok;
  Text text;
  Code code = {};

  static Reply ok(Text text, Code code = {}) { return {Condition::ok, std::move(text), std::move(code)}; }
  static Reply no(Text text, Code code = {}) { return {Condition::no, std::move(text), std::move(code)}; }
  static Reply bad(Text text, Code code = {}) { return {Condition::bad, std::move(text), std::move(code)}; }
  static Reply bye(Text text, Code code = {}) { return {Condition::bye, std::move(text), std::move(code)}; }
};

// An empty tag prints "*". `tag` is one that the parser took.
// Here the text is put into the client's language (RFC 5255 §3), in UTF-8.
void write_tagged(std::string& out, std::string_view tag, const Reply& reply,
                  session::Language language = session::Language::i_default);
void write_untagged(std::string& out, const Reply& reply, session::Language language = session::Language::i_default);
// "+ text". A SASL challenge is base64, which Text leaves alone; it is in no language.
void write_continuation(std::string& out, const Text& text, session::Language language = session::Language::i_default);

// --- parts of responses
void write_number(std::string& out, std::uint64_t number);
// Quoted if it may be, else a literal.
void write_string(std::string& out, std::string_view text);
void write_nstring(std::string& out, const std::optional<std::string>& text);
// An atom where nothing could mistake it, else write_string().
void write_astring(std::string& out, std::string_view text);
// UTF-8 never goes as a literal, which some clients don't read where a name stands.
void write_mailbox(std::string& out, std::string_view name, NameForm form = NameForm::modified_utf7);
// "(\Seen kw)". Bit i of `keyword_bits` stands for keywords[i].
void write_flags(std::string& out, SystemFlags flags, bool is_recent, std::uint64_t keyword_bits,
                 std::span<const std::string> keywords);
// "17-Jul-1996 02:44:25 +0000" in quotes.
void write_internal_date(std::string& out, std::int64_t unix_seconds);

// --- whole lines
void write_capability(std::string& out, std::span<const std::string_view> capabilities);
void write_enabled(std::string& out, std::span<const std::string_view> capabilities);
void write_id(std::string& out, std::initializer_list<std::pair<std::string_view, std::string_view>> fields);
// LANGUAGE (RFC 5255 §3.3): one is the language from now on, several are those that there are.
void write_languages(std::string& out, std::span<const session::Language> languages);
// The personal namespace has the empty prefix; there are those of other users, and none that all share (RFC 2342).
void write_namespace(std::string& out);
void write_exists(std::string& out, std::uint32_t messages);
void write_recent(std::string& out, std::uint32_t messages);
void write_expunge(std::string& out, std::uint32_t sequence);
// VANISHED (RFC 7162 §3.2.10). `uids` ascend and aren't empty.
void write_vanished(std::string& out, std::span<const NumberRange> uids, bool is_earlier);
// FLAGS: those defined in the mailbox.
void write_flags_line(std::string& out, std::span<const std::string> keywords);
// `mod_seq` is the highest of the messages found (RFC 7162 §3.1.5).
void write_search(std::string& out, std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq = {});
void write_sort(std::string& out, std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq = {});
// RFC 5255 §4.8: the active one, and all that match if those are several.
void write_comparator(std::string& out, std::string_view active, std::span<const std::string> matching);
// `threads` comes from Threader.
void write_thread(std::string& out, std::string_view threads);
// Which command an ESEARCH response belongs to, and of which mailbox it tells if that is not plain (RFC 7377 §2.1).
struct Correlator {
  std::string_view tag;
  std::string_view mailbox = {};  // UTF-8; empty: the selected one
  std::uint32_t uid_validity = 0;
  NameForm form = NameForm::modified_utf7;
};
// ESEARCH (RFC 4731 §3.1): what `returns` asks of `numbers`, which stand in their order.
void write_esearch(std::string& out, const Correlator& of, bool is_uid, const SearchReturn& returns,
                   std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq = {});
inline void write_esearch(std::string& out, std::string_view tag, bool is_uid, const SearchReturn& returns,
                          std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq = {}) {
  write_esearch(out, Correlator{.tag = tag}, is_uid, returns, numbers, mod_seq);
}
// UIDBATCHES (RFC 10022): ranges of UIDs that descend, each from its highest.
void write_uid_batches(std::string& out, std::string_view tag, std::span<const NumberRange> batches);
// A piece of a result that is kept up to date: these numbers come to stand, or have stood, at this place and behind it.
// 0: wherever they belong.
struct ResultPiece {
  std::uint32_t position = 0;
  std::vector<std::uint32_t> numbers;
};
enum class ResultChange : std::uint8_t { added, removed };
// ESEARCH with ADDTO or REMOVEFROM (RFC 5267 §4.3), over several lines if it is long.
void write_result_change(std::string& out, std::string_view tag, bool is_uid, ResultChange change,
                         std::span<const ResultPiece> pieces);
void write_status(std::string& out, std::string_view mailbox,
                  std::span<const std::pair<StatusItem, std::uint64_t>> values,
                  NameForm form = NameForm::modified_utf7);

// RFC 9208 §5.1, in the units of each resource.
struct QuotaResource {
  std::string_view name;
  std::uint64_t usage = 0;
  std::uint64_t limit = 0;
};
void write_quota(std::string& out, std::string_view root, std::span<const QuotaResource> resources);
void write_quota_root(std::string& out, std::string_view mailbox, std::optional<std::string_view> root,
                      NameForm form = NameForm::modified_utf7);

// RFC 5464 §4.4.1, with values; nullopt prints NIL.
void write_metadata(std::string& out, std::string_view mailbox,
                    std::span<const std::pair<std::string_view, std::optional<std::string_view>>> entries,
                    NameForm form = NameForm::modified_utf7);

// RFC 5464 §4.4.2: that these have changed.
void write_changed_metadata(std::string& out, std::string_view mailbox, std::span<const std::string_view> entries,
                            NameForm form = NameForm::modified_utf7);

struct ListLine {
  bool is_lsub = false;
  bool is_no_select = false;
  bool is_non_existent = false;  // RFC 5258 §3
  std::optional<bool> has_children = std::nullopt;
  bool is_subscribed = false;
  SpecialUse special_use = SpecialUse::none;
  bool has_subscribed_child = false;  // the CHILDINFO of RECURSIVEMATCH
  std::string_view name = {};         // UTF-8
  std::string_view old_name = {};     // UTF-8: OLDNAME (RFC 9051 §6.3.9.7, RFC 5465 §5.4); empty: none
};
void write_list(std::string& out, const ListLine& line, NameForm form = NameForm::modified_utf7);
// The answer to LIST with an empty pattern: the delimiter.
void write_list_root(std::string& out, bool is_lsub);

// One FETCH response, item by item; the destructor doesn't end it, finish() does.
//
//   FetchWriter fetch(out, 12);
//   fetch.uid(4).flags(…);
//   fetch.literal(item, size);   // then append exactly `size` bytes to `out`, or send them behind it
//   fetch.finish();
class FetchWriter {
 public:
  // `is_uid`: the number is a UID, and the response UIDFETCH (RFC 9586 §3).
  FetchWriter(std::string& out, std::uint32_t number, bool is_uid = false);
  FetchWriter& uid(std::uint32_t uid);
  FetchWriter& flags(SystemFlags flags, bool is_recent, std::uint64_t keyword_bits,
                     std::span<const std::string> keywords);
  FetchWriter& internal_date(std::int64_t unix_seconds);
  FetchWriter& save_date(std::uint32_t unix_seconds);  // 0: NIL
  FetchWriter& rfc822_size(std::uint64_t size);
  FetchWriter& mod_seq(std::uint64_t mod_seq);
  FetchWriter& email_id(std::int64_t body);
  FetchWriter& no_thread_id();
  // `printed` comes from mime::Summary.
  FetchWriter& envelope(std::string_view printed);
  FetchWriter& body(std::string_view printed);
  FetchWriter& body_structure(std::string_view printed);
  // `BODY[label]<origin> {size}` or `RFC822.TEXT {size}`, up to the literal's first byte.
  // `is_binary`: a literal8, which may have NULs.
  void literal(const FetchItem& item, std::uint64_t size, bool is_binary = false);
  // `BODY[label]<origin> NIL`: there is no such part.
  void nil(const FetchItem& item);
  // `BINARY.SIZE[label] size`
  void binary_size(const FetchItem& item, std::uint64_t size);
  FetchWriter& preview(std::string_view text);
  void finish();

 private:
  void name(std::string_view name);
  void label(const FetchItem& item);
  std::string& out_;
  bool is_first_ = true;
};

}  // namespace portreeve::imap
