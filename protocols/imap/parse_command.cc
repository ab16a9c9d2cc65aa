#include <algorithm>
#include <array>

#include "protocols/imap/comparator.h"
#include "protocols/imap/grammar.h"
#include "protocols/session/languages.h"

namespace portreeve::imap {
namespace {

template <class Body>
bool nothing(Grammar&, Body&) {
  return true;
}

template <class Body>
bool one_mailbox(Grammar& grammar, Body& body) {
  return grammar.sp() && grammar.mailbox(body.mailbox);
}

template <class Body>
bool set_and_mailbox(Grammar& grammar, Body& body) {
  return grammar.sp() && grammar.sequence_set(body.set) && grammar.sp() && grammar.mailbox(body.mailbox);
}

// id = "ID" SP id-params-list; id-params-list = "(" *(string SP nstring) ")" / nil (RFC 2971 §4)
bool id(Grammar& grammar, Id& id) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("NIL")) return true;
  return grammar.maybe_empty_list([&] {
    auto& [name, value] = id.fields.emplace_back();
    return grammar.string(name) && grammar.sp() && grammar.nstring(value);
  });
}

bool login(Grammar& grammar, Login& login) {
  return grammar.sp() && grammar.astring(login.user) && grammar.sp() && grammar.astring(login.password);
}

// authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")] (RFC 4959 §7)
bool authenticate(Grammar& grammar, Authenticate& authenticate) {
  std::string_view text;
  if (!grammar.sp() || !grammar.atom(text)) return false;
  authenticate.mechanism = base::uppered(text);
  if (grammar.is_at_end()) return true;
  // All of base64 is atom characters.
  if (!grammar.sp() || !grammar.atom(text)) return false;
  authenticate.initial_response = text;
  return true;
}

bool examine(Grammar& grammar, Select& select) {
  select.is_read_only = true;
  return select_arguments(grammar, select);
}

bool remove(Grammar& grammar, Delete& remove) { return grammar.sp() && grammar.mailbox(remove.mailbox, &remove.given); }

bool rename(Grammar& grammar, Rename& rename) {
  return grammar.sp() && grammar.mailbox(rename.from) && grammar.sp() && grammar.mailbox(rename.to, &rename.given);
}

// enable = "ENABLE" 1*(SP capability) (RFC 5161 §4)
bool enable(Grammar& grammar, Enable& enable) {
  return grammar.sp() && grammar.items_to_end([&] {
    std::string_view capability;
    if (!grammar.atom(capability)) return false;
    enable.capabilities.push_back(base::uppered(capability));
    return true;
  });
}

// compress = "COMPRESS" SP algorithm (RFC 4978 §5)
bool compress(Grammar& grammar, Compress& compress) {
  std::string_view mechanism;
  if (!grammar.sp() || !grammar.atom(mechanism)) return false;
  compress.mechanism = base::uppered(mechanism);
  return true;
}

// language-cmd = "LANGUAGE" *(SP lang-range-quoted) (RFC 5255 §3.5)
bool language(Grammar& grammar, SelectLanguage& language) {
  if (grammar.is_at_end()) return true;
  return grammar.sp() && grammar.items_to_end([&] {
    std::string& range = language.ranges.emplace_back();
    return grammar.astring(range) && (session::is_language_range(range) || grammar.fail("That can't be a language"));
  });
}

// comparator-cmd = "COMPARATOR" *(SP comp-order-quoted) (RFC 5255 §4.10)
bool comparator(Grammar& grammar, SelectComparator& comparator) {
  if (grammar.is_at_end()) return true;
  return grammar.sp() && grammar.items_to_end([&] {
    std::string& order = comparator.orders.emplace_back();
    return grammar.astring(order) && (is_collation_order(order) || grammar.fail("That can't be a comparator's name"));
  });
}

// "EXPUNGE", or "UID EXPUNGE" SP sequence-set (RFC 4315 §4)
bool expunge(Grammar& grammar, Expunge& expunge) {
  if (grammar.is_at_end()) return true;
  return grammar.sp() && grammar.sequence_set(expunge.uids.emplace());
}

// message-batches = "UIDBATCHES" SP nz-number [SP nz-number ":" nz-number] (RFC 10022)
bool uid_batches(Grammar& grammar, UidBatches& batches) {
  if (!grammar.sp() || !grammar.nz_number(batches.size)) return false;
  if (grammar.is_at_end()) return true;
  NumberRange& wanted = batches.wanted.emplace();
  return grammar.sp() && grammar.nz_number(wanted.first) && grammar.expect(':', "Expected a colon") &&
         grammar.nz_number(wanted.last);
}

// store-modifier = "UNCHANGEDSINCE" SP mod-sequence-valzer (RFC 7162 §7)
bool store_modifier(Grammar& grammar, Store& store) {
  Word name;
  if (!grammar.word(name, "Expected a STORE modifier")) return false;
  if (name != "UNCHANGEDSINCE") return grammar.fail("Unknown STORE modifier");
  return grammar.sp() && grammar.mod_sequence(store.unchanged_since.emplace());
}

// store = "STORE" SP sequence-set [SP "(" store-modifier *(SP store-modifier) ")"] SP ["+" / "-"] "FLAGS" [".SILENT"]
//         SP (flag-list / (flag *(SP flag))) (RFC 4466 §6)
bool store(Grammar& grammar, Store& store) {
  if (!grammar.sp() || !grammar.sequence_set(store.set) || !grammar.sp()) return false;
  if (grammar.peek() == '(' && (!grammar.list([&] { return store_modifier(grammar, store); }) || !grammar.sp())) {
    return false;
  }
  if (grammar.try_char('+')) {
    store.change = Store::Change::add;
  } else if (grammar.try_char('-')) {
    store.change = Store::Change::remove;
  }
  Word item;
  if (!grammar.word(item, "Expected FLAGS")) return false;
  store.is_silent = item == "FLAGS.SILENT";
  if (!store.is_silent && item != "FLAGS") return grammar.fail("Expected FLAGS");
  if (!grammar.sp()) return false;
  if (grammar.peek() == '(') return grammar.flag_list(store.flags);
  return grammar.items_to_end([&] { return grammar.flag(store.flags); });
}

template <class Body, bool (*Arguments)(Grammar&, Body&)>
bool parse_body(Grammar& grammar, Command& command) {
  return Arguments(grammar, command.body.emplace<Body>());
}

struct Verb {
  std::string_view name;
  bool (*parse)(Grammar&, Command&);
  bool has_uid_form = false;
};

constexpr Verb kVerbs[] = {
    {"FETCH", parse_body<Fetch, fetch_arguments>, true},
    {"NOOP", parse_body<Noop, nothing>},
    {"STORE", parse_body<Store, store>, true},
    {"SEARCH", parse_body<Search, search_arguments>, true},
    {"SORT", parse_body<Sort, sort_arguments>, true},
    {"THREAD", parse_body<Thread, thread_arguments>, true},
    {"STATUS", parse_body<Status, status_arguments>},
    {"SELECT", parse_body<Select, select_arguments>},
    {"IDLE", parse_body<Idle, nothing>},
    {"LIST", parse_body<List, list_arguments>},
    {"LSUB", parse_body<Lsub, lsub_arguments>},
    {"LOGIN", parse_body<Login, login>},
    {"AUTHENTICATE", parse_body<Authenticate, authenticate>},
    {"CAPABILITY", parse_body<Capability, nothing>},
    {"LOGOUT", parse_body<Logout, nothing>},
    {"APPEND", parse_body<Append, append_arguments>},
    {"COPY", parse_body<Copy, set_and_mailbox>, true},
    {"MOVE", parse_body<Move, set_and_mailbox>, true},
    {"REPLACE", parse_body<Replace, replace_arguments>, true},
    {"EXPUNGE", parse_body<Expunge, expunge>, true},
    {"CLOSE", parse_body<Close, nothing>},
    {"UNSELECT", parse_body<Unselect, nothing>},
    {"EXAMINE", parse_body<Select, examine>},
    {"ID", parse_body<Id, id>},
    {"NAMESPACE", parse_body<Namespace, nothing>},
    {"ENABLE", parse_body<Enable, enable>},
    {"CREATE", parse_body<Create, create_arguments>},
    {"DELETE", parse_body<Delete, remove>},
    {"RENAME", parse_body<Rename, rename>},
    {"SUBSCRIBE", parse_body<Subscribe, one_mailbox>},
    {"UNSUBSCRIBE", parse_body<Unsubscribe, one_mailbox>},
    {"CHECK", parse_body<Check, nothing>},
    {"STARTTLS", parse_body<StartTls, nothing>},
    {"GETMETADATA", parse_body<GetMetadata, get_metadata_arguments>},
    {"SETMETADATA", parse_body<SetMetadata, set_metadata_arguments>},
    {"GETQUOTAROOT", parse_body<GetQuotaRoot, one_mailbox>},
    {"GETQUOTA", parse_body<GetQuota, get_quota_arguments>},
    {"SETQUOTA", parse_body<SetQuota, set_quota_arguments>},
    {"RESETKEY", parse_body<ResetKey, reset_key_arguments>},
    {"GENURLAUTH", parse_body<GenUrlAuth, gen_url_auth_arguments>},
    {"URLFETCH", parse_body<UrlFetch, url_fetch_arguments>},
    {"GETACL", parse_body<GetAcl, one_mailbox>},
    {"SETACL", parse_body<SetAcl, set_acl_arguments>},
    {"DELETEACL", parse_body<DeleteAcl, delete_acl_arguments>},
    {"LISTRIGHTS", parse_body<ListRights, list_rights_arguments>},
    {"MYRIGHTS", parse_body<MyRights, one_mailbox>},
    {"COMPRESS", parse_body<Compress, compress>},
    {"UIDBATCHES", parse_body<UidBatches, uid_batches>},
    {"NOTIFY", parse_body<Notify, notify_arguments>},
    {"CANCELUPDATE", parse_body<CancelUpdate, cancel_update_arguments>},
    {"ESEARCH", parse_body<MultiSearch, multi_search_arguments>, true},
    {"LANGUAGE", parse_body<SelectLanguage, language>},
    {"COMPARATOR", parse_body<SelectComparator, comparator>},
    {"UNAUTHENTICATE", parse_body<Unauthenticate, nothing>},
};

}  // namespace

// command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF
bool parse_command(Grammar& grammar, Command& command) {
  Word name;
  if (!grammar.tag(command.tag) || !grammar.sp() || !grammar.word(name, "Expected a command")) return false;
  command.is_uid = name == "UID";
  if (command.is_uid && (!grammar.sp() || !grammar.word(name, "Expected a command after UID"))) return false;

  const Verb* verb = std::ranges::find(kVerbs, name.view(), &Verb::name);
  if (verb == std::end(kVerbs)) return grammar.fail("Unknown command");
  if (command.is_uid && !verb->has_uid_form) return grammar.fail("That command has no UID form");
  if (!verb->parse(grammar, command)) return false;
  if (const auto* expunge = std::get_if<Expunge>(&command.body);
      expunge && expunge->uids.has_value() != command.is_uid) {
    return grammar.fail(command.is_uid ? "UID EXPUNGE needs a set of UIDs" : "EXPUNGE takes no arguments");
  }
  // RFC 7377 §2: it works as UID SEARCH does, with or without the word.
  if (std::holds_alternative<MultiSearch>(command.body)) command.is_uid = true;
  // Those end with their literal, and go on behind it.
  return append_stretch(command.body) != nullptr || grammar.end_of_command();
}

}  // namespace portreeve::imap
