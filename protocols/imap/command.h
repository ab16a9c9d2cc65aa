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

#include "protocols/imap/flags.h"
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
struct Select {  // and EXAMINE
  std::string mailbox;
  bool is_read_only = false;
  std::vector<std::string> parameters;  // RFC 4466 §2.1 names in capitals, such as CONDSTORE; none is supported
};
struct Create {
  std::string mailbox;
  std::vector<SpecialUse> uses;               // USE of RFC 6154 §3
  std::vector<std::string> unsupported_uses;  // attributes that aren't RFC 6154's: NO [USEATTR]
};
struct Delete {
  std::string mailbox;
};
struct Rename {
  std::string from;
  std::string to;
};
struct Subscribe {
  std::string mailbox;
};
struct Unsubscribe {
  std::string mailbox;
};
enum class StatusItem : std::uint8_t { messages, recent, uid_next, uid_validity, unseen };
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
};
struct Lsub {
  std::string reference;
  std::string pattern;
};
struct Namespace {};
struct Enable {
  std::vector<std::string> capabilities;  // in capitals
};
struct Append {
  std::string mailbox;
  FlagList flags;
  std::optional<std::int64_t> internal_date;  // Unix seconds
  std::uint64_t size = 0;                     // the message literal, which is still to be read
  bool is_synchronizing = true;               // the client waits for "+"
};
struct Idle {};

// --- a selected mailbox
struct Check {};
struct Close {};
struct Unselect {};
struct Expunge {
  std::optional<SequenceSet> uids;  // UID EXPUNGE (RFC 4315 §2.1)
};
struct Search {
  std::string charset;  // in capitals; empty: not named
  SearchKey key;
};
struct Section {
  enum class Text : std::uint8_t { all, header, header_fields, header_fields_not, text, mime };
  std::vector<std::uint32_t> part;  // "1.2": {1, 2}; empty: the message
  Text text = Text::all;
  std::vector<std::string> fields;
  // What stood between the brackets, to be echoed as it came: clients compare it byte for byte.
  std::string label;
};
struct Partial {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;  // > 0
};
struct FetchItem {
  enum class Kind : std::uint8_t {
    flags,
    internal_date,
    rfc822_size,
    envelope,
    body,
    body_structure,
    uid,
    section,  // BODY[…], BODY.PEEK[…]
    rfc822,
    rfc822_header,
    rfc822_text,
  };
  Kind kind = Kind::flags;
  bool is_peek = true;  // false: sets \Seen
  Section section;      // of Kind::section; also what the RFC822 forms mean
  std::optional<Partial> partial;
};
struct Fetch {
  SequenceSet set;
  std::vector<FetchItem> items;  // macros expanded, in the order asked, without repetition; UID isn't added
};
struct Store {
  enum class Change : std::uint8_t { replace, add, remove };
  SequenceSet set;
  Change change = Change::replace;
  bool is_silent = false;
  FlagList flags;
};
struct Copy {
  SequenceSet set;
  std::string mailbox;
};
struct Move {  // RFC 6851
  SequenceSet set;
  std::string mailbox;
};

using CommandBody = std::variant<Capability, Noop, Logout, Id, StartTls, Login, Authenticate, Select, Create, Delete,
                                 Rename, Subscribe, Unsubscribe, Status, List, Lsub, Namespace, Enable, Append, Idle,
                                 Check, Close, Unselect, Expunge, Search, Fetch, Store, Copy, Move>;

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

}  // namespace portreeve::imap
