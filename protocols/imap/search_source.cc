#include "protocols/imap/search_source.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/mime/header.h"
#include "core/mime/text.h"

namespace portreeve::imap {
namespace {

constexpr std::uint64_t kWholeMessage = std::size_t{256} * 1024;  // read at once rather than part by part

bool any_field_contains(std::string_view header, std::string_view needle) {
  mime::FieldReader fields(header);
  for (mime::Field field; fields.next(field);) {
    if (mime::contains(std::string(field.name) + ": " + mime::decode_header(field.value), needle)) return true;
  }
  return false;
}

std::uint64_t bounded(std::uint64_t begin, std::uint64_t end, std::uint64_t most) {
  return std::min(end - begin, most);
}

}  // namespace

std::optional<std::string> take_printed_string(std::string_view& printed) {
  const std::size_t begin = printed.find_first_not_of("( ");
  printed.remove_prefix(std::min(begin, printed.size()));
  if (printed.starts_with('{')) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(printed.data() + 1, printed.data() + printed.size(), size);
    const std::size_t text = static_cast<std::size_t>(end - printed.data()) + 3;  // behind "}", CR, LF
    if (error != std::errc() || text > printed.size()) return std::nullopt;
    std::string out(printed.substr(text, size));
    printed.remove_prefix(std::min(text + size, printed.size()));
    return out;
  }
  if (!printed.starts_with('"')) {
    printed.remove_prefix(std::min<std::size_t>(3, printed.size()));  // NIL
    return std::nullopt;
  }
  std::string out;
  std::size_t at = 1;
  for (; at < printed.size() && printed[at] != '"'; ++at) {
    if (printed[at] == '\\' && at + 1 < printed.size()) ++at;
    out += printed[at];
  }
  printed.remove_prefix(std::min(at + 1, printed.size()));
  return out;
}

void SearchMatcher::Source::take(const mime::SummaryView& summary, bool with_parts) {
  has_facts_ = true;
  if (with_parts) {
    if (auto parts = summary.parts()) {
      parts_ = std::move(*parts);
    } else {
      error_ = {store::Errc::corrupt, "the summary of body " + std::to_string(message_->body) + " is damaged"};
    }
  }
  if (summary.date) local_date_ = *summary.date + std::int64_t{60} * summary.date_zone_minutes;
  std::string_view envelope = summary.envelope;
  take_printed_string(envelope);  // the date
  subject_ = take_printed_string(envelope);
}

void SearchMatcher::Source::take_beginning(std::string bytes) {
  const std::size_t read = bytes.size();
  const std::size_t size = mime::header_block(bytes).size();
  has_whole_header_ = size < read || read >= message_->size;
  if (read >= message_->size) {
    header_ = bytes.substr(0, size);
    whole_ = std::move(bytes);
  } else {
    header_ = std::move(bytes);
    header_.resize(size);
  }
}

bool SearchMatcher::Source::has_header() {
  if (has_whole_header_ || !can_read_) return has_whole_header_;
  header_ = read(0, kMaxSearchedHeader);
  header_.resize(mime::header_block(header_).size());
  has_whole_header_ = true;
  return true;
}

bool SearchMatcher::Source::field_contains(std::string_view field, std::string_view needle) {
  return std::ranges::any_of(mime::find_fields(header_, field), [&](std::string_view value) {
    return mime::contains(mime::decode_header(value), needle);
  });
}

bool SearchMatcher::Source::header_contains(std::string_view needle) { return any_field_contains(header_, needle); }

bool SearchMatcher::Source::body_contains(std::string_view needle) {
  for (std::size_t i = 0; i < parts_.size() && !error_; ++i) {
    const mime::Part& part = parts_[i];
    const std::string header = read(part.header_begin, bounded(part.header_begin, part.body_begin, kMaxSearchedHeader));
    const bool is_message_within = i > 0 && parts_[static_cast<std::size_t>(part.parent)].is_message;
    if (is_message_within && any_field_contains(header, needle)) return true;
    if (part.is_message || part.is_multipart || !mime::is_text_part(header)) continue;
    const std::string body = read(part.body_begin, bounded(part.body_begin, part.body_end, kMaxSearchedText));
    if (mime::contains(mime::decode_text(header, body, kMaxSearchedText), needle)) return true;
  }
  return false;
}

std::string SearchMatcher::Source::read(std::uint64_t offset, std::uint64_t length) {
  std::string out;
  if (error_ || offset >= message_->size || length == 0) return out;
  length = std::min<std::uint64_t>(length, message_->size - offset);
  if (message_->size > kWholeMessage) {
    load(out, offset, length);
    return out;
  }
  if (!whole_) load(whole_.emplace(), 0, message_->size);
  return whole_->size() > offset ? whole_->substr(offset, length) : out;
}

void SearchMatcher::Source::load(std::string& out, std::uint64_t offset, std::uint64_t length) {
  if (const auto done = store_->read_body(message_->body, offset, length, out); !done) error_ = done.error();
}

}  // namespace portreeve::imap
