#include "protocols/imap/search_filter.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "protocols/imap/grammar.h"
#include "protocols/imap/uid_only.h"

namespace portreeve::imap {
namespace {

// The private one goes before the shared one of the same name (RFC 5466 §3.1): who looks one up has to see to it.
constexpr std::string_view kPlaces[] = {"/private/filters/values/", "/shared/filters/values/"};

// search-criteria = search-key *(SP search-key) (RFC 5466 §4), and nothing behind them.
std::expected<SearchKey, std::string> parse_value(std::string_view value, const Limits& limits, bool may_be_saved,
                                                  SearchBudget& budget) {
  if (!base::is_utf8(value)) return std::unexpected("It isn't UTF-8");
  const std::string line = std::string(value) + "\r\n";
  Grammar grammar(line, limits);
  SearchKey key;
  if (!search_program(grammar, key, {.may_be_saved = may_be_saved}, &budget))
    return std::unexpected(grammar.failure().text.view());
  const std::string_view rest = grammar.rest();
  if (rest.find_first_not_of(' ') != rest.size() - 2) return std::unexpected("It has more than one line");
  return key;
}

class Inserter {
 public:
  Inserter(const FilterValues& values, const Limits& limits, bool may_be_saved, bool may_have_numbers)
      : values_(values), limits_(limits), may_be_saved_(may_be_saved), may_have_numbers_(may_have_numbers) {}

  std::expected<void, FilterFault> insert(SearchKey& key) {
    if (const auto* filter = std::get_if<SearchFilter>(&key.test)) return substitute(key, std::string(filter->name));
    std::expected<void, FilterFault> done;
    std::visit(
        [&](auto& test) {
          if constexpr (requires { test.keys; }) {
            for (SearchKey& child : test.keys) {
              if (done) done = insert(child);
            }
          }
        },
        key.test);
    return done;
  }

 private:
  std::expected<void, FilterFault> substitute(SearchKey& key, std::string name) {
    const std::string known = base::lowered(name);
    const bool is_loop = std::ranges::find(within_, known) != within_.end();
    const std::string* value =
        is_loop || within_.size() == kMaxFilterDepth || ++count_ > kMaxFilters ? nullptr : values_(known);
    // A context may keep the search.
    if (value != nullptr && (bytes_ += value->size()) > limits_.max_command_bytes) value = nullptr;
    if (value == nullptr) return std::unexpected(FilterFault{std::move(name), {}});
    auto parsed = parse_value(*value, limits_, may_be_saved_, budget_);
    if (!parsed) return std::unexpected(FilterFault{std::move(name), std::move(parsed.error())});
    if (!may_have_numbers_ && names_numbers(*parsed)) return std::unexpected(FilterFault{std::move(name), {}, true});
    key = std::move(*parsed);
    within_.push_back(known);
    auto done = insert(key);
    within_.pop_back();
    return done;
  }

  const FilterValues& values_;
  const Limits& limits_;
  const bool may_be_saved_;
  const bool may_have_numbers_;
  SearchBudget budget_;
  std::vector<std::string> within_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::optional<std::string_view> filter_of(std::string_view entry) {
  for (const std::string_view place : kPlaces) {
    if (!entry.starts_with(place)) continue;
    const std::string_view name = entry.substr(place.size());
    if (!name.empty() && !name.contains('/')) return name;
  }
  return std::nullopt;
}

bool has_filter(const SearchKey& key) {
  return std::visit(
      [](const auto& test) {
        if constexpr (requires { test.keys; }) return std::ranges::any_of(test.keys, has_filter);
        return std::is_same_v<std::decay_t<decltype(test)>, SearchFilter>;
      },
      key.test);
}

std::optional<std::string> filter_fault(std::string_view value, const Limits& limits) {
  SearchBudget budget;
  auto parsed = parse_value(value, limits, true, budget);
  if (parsed) return std::nullopt;
  return std::move(parsed.error());
}

std::expected<void, FilterFault> insert_filters(SearchKey& key, const FilterValues& values, const Limits& limits,
                                                bool may_be_saved, bool may_have_numbers) {
  return Inserter(values, limits, may_be_saved, may_have_numbers).insert(key);
}

}  // namespace portreeve::imap
