#include <algorithm>

#include "protocols/imap/grammar.h"

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
  before,
  on,
  since,
  sent_before,
  sent_on,
  sent_since,
  header,
  named_header,
  body,
  text,
  negation,
  either,
};
struct Key {
  std::string_view name;
  Form form;
  SystemFlags flag = 0;
  std::string_view field = {};
};

// RFC 3501 §6.4.4
constexpr Key kKeys[] = {
    {"ALL", Form::all},
    {"ANSWERED", Form::flag, kAnswered},
    {"BCC", Form::named_header, 0, "Bcc"},
    {"BEFORE", Form::before},
    {"BODY", Form::body},
    {"CC", Form::named_header, 0, "Cc"},
    {"DELETED", Form::flag, kDeleted},
    {"DRAFT", Form::flag, kDraft},
    {"FLAGGED", Form::flag, kFlagged},
    {"FROM", Form::named_header, 0, "From"},
    {"HEADER", Form::header},
    {"KEYWORD", Form::keyword},
    {"LARGER", Form::larger},
    {"NEW", Form::is_new},
    {"NOT", Form::negation},
    {"OLD", Form::old},
    {"ON", Form::on},
    {"OR", Form::either},
    {"RECENT", Form::recent},
    {"SEEN", Form::flag, kSeen},
    {"SENTBEFORE", Form::sent_before},
    {"SENTON", Form::sent_on},
    {"SENTSINCE", Form::sent_since},
    {"SINCE", Form::since},
    {"SMALLER", Form::smaller},
    {"SUBJECT", Form::named_header, 0, "Subject"},
    {"TEXT", Form::text},
    {"TO", Form::named_header, 0, "To"},
    {"UID", Form::uid},
    {"UNANSWERED", Form::no_flag, kAnswered},
    {"UNDELETED", Form::no_flag, kDeleted},
    {"UNDRAFT", Form::no_flag, kDraft},
    {"UNFLAGGED", Form::no_flag, kFlagged},
    {"UNKEYWORD", Form::no_keyword},
    {"UNSEEN", Form::no_flag, kSeen},
};

// One SEARCH: the keys so far, against its limits.
class SearchGrammar {
 public:
  explicit SearchGrammar(Grammar& grammar) : grammar_(grammar) {}

  bool search_key(SearchKey& key, std::size_t depth);
  // search-key *(SP search-key), until the command's end.
  bool search_program(SearchKey& key);

 private:
  bool named_key(const Key& known, SearchKey& key, std::size_t depth);
  bool keyword(SearchKey& key, bool is_wanted);
  bool size(SearchKey& key, bool is_larger);
  bool date(SearchKey& key, SearchDate::Relation relation, bool is_sent);

  Grammar& grammar_;
  std::size_t keys_ = 0;
};

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

bool SearchGrammar::date(SearchKey& key, SearchDate::Relation relation, bool is_sent) {
  std::chrono::sys_days day;
  if (!grammar_.sp() || !grammar_.date(day)) return false;
  key.test = SearchDate{relation, is_sent, day};
  return true;
}

bool SearchGrammar::named_key(const Key& known, SearchKey& key, std::size_t depth) {
  using Relation = SearchDate::Relation;
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
    case Form::before: return date(key, Relation::before, false);
    case Form::on: return date(key, Relation::on, false);
    case Form::since: return date(key, Relation::since, false);
    case Form::sent_before: return date(key, Relation::before, true);
    case Form::sent_on: return date(key, Relation::on, true);
    case Form::sent_since: return date(key, Relation::since, true);
    case Form::uid: {
      auto& numbers = key.test.emplace<SearchNumbers>();
      numbers.is_uid = true;
      return grammar_.sp() && grammar_.sequence_set(numbers.set);
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
  if (++keys_ > grammar_.limits().max_search_keys) return grammar_.fail("The search has too many keys");

  char first = grammar_.peek();
  if (first == '*' || base::is_digit(first)) {
    return grammar_.sequence_set(key.test.emplace<SearchNumbers>().set);
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

}  // namespace

// search = "SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key)
bool search_arguments(Grammar& grammar, Search& search) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("CHARSET")) {
    if (!grammar.sp() || !grammar.astring(search.charset) || !grammar.sp()) return false;
    search.charset = base::uppered(search.charset);
  }
  return SearchGrammar(grammar).search_program(search.key);
}

}  // namespace portreeve::imap
