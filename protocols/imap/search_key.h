// The criteria of SEARCH (RFC 3501 §6.4.4) as a tree.
// Threads: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocols/imap/flags.h"
#include "protocols/imap/sequence_set.h"

namespace portreeve::imap {

struct SearchKey;

struct SearchAll {
  bool operator==(const SearchAll&) const = default;
};
// SEEN is {kSeen, true}, UNSEEN {kSeen, false}.
struct SearchFlag {
  SystemFlags flag = 0;
  bool is_wanted = true;
  bool operator==(const SearchFlag&) const = default;
};
// RECENT is {true}, OLD {false}; NEW is parsed as RECENT and UNSEEN.
struct SearchRecent {
  bool is_wanted = true;
  bool operator==(const SearchRecent&) const = default;
};
struct SearchKeyword {
  std::string keyword;
  bool is_wanted = true;
  bool operator==(const SearchKeyword&) const = default;
};
struct SearchNumbers {
  SequenceSet set;
  bool is_uid = false;
  bool operator==(const SearchNumbers&) const = default;
};
struct SearchSize {
  std::uint32_t octets = 0;
  bool is_larger = true;  // LARGER: size > octets; SMALLER: size < octets
  bool operator==(const SearchSize&) const = default;
};
// BEFORE, ON, SINCE compare the internal date, SENT… the Date field, SAVED… (RFC 8514) when the message came into the
// mailbox; by the day alone, "disregarding time and timezone". SINCE includes its day, BEFORE doesn't.
struct SearchDate {
  enum class Relation : std::uint8_t { before, on, since };
  enum class Which : std::uint8_t { internal, sent, saved };
  Relation relation = Relation::on;
  Which which = Which::internal;
  std::chrono::sys_days day;
  bool operator==(const SearchDate&) const = default;
};
// YOUNGER and OLDER (RFC 5032): the internal date, counted back from now.
struct SearchWithin {
  std::uint32_t seconds = 0;  // > 0
  bool is_younger = true;
  bool operator==(const SearchWithin&) const = default;
};
// FROM, TO, CC, BCC and SUBJECT too. An empty text: the field is there.
struct SearchHeader {
  std::string field;
  std::string text;
  bool operator==(const SearchHeader&) const = default;
};
// BODY, or TEXT: the header too.
struct SearchText {
  std::string text;
  bool has_header = false;
  bool operator==(const SearchText&) const = default;
};
// RFC 7162 §3.1.5. A message has one mod-sequence, of whatever entry it is asked.
struct SearchModSeq {
  std::uint64_t at_least = 0;
  bool operator==(const SearchModSeq&) const = default;
};
// EMAILID, or THREADID (RFC 8474 §5.4).
struct SearchObjectId {
  std::string id;
  bool is_thread = false;
  bool operator==(const SearchObjectId&) const = default;
};
// A named search (RFC 5466). What it stands for takes its place before anything is looked for.
struct SearchFilter {
  std::string name;
  bool operator==(const SearchFilter&) const = default;
};
// No keys: everything.
struct SearchAnd {
  std::vector<SearchKey> keys;
  bool operator==(const SearchAnd&) const;
};
// Two keys.
struct SearchOr {
  std::vector<SearchKey> keys;
  bool operator==(const SearchOr&) const;
};
// One key.
struct SearchNot {
  std::vector<SearchKey> keys;
  bool operator==(const SearchNot&) const;
};

struct SearchKey {
  std::variant<SearchAll, SearchFlag, SearchRecent, SearchKeyword, SearchNumbers, SearchSize, SearchDate, SearchWithin,
               SearchHeader, SearchText, SearchModSeq, SearchObjectId, SearchFilter, SearchAnd, SearchOr, SearchNot>
      test;
  bool operator==(const SearchKey&) const = default;
};

inline bool SearchAnd::operator==(const SearchAnd&) const = default;
inline bool SearchOr::operator==(const SearchOr&) const = default;
inline bool SearchNot::operator==(const SearchNot&) const = default;

}  // namespace portreeve::imap
