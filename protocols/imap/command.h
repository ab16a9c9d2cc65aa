// What a client asks for: one struct a command (RFC 3501 §6 and the extensions announced).
// Promises: everything here is checked syntax, owned, and bounded by the parser's limits. Mailbox names and patterns
// are UTF-8 as mailbox_name.h has them.
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/mime/section.h"
#include "protocols/imap/flags.h"
#include "protocols/imap/mailbox_filter.h"
#include "protocols/imap/rights.h"
#include "protocols/imap/search_key.h"
#include "protocols/imap/sequence_set.h"

namespace portreeve::imap {

// --- any state
struct Capability {};
struct Noop {};
struct Logout {};
struct Id {  // RFC 2971; no fields: NIL
  std::vector<std::pair<std::string, std::optional<std::string>>> fields;
};
struct SelectLanguage {             // RFC 5255 §3.2
  std::vector<std::string> ranges;  // each is_language_range(); none: tell which there are
};

// --- before login
struct StartTls {};
struct Login {
  std::string user;
  std::string password;
};
struct Authenticate {
  std::string mechanism;                        // in capitals
  std::optional<std::string> initial_response;  // RFC 4959, still in base64; "=" is sent for an empty one
};

// --- mailboxes
// What the client knows of the mailbox from an earlier session (RFC 7162 §3.2.5).
struct QuickResync {
  std::uint32_t uid_validity = 0;
  std::uint64_t mod_seq = 0;
  std::optional<SequenceSet> known_uids;  // without '*'; not given: all up to UIDNEXT
  // Numbers of some of its messages and their UIDs, in step, without '*'. Empty: not given.
  SequenceSet known_sequences;
  SequenceSet their_uids;
};
struct Select {  // and EXAMINE
  std::string mailbox;
  std::string given = {};  // how the client spelled it, if otherwise
  bool is_read_only = false;
  bool enables_condstore = false;             // the parameter CONDSTORE
  std::optional<QuickResync> resync;          // QRESYNC
  std::vector<std::string> other_parameters;  // RFC 4466 §2.1 names in capitals; none is supported
};
struct Create {
  std::string mailbox;
  std::string given = {};                     // as in Select
  std::vector<SpecialUse> uses;               // USE of RFC 6154 §3
  std::vector<std::string> unsupported_uses;  // attributes that aren't RFC 6154's: NO [USEATTR]
};
struct Delete {
  std::string mailbox;
  std::string given = {};  // as in Select
};
struct Rename {
  std::string from;
  std::string to;
  std::string given = {};  // as in Select, of `to`
};
struct Subscribe {
  std::string mailbox;
};
struct Unsubscribe {
  std::string mailbox;
};
enum class StatusItem : std::uint8_t {
  messages,
  recent,  // 0 in IMAP4rev2, which has none
  uid_next,
  uid_validity,
  unseen,
  deleted,          // RFC 9208 §4.1.4, as the next
  deleted_storage,  // bytes
  highest_mod_seq,
  size,
  mailbox_id,
  append_limit,
};
struct Status {
  std::string mailbox;
  std::vector<StatusItem> items;  // as asked, without repetition
};
struct List {  // RFC 3501 §6.3.8 with the shapes of RFC 5258, RFC 5819 and RFC 6154
  std::string reference;
  std::vector<std::string> patterns;  // UTF-8, for ListPattern; one that is empty asks for the delimiter
  // Selection options.
  bool selects_subscribed = false;
  bool selects_special_use = false;
  bool is_recursive_match = false;
  // RETURN options.
  bool returns_subscribed = false;
  bool returns_children = false;
  bool returns_special_use = false;
  std::vector<StatusItem> returns_status;
  std::vector<std::string> returns_metadata;  // RFC 9590: entries, in lower case
  bool returns_my_rights = false;             // RFC 8440
};
struct Lsub {
  std::string reference;
  std::string pattern;
};
struct Namespace {};
struct Enable {
  std::vector<std::string> capabilities;  // in capitals
};
// What is said of a message before its bytes.
struct AppendMessage {
  FlagList flags;
  std::optional<std::int64_t> internal_date;  // Unix seconds
  std::vector<std::string> urls = {};         // whose text it begins with (RFC 4469)
};
// Bytes of a message, which are still to be read.
struct AppendLiteral {
  std::uint64_t size = 0;
  bool is_synchronizing = true;   // the client waits for "+"
  bool is_binary = false;         // literal8 of RFC 3516: it may have NULs
  bool is_in_utf8 = false;        // of RFC 6855's UTF8 data item, which is closed behind it
  bool is_in_catenation = false;  // one of several parts (RFC 4469); it may be empty
};
// The arguments of APPEND up to the next literal that is not held, or to the command's end.
struct AppendStretch {
  std::vector<std::string> urls = {};   // whose text the message that is under way goes on with
  std::vector<AppendMessage> messages;  // those that begin in it; the literal is the last one's, or that one's
  std::optional<AppendLiteral> literal;
};
// Where the parser is once it has passed such a literal.
struct AppendPlace {
  bool takes_more = false;  // another message may follow
  bool is_in_utf8 = false;
  bool is_in_catenation = false;
};
struct Append {  // RFC 3502: one message or several
  std::string mailbox;
  AppendStretch first;
};
struct Replace {    // RFC 8508
  SequenceSet set;  // one number
  std::string mailbox;
  AppendStretch first;  // has the only message
};
struct Idle {};
struct Unauthenticate {};  // RFC 8437
struct CancelUpdate {      // RFC 5267 §4.3.5
  std::vector<std::string> tags;
};
// --- RFC 5464; names of entries are in lower case
struct GetMetadata {
  enum class Depth : std::uint8_t { zero, one, infinity };
  std::string mailbox = {};  // empty: the server
  std::vector<std::string> entries = {};
  Depth depth = Depth::zero;
  std::optional<std::uint32_t> max_size = std::nullopt;
};
struct SetMetadata {
  std::string mailbox;
  std::vector<std::pair<std::string, std::optional<std::string>>> entries;
};
struct SelectComparator {           // RFC 5255 §4.7
  std::vector<std::string> orders;  // each is_collation_order(); none: tell the active one
};
// --- RFC 9208
struct GetQuota {
  std::string root;
};
struct GetQuotaRoot {
  std::string mailbox;
};
struct SetQuota {
  std::string root;
  std::vector<std::pair<std::string, std::uint64_t>> limits;  // resources in capitals
};
// --- RFC 4467
struct ResetKey {
  std::string mailbox;                  // empty: of all
  std::vector<std::string> mechanisms;  // in capitals
};
struct UrlRump {
  std::string url;
  std::string mechanism;  // in capitals
};
struct GenUrlAuth {
  std::vector<UrlRump> rumps;  // not empty
};
struct FetchedUrl {
  std::string url;
  // RFC 5524; none of them: the text alone, as RFC 4467 has it.
  bool has_body = false;
  bool has_binary = false;  // never with has_body
  bool has_structure = false;
  bool is_extended() const { return has_body || has_binary || has_structure; }
};
struct UrlFetch {
  std::vector<FetchedUrl> urls;  // not empty
};
// --- RFC 4314
struct SetAcl {
  enum class Change : std::uint8_t { replace, add, remove };
  std::string mailbox;
  std::string identifier;
  Change change = Change::replace;
  Rights rights = 0;
};
struct DeleteAcl {
  std::string mailbox;
  std::string identifier;
};
struct GetAcl {
  std::string mailbox;
};
struct ListRights {
  std::string mailbox;
  std::string identifier;
};
struct MyRights {
  std::string mailbox;
};
struct Compress {         // RFC 4978
  std::string mechanism;  // in capitals
};

// --- a selected mailbox
struct Check {};
struct Close {};
struct Unselect {};
struct Expunge {
  std::optional<SequenceSet> uids;  // UID EXPUNGE (RFC 4315 §2.1)
};
struct Section : mime::Section {
  // What stood between the brackets, to be echoed as it came: clients compare it byte for byte.
  std::string label;
  bool operator==(const Section&) const = default;
};
struct Partial {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;  // > 0
  bool operator==(const Partial&) const = default;
};
struct FetchItem {
  enum class Kind : std::uint8_t {
    flags,
    internal_date,
    save_date,  // RFC 8514 §4
    rfc822_size,
    envelope,
    body,
    body_structure,
    uid,
    section,      // BODY[…], BODY.PEEK[…]
    binary,       // BINARY[…], BINARY.PEEK[…] (RFC 3516)
    binary_size,  // BINARY.SIZE[…]
    preview,      // RFC 8970, LAZY or not
    rfc822,
    rfc822_header,
    rfc822_text,
    mod_seq,    // RFC 7162 §3.1.4.2
    email_id,   // RFC 8474 §5.3
    thread_id,  // always NIL
  };
  Kind kind = Kind::flags;
  bool is_peek = true;  // false: sets \Seen
  Section section;      // of Kind::section and the binary ones; also what the RFC822 forms mean
  std::optional<Partial> partial;
  bool operator==(const FetchItem&) const = default;
};
// What is told of the messages found, and in which form: as RFC 3501 has it where there is none of this.
struct SearchReturn {  // RFC 4731 §3.1
  bool has_min = false;
  bool has_max = false;
  bool has_all = false;
  bool has_count = false;
  bool has_relevancy = false;     // RFC 6203 §4
  bool is_saved = false;          // RFC 5182 §2.1
  std::optional<Page> page = {};  // PARTIAL (RFC 9394 §3.1); never with ALL
  bool has_context = false;       // CONTEXT (RFC 5267 §4.2), which is a hint
  bool is_updated = false;        // UPDATE (RFC 5267 §4.3)
  // What of new messages that are found is to be told as well (RFC 5465 §7).
  std::vector<FetchItem> update_items = {};
  bool tells() const { return has_min || has_max || has_all || has_count || has_relevancy || page; }
};
struct Search {
  std::optional<SearchReturn> returns;
  std::string charset;  // in capitals; empty: not named
  SearchKey key;
};
struct MultiSearch {                   // the command ESEARCH of RFC 7377
  std::vector<MailboxFilter> sources;  // not empty, none of them selected_delayed
  SearchReturn returns;
  std::string charset;  // in capitals; empty: not named
  SearchKey key;
};
enum class SortKey : std::uint8_t { arrival, cc, date, from, size, subject, to, display_from, display_to, relevancy };
struct SortCriterion {
  SortKey key = SortKey::date;
  bool is_reverse = false;
};
struct Sort {                           // RFC 5256, RFC 5957
  std::optional<SearchReturn> returns;  // RFC 5267 §3
  std::vector<SortCriterion> criteria;  // not empty, no key twice
  std::string charset;                  // in capitals
  SearchKey key;
};
enum class ThreadAlgorithm : std::uint8_t { ordered_subject, references, refs };
struct Thread {  // RFC 5256
  ThreadAlgorithm algorithm = ThreadAlgorithm::references;
  std::string charset;  // in capitals
  SearchKey key;
};
struct Fetch {
  SequenceSet set;
  std::vector<FetchItem> items;  // macros expanded, in the order asked, without repetition; UID isn't added
  std::optional<std::uint64_t> changed_since = {};  // then MODSEQ is among the items (RFC 7162 §3.1.4.1)
  bool tells_vanished = false;                      // RFC 7162 §3.2.6; only with changed_since
  std::optional<Page> page = {};                    // PARTIAL (RFC 9394 §3.3): of what is left then
};
struct Store {
  enum class Change : std::uint8_t { replace, add, remove };
  SequenceSet set;
  Change change = Change::replace;
  bool is_silent = false;
  FlagList flags;
  std::optional<std::uint64_t> unchanged_since = {};  // RFC 7162 §3.1.3
};
// --- RFC 5465 §8
enum Event : std::uint8_t {
  kMessageNew = 1,
  kMessageExpunge = 2,
  kFlagChange = 4,
  kMailboxName = 8,
  kSubscriptionChange = 16,
  kMailboxMetadataChange = 32,
  kServerMetadataChange = 64,
};
using Events = std::uint8_t;
constexpr Events kMessageEvents = kMessageNew | kMessageExpunge | kFlagChange;
struct EventGroup {
  MailboxFilter mailboxes;
  Events events = 0;                  // none: NONE
  std::vector<FetchItem> items = {};  // of MessageNew in the selected mailbox
  bool is_about_selected() const {
    return mailboxes.kind == MailboxFilter::Kind::selected || mailboxes.kind == MailboxFilter::Kind::selected_delayed;
  }
};
struct Notify {
  bool tells_status = false;
  bool has_unknown_event = false;
  std::vector<EventGroup> groups = {};  // empty: NOTIFY NONE
};
struct Copy {
  SequenceSet set;
  std::string mailbox;
};
struct Move {  // RFC 6851
  SequenceSet set;
  std::string mailbox;
};
struct UidBatches {                   // RFC 10022
  std::uint32_t size = 0;             // messages in a batch
  std::optional<NumberRange> wanted;  // which batches, counted from 1, as the client wrote it
};

using CommandBody =
    std::variant<Capability, Noop, Logout, Id, StartTls, Login, Authenticate, Select, Create, Delete, Rename, Subscribe,
                 Unsubscribe, Status, List, Lsub, Namespace, Enable, Append, Idle, Check, Close, Unselect, Expunge,
                 Search, Sort, Thread, Fetch, Store, Copy, Move, Compress, Unauthenticate, GetQuota, GetQuotaRoot,
                 SetQuota, GetMetadata, SetMetadata, Replace, ResetKey, GenUrlAuth, UrlFetch, UidBatches, Notify,
                 CancelUpdate, SelectComparator, MultiSearch, SelectLanguage, SetAcl, DeleteAcl, GetAcl, ListRights,
                 MyRights>;

struct Command {
  std::string tag;
  bool is_uid = false;  // the UID form: sets hold UIDs
  CommandBody body;
};

// --- what a command may do when (RFC 3501 §3 and §6)
enum State : std::uint8_t { kNotAuthenticated = 1, kAuthenticated = 2, kSelected = 4 };

struct Traits {
  std::string_view name;  // for the log and for the tagged reply
  std::uint8_t states = 0;
  // No EXPUNGE may be sent while it runs, as it names or answers with sequence numbers (RFC 3501 §7.4.1). The UID form
  // may tell expunges (RFC 3501 §5.5).
  bool forbids_expunge = false;
};

const Traits& traits(const CommandBody& body);

// What begins the messages of a command that brings some, or null.
const AppendStretch* append_stretch(const CommandBody& body);

}  // namespace portreeve::imap
