// One message as SEARCH looks at it: it is given what was read for many, and reads the rest itself once it may.
// After a failure everything is empty and error() is set.
// Threads: the search's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mime/summary_codec.h"
#include "protocols/imap/comparator.h"
#include "protocols/imap/search_matcher.h"
#include "storage/store.h"

namespace portreeve::imap {

// The next nstring of a printed ENVELOPE, which it is cut off from. Nullopt: NIL.
std::optional<std::string> take_printed_string(std::string_view& printed);
// The same as a view: of `printed` or, if it isn't printed as it is, of `buffer`.
std::optional<std::string_view> view_printed_string(std::string_view& printed, std::string& buffer);

class SearchMatcher::Source {
 public:
  // `store` may be null if allow_reading() is never called.
  Source(store::Store* store, const store::Message& message, std::uint64_t ruled_out = 0)
      : store_(store), message_(&message), ruled_out_(ruled_out) {}

  const std::optional<store::Error>& error() const { return error_; }
  // Is the text known not to be in the message? By its number among those looked for.
  bool is_ruled_out(std::uint32_t text) const { return text < 64 && (ruled_out_ >> text & 1) != 0; }

  // --- what the summary has
  // It may go once the message is judged, or after keep().
  void take(const mime::SummaryView& summary, bool with_parts);
  void keep();
  bool has_facts() const { return has_facts_; }
  // The Date field in seconds of its own zone.
  const std::optional<std::int64_t>& local_date() const { return local_date_; }
  bool subject_contains(const Needle& needle);

  // --- the header
  // The message's first bytes: its header, if that ends there; the rest of a longer one is read when it may be.
  void take_beginning(std::string bytes);
  // Gives them up, for the next one to take their place.
  std::string give_back() { return std::exchange(bytes_, {}); }
  bool has_header();
  bool field_contains(std::string_view field, const Needle& needle);
  bool header_contains(const Needle& needle);

  // --- the rest
  void allow_reading() { can_read_ = true; }
  bool can_read() const { return can_read_; }
  // Looks through the text parts, and the headers of messages within. The summary was taken with its parts.
  bool body_contains(const Needle& needle);

 private:
  std::string_view header() const { return std::string_view(bytes_).substr(0, header_size_); }
  std::string_view read(std::uint64_t offset, std::uint64_t length);
  void load(std::string& out, std::uint64_t offset, std::uint64_t length);

  store::Store* store_;
  const store::Message* message_;
  std::uint64_t ruled_out_;
  bool has_facts_ = false;
  bool can_read_ = false;
  bool is_whole_ = false;
  bool has_whole_header_ = false;
  std::optional<std::int64_t> local_date_;
  std::optional<std::string_view> subject_;
  std::string subject_buffer_;
  std::vector<mime::Part> parts_;
  std::string bytes_;  // from the message's first on
  std::size_t header_size_ = 0;
  std::string piece_;  // of a message too large to be read whole
  std::optional<store::Error> error_;
};

}  // namespace portreeve::imap
