#include "protocols/imap/search_matcher.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/date.h"
#include "core/mime/header.h"
#include "core/mime/summary.h"
#include "core/mime/text.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kFirstHeaderRead = 8 * 1024;  // most headers end before
constexpr std::size_t kWholeMessage = 256 * 1024;   // read at once rather than part by part

std::chrono::sys_days day_of(std::int64_t unix_seconds) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

bool compare(SearchDate::Relation relation, std::chrono::sys_days is, std::chrono::sys_days wanted) {
  switch (relation) {
    case SearchDate::Relation::before: return is < wanted;
    case SearchDate::Relation::on: return is == wanted;
    case SearchDate::Relation::since: break;
  }
  return is >= wanted;
}

bool header_contains(std::string_view header, std::string_view needle) {
  mime::FieldReader fields(header);
  for (mime::Field field; fields.next(field);) {
    if (mime::contains(std::string(field.name) + ": " + mime::decode_header(field.value), needle)) return true;
  }
  return false;
}

bool is_leaf(const std::vector<mime::Part>& parts, std::size_t index) {
  return !parts[index].is_message && !parts[index].is_multipart;
}

}  // namespace

// One message's bytes, read when they are first asked for. After a failure everything is empty and error() is set.
class SearchMatcher::Source {
 public:
  Source(store::Store& store, const store::Message& message) : store_(store), message_(message) {}

  const std::optional<store::Error>& error() const { return error_; }

  std::string_view header() {
    if (header_) return *header_;
    header_.emplace(read(0, kFirstHeaderRead));
    std::size_t size = mime::header_block(*header_).size();
    if (size == header_->size() && size < message_.size) {
      *header_ = read(0, kMaxSearchedHeader);
      size = mime::header_block(*header_).size();
    }
    header_->resize(size);
    return *header_;
  }

  // Looks through the text parts, and the headers of messages within.
  bool body_contains(std::string_view needle) {
    const auto summary = store_.summary(message_.body);
    if (!summary) {
      error_ = summary.error();
      return false;
    }
    const std::vector<mime::Part>& parts = summary->parts;
    for (std::size_t i = 0; i < parts.size() && !error_; ++i) {
      const mime::Part& part = parts[i];
      const std::string part_header =
          read(part.header_begin, std::min<std::uint64_t>(part.body_begin - part.header_begin, kMaxSearchedHeader));
      const bool is_within = i > 0 && parts[static_cast<std::size_t>(part.parent)].is_message;
      if (is_within && header_contains(part_header, needle)) return true;
      if (!is_leaf(parts, i) || !mime::is_text_part(part_header)) continue;
      // What a transfer encoding or charset makes longer than the limit isn't looked at either.
      const std::string body =
          read(part.body_begin, std::min<std::uint64_t>(part.body_end - part.body_begin, kMaxSearchedText));
      if (mime::contains(mime::decode_text(part_header, body, kMaxSearchedText), needle)) return true;
    }
    return false;
  }

 private:
  std::string read(std::uint64_t offset, std::uint64_t length) {
    std::string out;
    if (error_ || offset >= message_.size) return out;
    length = std::min<std::uint64_t>(length, message_.size - offset);
    if (message_.size <= kWholeMessage && length > 0) {
      if (!whole_) load(whole_.emplace(), 0, message_.size);
      return whole_->size() > offset ? whole_->substr(offset, length) : out;
    }
    load(out, offset, length);
    return out;
  }
  void load(std::string& out, std::uint64_t offset, std::uint64_t length) {
    if (const auto done = store_.read_body(message_.body, offset, length, out); !done) error_ = done.error();
  }

  store::Store& store_;
  const store::Message& message_;
  std::optional<std::string> header_;
  std::optional<std::string> whole_;
  std::optional<store::Error> error_;
};

SearchMatcher::SearchMatcher(store::Store& store, const View& view, const SearchKey& key)
    : store_(store), view_(view), root_(compile(key)) {}

store::Flags SearchMatcher::keyword_bit(const std::string& keyword) const {
  const auto& keywords = view_.messages().keywords;
  if (!keywords) return 0;
  for (std::size_t i = 0; i < keywords->size(); ++i) {
    if (base::equals_ignoring_case((*keywords)[i], keyword)) return store::Flags{1} << (store::kFirstKeywordBit + i);
  }
  return 0;
}

SearchMatcher::Node SearchMatcher::compile_numbers(const SearchNumbers& numbers) const {
  const store::Snapshot& messages = view_.messages();
  if (numbers.is_uid) return {.kind = Kind::sequences, .ranges = *resolve(numbers.set, Numbers::uid, messages)};
  // Numbers above EXISTS match nothing: clients search for 1:* in an empty mailbox.
  return {.kind = Kind::sequences, .ranges = numbers.set.normalized(messages.exists())};
}

SearchMatcher::Node SearchMatcher::compile_children(Kind kind, const std::vector<SearchKey>& keys) const {
  Node node{.kind = kind};
  for (const SearchKey& key : keys) {
    node.children.push_back(compile(key));
    node.cost = std::max(node.cost, node.children.back().cost);
  }
  std::ranges::sort(node.children, {}, &Node::cost);
  return node;
}

SearchMatcher::Node SearchMatcher::compile(const SearchKey& key) const {
  struct Compiler {
    const SearchMatcher& matcher;
    Node operator()(const SearchAll&) const { return {}; }
    Node operator()(const SearchFlag& test) const {
      return {.kind = Kind::flags, .is_wanted = test.is_wanted, .mask = test.flag};
    }
    Node operator()(const SearchRecent& test) const { return {.kind = Kind::recent, .is_wanted = test.is_wanted}; }
    Node operator()(const SearchKeyword& test) const {
      return {.kind = Kind::flags, .is_wanted = test.is_wanted, .mask = matcher.keyword_bit(test.keyword)};
    }
    Node operator()(const SearchNumbers& test) const { return matcher.compile_numbers(test); }
    Node operator()(const SearchSize& test) const {
      return {.kind = test.is_larger ? Kind::larger : Kind::smaller, .octets = test.octets};
    }
    Node operator()(const SearchDate& test) const {
      if (test.is_sent) return {.kind = Kind::sent, .cost = Cost::header, .date = test};
      return {.kind = Kind::date, .date = test};
    }
    Node operator()(const SearchHeader& test) const {
      return {.kind = Kind::header, .cost = Cost::header, .field = test.field, .needle = mime::fold(test.text)};
    }
    Node operator()(const SearchText& test) const {
      return {.kind = Kind::text, .cost = Cost::body, .needle = mime::fold(test.text), .has_header = test.has_header};
    }
    Node operator()(const SearchAnd& test) const { return matcher.compile_children(Kind::conjunction, test.keys); }
    Node operator()(const SearchOr& test) const { return matcher.compile_children(Kind::disjunction, test.keys); }
    Node operator()(const SearchNot& test) const { return matcher.compile_children(Kind::negation, test.keys); }
  };
  return std::visit(Compiler{*this}, key.test);
}

store::Result<bool> SearchMatcher::matches(std::uint32_t sequence, const store::Message& message) const {
  Source source(store_, message);
  const bool is_match = matches(root_, sequence, message, source);
  if (source.error()) return std::unexpected(*source.error());
  return is_match;
}

bool SearchMatcher::matches(const Node& node, std::uint32_t sequence, const store::Message& message,
                            Source& source) const {
  const auto child_matches = [&](const Node& child) { return matches(child, sequence, message, source); };
  switch (node.kind) {
    case Kind::all: return true;
    case Kind::flags: return ((message.flags & node.mask) != 0) == node.is_wanted;
    case Kind::recent: return view_.is_recent(message.uid) == node.is_wanted;
    case Kind::sequences: return contains(node.ranges, sequence);
    case Kind::larger: return message.size > node.octets;
    case Kind::smaller: return message.size < node.octets;
    case Kind::date: return compare(node.date.relation, day_of(message.internal_date), node.date.day);
    case Kind::sent: {
      const auto field = mime::find_field(source.header(), "Date");
      const auto date = field ? mime::parse_date(*field) : std::nullopt;
      // The day that stands there, "disregarding time and timezone".
      return date && compare(node.date.relation, day_of(date->unix_seconds + std::int64_t{60} * date->zone_minutes),
                             node.date.day);
    }
    case Kind::header:
      return std::ranges::any_of(mime::find_fields(source.header(), node.field), [&](std::string_view value) {
        return mime::contains(mime::decode_header(value), node.needle);
      });
    case Kind::text:
      return (node.has_header && header_contains(source.header(), node.needle)) || source.body_contains(node.needle);
    case Kind::conjunction: return std::ranges::all_of(node.children, child_matches);
    case Kind::disjunction: return std::ranges::any_of(node.children, child_matches);
    case Kind::negation: return !child_matches(node.children.front());
  }
  return false;
}

}  // namespace portreeve::imap
