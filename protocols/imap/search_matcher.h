// Tells which messages of a view match the criteria of a SEARCH (RFC 3501 §6.4.4).
//
// Criteria are reordered by cost: what memory knows (flags, numbers, sizes, dates) is asked before a header is read,
// and headers before bodies. Text is compared decoded and folded, whatever charset and encoding the sender chose.
//
// Limits. Of a text part the first kMaxSearchedText bytes are searched; of a header kMaxSearchedHeader.
// Threads: one at a time; on a worker if needs_store(). The view must not change meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/imap/numbers.h"
#include "protocols/imap/search_key.h"
#include "protocols/imap/view.h"
#include "storage/store.h"

namespace portreeve::imap {

constexpr std::size_t kMaxSearchedText = 4 * 1024 * 1024;
constexpr std::size_t kMaxSearchedHeader = 1024 * 1024;

class SearchMatcher {
 public:
  // `store` and `view` must outlive it.
  SearchMatcher(store::Store& store, const View& view, const SearchKey& key);

  bool needs_store() const { return root_.cost > Cost::memory; }
  // An error is the store's; not_found is a message whose body is gone.
  store::Result<bool> matches(std::uint32_t sequence, const store::Message& message) const;

 private:
  enum class Kind : std::uint8_t {
    all,
    flags,
    recent,
    sequences,
    larger,
    smaller,
    date,
    sent,
    header,
    text,
    conjunction,
    disjunction,
    negation
  };
  enum class Cost : std::uint8_t { memory, header, body };

  struct Node {
    Kind kind = Kind::all;
    Cost cost = Cost::memory;
    bool is_wanted = true;
    store::Flags mask = 0;
    std::uint32_t octets = 0;
    SearchDate date = {};
    SequenceRanges ranges = {};
    std::string field = {};
    std::string needle = {};  // folded
    bool has_header = false;
    std::vector<Node> children = {};
  };
  class Source;

  Node compile(const SearchKey& key) const;
  Node compile_numbers(const SearchNumbers& numbers) const;
  Node compile_children(Kind kind, const std::vector<SearchKey>& keys) const;
  store::Flags keyword_bit(const std::string& keyword) const;
  bool matches(const Node& node, std::uint32_t sequence, const store::Message& message, Source& source) const;

  store::Store& store_;
  const View& view_;
  Node root_;
};

}  // namespace portreeve::imap
