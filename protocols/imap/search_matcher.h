// Tells which messages of a view match the criteria of a SEARCH (RFC 3501 §6.4.4).
//
// Criteria are asked in the order of their cost: what memory knows (flags, numbers, sizes, dates), what the summary of
// a message has (its subject and date), headers, and at last bodies; each only where the cheaper ones left it open.
// Summaries and headers are read for many messages at once. Text is compared decoded, whatever charset and
// encoding the sender chose, by the collation given.
//
// For texts the store is asked first which messages can't hold them (rule_out()); the text itself decides of the rest.
//
// Limits: those of mime/message_text.h.
// Threads: one at a time; on a worker if needs_store(). The view must not change meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "protocols/imap/comparator.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/search_key.h"
#include "protocols/imap/view.h"
#include "storage/store.h"

namespace portreeve::imap {

class SearchMatcher {
 public:
  enum class Verdict : std::uint8_t { no, yes, open };
  struct Candidate {
    std::uint32_t sequence = 0;
    const store::Message* message = nullptr;
    Verdict verdict = Verdict::open;
    std::uint64_t ruled_out = 0;  // a bit for each text that it is known not to hold
    bool is_gone = false;         // its body is no longer there; then the verdict is no
  };

  // `store` and `view` must outlive it. `now` in Unix seconds, for YOUNGER and OLDER.
  SearchMatcher(store::Store& store, const View& view, const SearchKey& key, std::int64_t now,
                Collation collation = Collation::unicode_casemap);

  bool needs_store() const { return root_.cost > Cost::memory; }
  // From memory alone. Never open if not needs_store().
  Verdict judge(std::uint32_t sequence, const store::Message& message) const;
  // Does the key look for texts, so that rule_out() may decide something?
  bool has_texts() const { return !texts_.empty(); }
  // Decides those that the store's index settles; the rest stay open, and decide() knows what was found out. Thousands
  // at a time cost little more than one.
  void rule_out(std::span<Candidate> candidates) const;
  // How many to give to decide(), whose memory they take up.
  std::size_t batch() const { return has(Cost::header) || has(Cost::body) ? 128 : 512; }
  // Decides all that are open. Each takes up to 16 KiB meanwhile, if headers or bodies are looked at.
  store::Result<> decide(std::span<Candidate> candidates) const;

 private:
  enum class Kind : std::uint8_t {
    all,
    flags,
    recent,
    sequences,
    larger,
    smaller,
    mod_seq,
    body,
    date,
    younger,
    older,
    sent,
    subject,
    header,
    text,
    conjunction,
    disjunction,
    negation,
  };
  enum class Cost : std::uint8_t { memory, summary, header, body };

  static constexpr std::uint32_t kNoText = 0xffff'ffff;
  struct Node {
    Kind kind = Kind::all;
    Cost cost = Cost::memory;  // the highest of it and what is below
    bool is_wanted = true;
    store::Flags mask = 0;
    std::uint32_t octets = 0;
    store::ModSeq mod_seq = 0;
    store::BodyId body = 0;
    std::int64_t instant = 0;  // Unix seconds
    SearchDate date = {};
    SequenceRanges ranges = {};
    std::string field = {};
    Needle needle = {};
    bool has_header = false;
    std::uint32_t text = kNoText;  // where in texts_
    std::vector<Node> children = {};
  };
  class Source;

  Node compile(const SearchKey& key);
  Node compile_numbers(const SearchNumbers& numbers) const;
  Node compile_header(const SearchHeader& test) const;
  Node compile_text(const SearchText& test);
  Node compile_children(Kind kind, const std::vector<SearchKey>& keys);
  store::Flags keyword_bit(const std::string& keyword) const;
  bool has(Cost cost) const { return (costs_ & (1U << static_cast<unsigned>(cost))) != 0; }

  Verdict judge(const Node& node, std::uint32_t sequence, const store::Message& message, Source& source) const;
  // No sources: that is all that is needed.
  store::Result<> decide_from_summaries(std::span<Candidate> candidates, std::span<Source> sources) const;
  store::Result<> decide_from_headers(std::span<Candidate> candidates, std::vector<Source>& sources) const;

  store::Store& store_;
  const View& view_;
  const std::int64_t now_;
  const Collation collation_;
  std::vector<std::string> texts_;  // folded, each once; set by compile()
  unsigned costs_ = 0;              // those of the leaves, a bit each; set by compile()
  Node root_;
};

}  // namespace portreeve::imap
