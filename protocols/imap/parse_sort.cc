#include <algorithm>
#include <utility>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

// RFC 5256 §3, RFC 5957 §4 and RFC 6203 §5
constexpr std::pair<std::string_view, SortKey> kSortKeys[] = {
    {"ARRIVAL", SortKey::arrival},
    {"CC", SortKey::cc},
    {"DATE", SortKey::date},
    {"DISPLAYFROM", SortKey::display_from},
    {"DISPLAYTO", SortKey::display_to},
    {"RELEVANCY", SortKey::relevancy},
    {"FROM", SortKey::from},
    {"SIZE", SortKey::size},
    {"SUBJECT", SortKey::subject},
    {"TO", SortKey::to},
};

constexpr std::pair<std::string_view, ThreadAlgorithm> kAlgorithms[] = {
    {"ORDEREDSUBJECT", ThreadAlgorithm::ordered_subject},
    {"REFERENCES", ThreadAlgorithm::references},
    {"REFS", ThreadAlgorithm::refs},
};

// sort-criterion = ["REVERSE" SP] sort-key. A key that stood before decides nothing more.
bool sort_criterion(Grammar& grammar, std::vector<SortCriterion>& criteria) {
  SortCriterion criterion;
  if (grammar.try_word("REVERSE")) {
    criterion.is_reverse = true;
    if (!grammar.sp()) return false;
  }
  Word name;
  if (!grammar.word(name, "Expected a sort key")) return false;
  const auto* known = std::ranges::find(kSortKeys, name.view(), &std::pair<std::string_view, SortKey>::first);
  if (known == std::end(kSortKeys)) return grammar.fail("Unknown sort key");
  criterion.key = known->second;
  if (std::ranges::find(criteria, criterion.key, &SortCriterion::key) == criteria.end()) criteria.push_back(criterion);
  return true;
}

bool needs_fuzzy(const Sort& sort) {
  return (sort.returns && sort.returns->has_relevancy) ||
         std::ranges::find(sort.criteria, SortKey::relevancy, &SortCriterion::key) != sort.criteria.end();
}

}  // namespace

// sort = "SORT" [SP search-return-opts] SP "(" sort-criterion *(SP sort-criterion) ")" SP charset 1*(SP search-key)
// (RFC 5256 §5, RFC 5267 §4)
bool sort_arguments(Grammar& grammar, Sort& sort) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("RETURN") && (!return_options(grammar, sort.returns.emplace()) || !grammar.sp())) return false;
  return grammar.list([&] { return sort_criterion(grammar, sort.criteria); }) && grammar.sp() &&
         charset(grammar, sort.charset) && grammar.sp() &&
         search_program(grammar, sort.key, {.needs_fuzzy = needs_fuzzy(sort)});
}

// thread = "THREAD" SP thread-alg SP charset 1*(SP search-key) (RFC 5256 §5)
bool thread_arguments(Grammar& grammar, Thread& thread) {
  Word name;
  if (!grammar.sp() || !grammar.word(name, "Expected a threading algorithm")) return false;
  const auto* known = std::ranges::find(kAlgorithms, name.view(), &std::pair<std::string_view, ThreadAlgorithm>::first);
  if (known == std::end(kAlgorithms)) return grammar.fail("Unknown threading algorithm");
  thread.algorithm = known->second;
  return grammar.sp() && charset(grammar, thread.charset) && grammar.sp() && search_program(grammar, thread.key);
}

}  // namespace portreeve::imap
