// The commands about mailboxes that have options.
#include <algorithm>
#include <utility>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

constexpr unsigned kMaxParameterDepth = 8;

bool status_item(Grammar& grammar, std::vector<StatusItem>& items) {
  static constexpr std::pair<std::string_view, StatusItem> kItems[] = {
      {"MESSAGES", StatusItem::messages},
      {"RECENT", StatusItem::recent},
      {"UIDNEXT", StatusItem::uid_next},
      {"UIDVALIDITY", StatusItem::uid_validity},
      {"UNSEEN", StatusItem::unseen},
      {"DELETED", StatusItem::deleted},
      {"DELETED-STORAGE", StatusItem::deleted_storage},
      {"HIGHESTMODSEQ", StatusItem::highest_mod_seq},
      {"MAILBOXID", StatusItem::mailbox_id},
      {"SIZE", StatusItem::size},  // RFC 8438
      {"APPENDLIMIT", StatusItem::append_limit},
  };
  Word name;
  if (!grammar.word(name, "Expected a STATUS item")) return false;
  const auto* known = std::ranges::find(kItems, name.view(), &std::pair<std::string_view, StatusItem>::first);
  if (known == std::end(kItems)) return grammar.fail("Unknown STATUS item");
  if (std::ranges::find(items, known->second) == items.end()) items.push_back(known->second);
  return true;
}

bool status_items(Grammar& grammar, std::vector<StatusItem>& items) {
  return grammar.list([&] { return status_item(grammar, items); });
}

// list-select-opts = "(" [list-select-opt *(SP list-select-opt)] ")" (RFC 5258 §6)
bool list_select_options(Grammar& grammar, List& list) {
  bool well_formed = grammar.maybe_empty_list([&] {
    Word option;
    if (!grammar.word(option, "Expected a selection option")) return false;
    if (option == "SUBSCRIBED") {
      list.selects_subscribed = true;
    } else if (option == "SPECIAL-USE") {
      list.selects_special_use = true;
    } else if (option == "RECURSIVEMATCH") {
      list.is_recursive_match = true;
    } else if (option != "REMOTE") {  // there are no remote mailboxes to add
      return grammar.fail("Unknown selection option");
    }
    return true;
  });
  if (!well_formed) return false;
  // RFC 5258 §3.1: it needs another option to say what children to look for.
  if (list.is_recursive_match && !list.selects_subscribed && !list.selects_special_use) {
    return grammar.fail("RECURSIVEMATCH needs another selection option");
  }
  return true;
}

// One that a mailbox doesn't have is told, too: each costs a line for every mailbox.
bool returned_entry(Grammar& grammar, std::vector<std::string>& entries) {
  constexpr std::size_t kMaxEntries = 16;
  constexpr std::size_t kMaxBytes = std::size_t{2} * 1024;  // of all names
  if (!grammar.entry(entries.emplace_back())) return false;
  std::size_t bytes = 0;
  for (const std::string& entry : entries) bytes += entry.size();
  return (entries.size() <= kMaxEntries && bytes <= kMaxBytes) || grammar.fail("Too many entries for all mailboxes");
}

// list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")"
bool list_return_options(Grammar& grammar, List& list) {
  if (!grammar.try_word("RETURN")) return grammar.fail("Expected RETURN");
  return grammar.sp() && grammar.maybe_empty_list([&] {
    Word option;
    if (!grammar.word(option, "Expected a return option")) return false;
    if (option == "SUBSCRIBED") {
      list.returns_subscribed = true;
    } else if (option == "CHILDREN") {
      list.returns_children = true;
    } else if (option == "SPECIAL-USE") {
      list.returns_special_use = true;
    } else if (option == "MYRIGHTS") {  // RFC 8440 §4
      list.returns_my_rights = true;
    } else if (option == "METADATA") {  // RFC 9590 §5
      return grammar.sp() && grammar.list([&] { return returned_entry(grammar, list.returns_metadata); });
    } else if (option == "STATUS") {  // RFC 5819 §6
      return grammar.sp() && status_items(grammar, list.returns_status);
    } else {
      return grammar.fail("Unknown return option");
    }
    return true;
  });
}

// tagged-ext-comp = astring / tagged-ext-comp *(SP tagged-ext-comp) / "(" tagged-ext-comp ")" (RFC 4466 §6); only
// passed over.
bool skip_value(Grammar& grammar, unsigned depth) {
  if (grammar.peek() != '(') return grammar.any_value();
  if (depth == kMaxParameterDepth) return grammar.fail("The parameter is nested too deeply");
  return grammar.maybe_empty_list([&] { return skip_value(grammar, depth + 1); });
}

// known-uids, known-sequence-set and known-uid-set: sequence-sets "with '*' not allowed" (RFC 7162 §7). Nor is "$"
// there, which no mailbox has before it is selected.
bool known_set(Grammar& grammar, SequenceSet& set) {
  if (!grammar.sequence_set(set)) return false;
  if (set.is_saved()) return grammar.fail("What is known is told in numbers");
  const bool names_star = std::ranges::any_of(set.ranges(), [](const NumberRange& range) {
    return range.first == SequenceSet::kStar || range.last == SequenceSet::kStar;
  });
  return !names_star || grammar.fail("What is known has no '*'");
}

// "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"; seq-match-data = "("
// known-sequence-set SP known-uid-set ")" (RFC 7162 §7)
bool quick_resync(Grammar& grammar, QuickResync& resync) {
  if (!grammar.sp() || !grammar.expect('(', "Expected a parenthesis") || !grammar.number(resync.uid_validity) ||
      !grammar.sp() || !grammar.mod_sequence(resync.mod_seq)) {
    return false;
  }
  if (grammar.try_char(')')) return true;
  if (!grammar.sp()) return false;
  if (grammar.peek() != '(') {
    if (!known_set(grammar, resync.known_uids.emplace())) return false;
    if (grammar.try_char(')')) return true;
    if (!grammar.sp()) return false;
  }
  return grammar.expect('(', "Expected a parenthesis") && known_set(grammar, resync.known_sequences) && grammar.sp() &&
         known_set(grammar, resync.their_uids) && grammar.expect(')', "Expected the end of the sets") &&
         grammar.expect(')', "Expected the end of QRESYNC");
}

// use-attr = "\" atom (RFC 6154 §6)
bool use_attribute(Grammar& grammar, Create& create) {
  std::size_t begin = grammar.position();
  std::string_view name;
  if (!grammar.expect('\\', "Expected a special-use attribute") || !grammar.atom(name)) return false;
  std::string_view attribute = grammar.text_from(begin);
  if (auto use = special_use(attribute)) {
    create.uses.push_back(*use);
  } else {
    create.unsupported_uses.emplace_back(attribute);
  }
  return true;
}

}  // namespace

// select = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"] (RFC 4466 §6)
bool select_arguments(Grammar& grammar, Select& select) {
  if (!grammar.sp() || !grammar.mailbox(select.mailbox, &select.given)) return false;
  if (grammar.is_at_end()) return true;
  bool follows_name = false;
  return grammar.sp() && grammar.list([&] {
    char first = grammar.peek();
    if (follows_name && (first == '(' || first == '*' || base::is_digit(first))) {
      follows_name = false;
      return skip_value(grammar, 0);
    }
    std::string_view name;
    if (!grammar.atom(name)) return false;
    if (base::equals_ignoring_case(name, "CONDSTORE")) {
      select.enables_condstore = true;
      return true;
    }
    if (base::equals_ignoring_case(name, "QRESYNC")) return quick_resync(grammar, select.resync.emplace());
    select.other_parameters.push_back(base::uppered(name));
    follows_name = true;
    return true;
  });
}

// create = "CREATE" SP mailbox [SP "(" create-param *(SP create-param) ")"]
bool create_arguments(Grammar& grammar, Create& create) {
  if (!grammar.sp() || !grammar.mailbox(create.mailbox, &create.given)) return false;
  if (grammar.is_at_end()) return true;
  return grammar.sp() && grammar.list([&] {
    if (!grammar.try_word("USE")) return grammar.fail("Unknown CREATE parameter");
    return grammar.sp() && grammar.maybe_empty_list([&] { return use_attribute(grammar, create); });
  });
}

// status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
bool status_arguments(Grammar& grammar, Status& status) {
  return grammar.sp() && grammar.mailbox(status.mailbox) && grammar.sp() && status_items(grammar, status.items);
}

// list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts] (RFC 5258 §6)
bool list_arguments(Grammar& grammar, List& list) {
  if (!grammar.sp()) return false;
  if (grammar.peek() == '(' && (!list_select_options(grammar, list) || !grammar.sp())) return false;
  if (!grammar.list_mailbox(list.reference) || !grammar.sp()) return false;
  if (grammar.peek() == '(') {
    bool well_formed = grammar.list([&] { return grammar.list_mailbox(list.patterns.emplace_back()); });
    if (!well_formed) return false;
  } else if (!grammar.list_mailbox(list.patterns.emplace_back())) {
    return false;
  }
  if (grammar.is_at_end()) return true;
  return grammar.sp() && list_return_options(grammar, list);
}

bool lsub_arguments(Grammar& grammar, Lsub& lsub) {
  return grammar.sp() && grammar.list_mailbox(lsub.reference) && grammar.sp() && grammar.list_mailbox(lsub.pattern);
}

}  // namespace portreeve::imap
