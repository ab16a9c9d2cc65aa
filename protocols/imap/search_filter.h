// Named searches (RFC 5466): FILTER stands for the criteria that an annotation of the server has.
// Knows no store: the caller says what a name stands for. Threads: pure functions.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/imap/parser.h"
#include "protocols/imap/search_key.h"

namespace portreeve::imap {

// Filters that one within another leads to. RFC 5466 §3.1: three at least.
constexpr std::size_t kMaxFilterDepth = 8;
// Filters put into one search, however deep.
constexpr std::size_t kMaxFilters = 64;

// The name of the filter that an annotation in lower case defines, or nullopt.
std::optional<std::string_view> filter_of(std::string_view entry);

bool has_filter(const SearchKey& key);

// Why the value of such an annotation is no criteria; nullopt if it is.
std::optional<std::string> filter_fault(std::string_view value, const Limits& limits);

struct FilterFault {
  std::string name;
  std::string why;  // empty: there is no such filter
  bool has_numbers = false;
};
// What the filter of a name in lower case stands for, or null.
using FilterValues = std::function<const std::string*(std::string_view name)>;

// Puts what they stand for in the place of all filters. One that leads to itself, or too many of them, count as not
// there (RFC 5466 §3.1). `may_be_saved`: "$" may stand for messages; `may_have_numbers`: so may sequence numbers. After
// a fault the key is in no state to use.
std::expected<void, FilterFault> insert_filters(SearchKey& key, const FilterValues& values, const Limits& limits,
                                                bool may_be_saved, bool may_have_numbers = true);

}  // namespace portreeve::imap
