// One message as SEARCH looks at it: it is given what was read for many, and reads the rest itself once it may.
// After a failure everything is empty and error() is set.
// Threads: the search's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mime/summary_codec.h"
#include "protocols/imap/search_matcher.h"
#include "storage/store.h"

namespace portreeve::imap {

// The next nstring of a printed ENVELOPE, which it is cut off from. Nullopt: NIL.
std::optional<std::string> take_printed_string(std::string_view& printed);

class SearchMatcher::Source {
 public:
  // `store` may be null if allow_reading() is never called.
  Source(store::Store* store, const store::Message& message) : store_(store), message_(&message) {}

  const std::optional<store::Error>& error() const { return error_; }

  // --- what the summary has
  void take(const mime::SummaryView& summary, bool with_parts);
  bool has_facts() const { return has_facts_; }
  // The Date field in seconds of its own zone.
  const std::optional<std::int64_t>& local_date() const { return local_date_; }
  const std::optional<std::string>& subject() const { return subject_; }

  // --- the header
  // The message's first bytes: its header, if that ends there; the rest of a longer one is read when it may be.
  void take_beginning(std::string bytes);
  bool has_header();
  bool field_contains(std::string_view field, std::string_view needle);
  bool header_contains(std::string_view needle);

  // --- the rest
  void allow_reading() { can_read_ = true; }
  bool can_read() const { return can_read_; }
  // Looks through the text parts, and the headers of messages within. The summary was taken with its parts.
  bool body_contains(std::string_view needle);

 private:
  std::string read(std::uint64_t offset, std::uint64_t length);
  void load(std::string& out, std::uint64_t offset, std::uint64_t length);

  store::Store* store_;
  const store::Message* message_;
  bool has_facts_ = false;
  bool can_read_ = false;
  bool has_whole_header_ = false;
  std::optional<std::int64_t> local_date_;
  std::optional<std::string> subject_;
  std::vector<mime::Part> parts_;
  std::string header_;
  std::optional<std::string> whole_;
  std::optional<store::Error> error_;
};

}  // namespace portreeve::imap
