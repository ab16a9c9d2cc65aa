#include <algorithm>

#include "protocols/imap/grammar.h"
#include "protocols/imap/object_id.h"

namespace portreeve::imap {
namespace {

enum class Form : std::uint8_t {
  all,
  flag,
  no_flag,
  recent,
  is_new,
  old,
  keyword,
  no_keyword,
  uid,
  larger,
  smaller,
  mod_seq,
  email_id,
  thread_id,
  before,
  on,
  since,
  sent_before,
  sent_on,
  sent_since,
  saved_before,
  saved_on,
  saved_since,
  uid_before,
  uid_after,
  younger,
  older,
  header,
  named_header,
  body,
  text,
  negation,
  fuzzy,
  filter,
  either,
};
struct Key {
  std::string_view name;
  Form form;
  SystemFlags flag = 0;
  std::string_view field = {};
};

// RFC 3501 §6.4.4, RFC 5032 §3, RFC 6203 §3, RFC 5466 §3.1, MODSEQ of RFC 7162 §3.1.5, EMAILID and THREADID of RFC 8474
// §5.4, SAVED… of RFC 8514 §4, UIDAFTER and UIDBEFORE of RFC 9738 §3.2
constexpr Key kKeys[] = {
    {"ALL", Form::all},
    {"ANSWERED", Form::flag, kAnswered},
    {"BCC", Form::named_header, 0, "Bcc"},
    {"BEFORE", Form::before},
    {"BODY", Form::body},
    {"CC", Form::named_header, 0, "Cc"},
    {"DELETED", Form::flag, kDeleted},
    {"DRAFT", Form::flag, kDraft},
    {"EMAILID", Form::email_id},
    {"FILTER", Form::filter},
    {"FLAGGED", Form::flag, kFlagged},
    {"FROM", Form::named_header, 0, "From"},
    {"FUZZY", Form::fuzzy},
    {"HEADER", Form::header},
    {"KEYWORD", Form::keyword},
    {"LARGER", Form::larger},
    {"MODSEQ", Form::mod_seq},
    {"NEW", Form::is_new},
    {"NOT", Form::negation},
    {"OLD", Form::old},
    {"OLDER", Form::older},
    {"ON", Form::on},
    {"OR", Form::either},
    {"RECENT", Form::recent},
    {"SAVEDATESUPPORTED", Form::all},  // RFC 8514 §4: in any mailbox here
    {"SAVEDBEFORE", Form::saved_before},
    {"SAVEDON", Form::saved_on},
    {"SAVEDSINCE", Form::saved_since},
    {"SEEN", Form::flag, kSeen},
    {"SENTBEFORE", Form::sent_before},
    {"SENTON", Form::sent_on},
    {"SENTSINCE", Form::sent_since},
    {"SINCE", Form::since},
    {"SMALLER", Form::smaller},
    {"SUBJECT", Form::named_header, 0, "Subject"},
    {"TEXT", Form::text},
    {"THREADID", Form::thread_id},
    {"TO", Form::named_header, 0, "To"},
    {"UID", Form::uid},
    {"UIDAFTER", Form::uid_after},
    {"UIDBEFORE", Form::uid_before},
    {"UNANSWERED", Form::no_flag, kAnswered},
    {"UNDELETED", Form::no_flag, kDeleted},
    {"UNDRAFT", Form::no_flag, kDraft},
    {"UNFLAGGED", Form::no_flag, kFlagged},
    {"UNKEYWORD", Form::no_keyword},
    {"UNSEEN", Form::no_flag, kSeen},
    {"YOUNGER", Form::younger},
};

// One SEARCH: the keys so far, against its limits.
class SearchGrammar {
 public:
  SearchGrammar(Grammar& grammar, SearchRules rules, SearchBudget& budget)
      : grammar_(grammar), rules_(rules), budget_(budget) {}

  bool search_key(SearchKey& key, std::size_t depth);
  // search-key *(SP search-key), until the command's end.
  bool search_program(SearchKey& key);
  bool is_fuzzy() const { return is_fuzzy_; }

 private:
  bool named_key(const Key& known, SearchKey& key, std::size_t depth);
  bool message_numbers(SequenceSet& set);
  bool keyword(SearchKey& key, bool is_wanted);
  bool size(SearchKey& key, bool is_larger);
  bool within(SearchKey& key, bool is_younger);
  bool date(SearchKey& key, SearchDate::Relation relation, SearchDate::Which which);
  bool uid_bound(SearchKey& key, bool is_after);
  bool mod_sequence(SearchKey& key);
  bool object_id(SearchKey& key, bool is_thread);
  bool filter(SearchKey& key);

  Grammar& grammar_;
  const SearchRules rules_;
  SearchBudget& budget_;
  bool is_fuzzy_ = false;
};

bool SearchGrammar::message_numbers(SequenceSet& set) {
  constexpr std::size_t kMaxSaved = 8;  // each stands for as many numbers as the mailbox has messages
  if (!grammar_.sequence_set(set)) return false;
  if (!set.is_saved()) return true;
  if (!rules_.may_be_saved) return grammar_.fail("$ is of the selected mailbox alone");
  return ++budget_.saved <= kMaxSaved || grammar_.fail("The search has too many $");
}

bool SearchGrammar::keyword(SearchKey& key, bool is_wanted) {
  std::string_view name;
  if (!grammar_.sp() || !grammar_.atom(name)) return false;
  key.test = SearchKeyword{std::string(name), is_wanted};
  return true;
}

bool SearchGrammar::size(SearchKey& key, bool is_larger) {
  std::uint32_t octets = 0;
  if (!grammar_.sp() || !grammar_.number(octets)) return false;
  key.test = SearchSize{octets, is_larger};
  return true;
}

bool SearchGrammar::within(SearchKey& key, bool is_younger) {
  auto& test = key.test.emplace<SearchWithin>();
  test.is_younger = is_younger;
  return grammar_.sp() && grammar_.nz_number(test.seconds);
}

bool SearchGrammar::date(SearchKey& key, SearchDate::Relation relation, SearchDate::Which which) {
  std::chrono::sys_days day;
  if (!grammar_.sp() || !grammar_.date(day)) return false;
  key.test = SearchDate{relation, which, day};
  return true;
}

// Neither takes its bound in.
bool SearchGrammar::uid_bound(SearchKey& key, bool is_after) {
  std::uint32_t uid = 0;
  if (!grammar_.sp() || !grammar_.nz_number(uid)) return false;
  if (uid == (is_after ? UINT32_MAX : 1)) {
    key.test = SearchNot{{SearchKey{SearchAll{}}}};
  } else {
    const NumberRange range = is_after ? NumberRange{uid + 1, UINT32_MAX} : NumberRange{1, uid - 1};
    key.test = SearchNumbers{SequenceSet({range}), true};
  }
  return true;
}

// search-modsequence = "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer (RFC 7162 §7)
bool SearchGrammar::mod_sequence(SearchKey& key) {
  if (!grammar_.sp()) return false;
  if (!base::is_digit(grammar_.peek())) {
    std::string entry;
    Word type;
    if (!grammar_.string(entry) || !grammar_.sp() || !grammar_.word(type, "Expected an entry's type")) return false;
    if (type != "PRIV" && type != "SHARED" && type != "ALL") return grammar_.fail("Unknown type of entry");
    if (!grammar_.sp()) return false;
  }
  return grammar_.mod_sequence(key.test.emplace<SearchModSeq>().at_least);
}

bool SearchGrammar::object_id(SearchKey& key, bool is_thread) {
  std::string_view id;
  if (!grammar_.sp() || !grammar_.atom(id)) return false;
  if (!is_object_id(id)) return grammar_.fail("Expected an object's id");
  key.test = SearchObjectId{std::string(id), is_thread};
  return true;
}

// filter-name = 1*<any ATOM-CHAR except "/"> (RFC 5466 §4)
bool SearchGrammar::filter(SearchKey& key) {
  std::string_view name;
  if (!grammar_.sp() || !grammar_.atom(name)) return false;
  if (name.contains('/')) return grammar_.fail("The name of a filter has no slash");
  key.test = SearchFilter{std::string(name)};
  // What it stands for may be, and who asks for scores of what isn't fuzzy gets the same.
  is_fuzzy_ = true;
  return true;
}

bool SearchGrammar::named_key(const Key& known, SearchKey& key, std::size_t depth) {
  using Relation = SearchDate::Relation;
  using Which = SearchDate::Which;
  switch (known.form) {
    case Form::all: key.test = SearchAll{}; return true;
    case Form::flag: key.test = SearchFlag{known.flag, true}; return true;
    case Form::no_flag: key.test = SearchFlag{known.flag, false}; return true;
    case Form::recent: key.test = SearchRecent{true}; return true;
    case Form::old: key.test = SearchRecent{false}; return true;
    case Form::is_new:
      key.test = SearchAnd{{SearchKey{SearchRecent{true}}, SearchKey{SearchFlag{kSeen, false}}}};
      return true;
    case Form::keyword: return keyword(key, true);
    case Form::no_keyword: return keyword(key, false);
    case Form::larger: return size(key, true);
    case Form::smaller: return size(key, false);
    case Form::mod_seq: return mod_sequence(key);
    case Form::email_id: return object_id(key, false);
    case Form::thread_id: return object_id(key, true);
    case Form::before: return date(key, Relation::before, Which::internal);
    case Form::on: return date(key, Relation::on, Which::internal);
    case Form::since: return date(key, Relation::since, Which::internal);
    case Form::sent_before: return date(key, Relation::before, Which::sent);
    case Form::saved_before: return date(key, Relation::before, Which::saved);
    case Form::sent_on: return date(key, Relation::on, Which::sent);
    case Form::saved_on: return date(key, Relation::on, Which::saved);
    case Form::sent_since: return date(key, Relation::since, Which::sent);
    case Form::saved_since: return date(key, Relation::since, Which::saved);
    case Form::uid_before: return uid_bound(key, false);
    case Form::uid_after: return uid_bound(key, true);
    case Form::younger: return within(key, true);
    case Form::older: return within(key, false);
    case Form::filter: return filter(key);
    case Form::uid: {
      auto& numbers = key.test.emplace<SearchNumbers>();
      numbers.is_uid = true;
      return grammar_.sp() && message_numbers(numbers.set);
    }
    case Form::header: {
      auto& header = key.test.emplace<SearchHeader>();
      return grammar_.sp() && grammar_.astring(header.field) && grammar_.sp() && grammar_.astring(header.text);
    }
    case Form::named_header: {
      auto& header = key.test.emplace<SearchHeader>();
      header.field = known.field;
      return grammar_.sp() && grammar_.astring(header.text);
    }
    case Form::body:
    case Form::text: {
      auto& text = key.test.emplace<SearchText>();
      text.has_header = known.form == Form::text;
      return grammar_.sp() && grammar_.astring(text.text);
    }
    case Form::negation: {
      auto& keys = key.test.emplace<SearchNot>().keys;
      return grammar_.sp() && search_key(keys.emplace_back(), depth + 1);
    }
    // What is found exactly is found: the key means what it means without FUZZY.
    case Form::fuzzy: is_fuzzy_ = true; return grammar_.sp() && search_key(key, depth + 1);
    case Form::either: {
      auto& keys = key.test.emplace<SearchOr>().keys;
      return grammar_.sp() && search_key(keys.emplace_back(), depth + 1) && grammar_.sp() &&
             search_key(keys.emplace_back(), depth + 1);
    }
  }
  return false;
}

bool SearchGrammar::search_key(SearchKey& key, std::size_t depth) {
  if (depth > grammar_.limits().max_search_depth) return grammar_.fail("The search is nested too deeply");
  if (++budget_.keys > grammar_.limits().max_search_keys) return grammar_.fail("The search has too many keys");

  char first = grammar_.peek();
  if (first == '*' || first == '$' || base::is_digit(first)) {
    return message_numbers(key.test.emplace<SearchNumbers>().set);
  }
  if (first == '(') {
    auto& keys = key.test.emplace<SearchAnd>().keys;
    return grammar_.list([&] { return search_key(keys.emplace_back(), depth + 1); });
  }
  Word name;
  if (!grammar_.word(name, "Expected a search key")) return false;
  const Key* known = std::ranges::find(kKeys, name.view(), &Key::name);
  if (known == std::end(kKeys)) return grammar_.fail("Unknown search key");
  return named_key(*known, key, depth);
}

bool SearchGrammar::search_program(SearchKey& key) {
  std::vector<SearchKey> keys;
  if (!grammar_.items_to_end([&] { return search_key(keys.emplace_back(), 1); })) return false;
  if (keys.size() == 1) {
    key = std::move(keys.front());
  } else {
    key.test = SearchAnd{std::move(keys)};
  }
  return true;
}

// modifier-update = "UPDATE" ["(" fetch-att *(SP fetch-att) ")"] (RFC 5465 §8), which has a space in its §7
bool update_items(Grammar& grammar, std::vector<FetchItem>& items) {
  if (grammar.is_next(" (")) grammar.try_char(' ');
  return grammar.peek() != '(' || fetch_att_list(grammar, items);
}

}  // namespace

// partial-range = nz-number ":" nz-number / "-" nz-number ":" "-" nz-number (RFC 9394 §4)
bool page(Grammar& grammar, Page& page) {
  page.is_from_end = grammar.try_char('-');
  return grammar.nz_number(page.first) && grammar.expect(':', "Expected a colon") &&
         (!page.is_from_end || grammar.expect('-', "Both ends count from the same side")) &&
         grammar.nz_number(page.last);
}

// "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")" (RFC 4466 §2.6.1), behind the word
bool return_options(Grammar& grammar, SearchReturn& returns) {
  if (!grammar.sp()) return false;
  const auto option = [&] {
    Word name;
    if (!grammar.word(name, "Expected a return option")) return false;
    if (name == "PARTIAL") {
      if (returns.page) return grammar.fail("PARTIAL may be asked for once");
      return grammar.sp() && page(grammar, returns.page.emplace());
    }
    if (name == "UPDATE") {
      returns.is_updated = true;
      return update_items(grammar, returns.update_items);
    }
    bool* const known = name == "MIN"         ? &returns.has_min
                        : name == "MAX"       ? &returns.has_max
                        : name == "ALL"       ? &returns.has_all
                        : name == "COUNT"     ? &returns.has_count
                        : name == "RELEVANCY" ? &returns.has_relevancy
                        : name == "SAVE"      ? &returns.is_saved
                        : name == "CONTEXT"   ? &returns.has_context
                                              : nullptr;
    if (known == nullptr) return grammar.fail("Unknown return option");
    *known = true;
    return true;
  };
  if (grammar.peek() != '(') return grammar.fail("Expected return options in parentheses");
  if (!grammar.maybe_empty_list(option)) return false;
  // RFC 9394 §3.1
  if (returns.page && returns.has_all) return grammar.fail("PARTIAL and ALL exclude each other");
  // RFC 4731 §3.1: no options are ALL; SAVE alone tells nothing (RFC 5182 §2.1), nor do those of RFC 5267.
  if (!returns.tells() && !returns.is_saved && !returns.is_updated && !returns.has_context) returns.has_all = true;
  return true;
}

bool charset(Grammar& grammar, std::string& charset) {
  if (!grammar.astring(charset)) return false;
  charset = base::uppered(charset);
  return true;
}

bool search_program(Grammar& grammar, SearchKey& key, SearchRules rules, SearchBudget* budget) {
  SearchBudget own;
  SearchGrammar search(grammar, rules, budget != nullptr ? *budget : own);
  if (!search.search_program(key)) return false;
  // RFC 6203 §4
  return !rules.needs_fuzzy || search.is_fuzzy() || grammar.fail("RELEVANCY is of FUZZY searches");
}

// search = "SEARCH" [SP search-return-opts] [SP "CHARSET" SP astring] 1*(SP search-key) (RFC 4466 §2.6.1)
bool search_arguments(Grammar& grammar, Search& search) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("RETURN") && (!return_options(grammar, search.returns.emplace()) || !grammar.sp())) return false;
  if (grammar.try_word("CHARSET")) {
    if (!grammar.sp() || !charset(grammar, search.charset) || !grammar.sp()) return false;
  }
  return search_program(grammar, search.key, {.needs_fuzzy = search.returns && search.returns->has_relevancy});
}

namespace {

// scope-option = scope-option-name [SP scope-option-value] (RFC 7377 §4): none is defined yet.
bool source_options(Grammar& grammar, std::vector<MailboxFilter>& sources) {
  const auto source = [&] {
    if (grammar.peek() == '(') return grammar.fail("Unknown scope option");
    MailboxFilter& filter = sources.emplace_back();
    if (!mailbox_filter(grammar, filter)) return false;
    // RFC 7377 §2.2
    return filter.kind != MailboxFilter::Kind::selected_delayed || grammar.fail("selected-delayed is for NOTIFY");
  };
  return grammar.sp() && grammar.list(source) && grammar.sp();
}

}  // namespace

// esearch = "ESEARCH" [SP "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"] [SP search-return-opts] SP
// search-program (RFC 7377 §4)
bool multi_search_arguments(Grammar& grammar, MultiSearch& search) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("IN") && !source_options(grammar, search.sources)) return false;
  if (search.sources.empty()) search.sources.push_back({.kind = MailboxFilter::Kind::selected});
  if (grammar.try_word("RETURN")) {
    if (!return_options(grammar, search.returns) || !grammar.sp()) return false;
  } else {
    search.returns.has_all = true;
  }
  const bool is_of_selected =
      std::ranges::all_of(search.sources, [](const auto& each) { return each.kind == MailboxFilter::Kind::selected; });
  // RFC 5267 §4.3 knows no mailbox by name; so it is left to SEARCH.
  if (search.returns.is_updated) return grammar.fail("UPDATE is for SEARCH and SORT");
  // RFC 7377 §2.2
  if (search.returns.is_saved && !is_of_selected) return grammar.fail("SAVE is for the selected mailbox alone");
  if (grammar.try_word("CHARSET")) {
    if (!grammar.sp() || !charset(grammar, search.charset) || !grammar.sp()) return false;
  }
  return search_program(grammar, search.key,
                        {.needs_fuzzy = search.returns.has_relevancy, .may_be_saved = is_of_selected});
}

}  // namespace portreeve::imap
