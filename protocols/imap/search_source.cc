#include "protocols/imap/search_source.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/mime/header.h"
#include "core/mime/message_text.h"
#include "core/mime/text.h"

namespace portreeve::imap {
namespace {

constexpr std::uint64_t kWholeMessage = std::size_t{256} * 1024;  // read at once rather than part by part

}  // namespace

std::optional<std::string_view> view_printed_string(std::string_view& printed, std::string& buffer) {
  const std::size_t begin = printed.find_first_not_of("( ");
  printed.remove_prefix(std::min(begin, printed.size()));
  if (printed.starts_with('{')) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(printed.data() + 1, printed.data() + printed.size(), size);
    const std::size_t text = static_cast<std::size_t>(end - printed.data()) + 3;  // behind "}", CR, LF
    if (error != std::errc() || text > printed.size()) return std::nullopt;
    const std::string_view literal = printed.substr(text, size);
    printed.remove_prefix(std::min(text + size, printed.size()));
    return literal;
  }
  if (!printed.starts_with('"')) {
    printed.remove_prefix(std::min<std::size_t>(3, printed.size()));  // NIL
    return std::nullopt;
  }
  std::size_t end = 1;
  while (end < printed.size() && printed[end] != '"' && printed[end] != '\\') ++end;
  if (end < printed.size() && printed[end] == '"') {
    const std::string_view quoted = printed.substr(1, end - 1);
    printed.remove_prefix(end + 1);
    return quoted;
  }
  buffer.clear();
  std::size_t at = 1;
  for (; at < printed.size() && printed[at] != '"'; ++at) {
    if (printed[at] == '\\' && at + 1 < printed.size()) ++at;
    buffer += printed[at];
  }
  printed.remove_prefix(std::min(at + 1, printed.size()));
  return buffer;
}

std::optional<std::string> take_printed_string(std::string_view& printed) {
  std::string buffer;
  const auto view = view_printed_string(printed, buffer);
  return view ? std::optional(std::string(*view)) : std::nullopt;
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
  view_printed_string(envelope, subject_buffer_);  // the date
  subject_ = view_printed_string(envelope, subject_buffer_);
}

void SearchMatcher::Source::keep() {
  if (!subject_ || subject_->data() == subject_buffer_.data()) return;
  subject_buffer_ = std::string(*subject_);
  subject_ = subject_buffer_;
}

bool SearchMatcher::Source::subject_contains(const Needle& needle) {
  std::string buffer;
  return subject_ && needle.is_in(mime::view_header(*subject_, buffer));
}

void SearchMatcher::Source::take_beginning(std::string bytes) {
  bytes_ = std::move(bytes);
  is_whole_ = bytes_.size() >= message_->size;
  header_size_ = mime::header_block(bytes_).size();
  has_whole_header_ = header_size_ < bytes_.size() || is_whole_;
}

bool SearchMatcher::Source::has_header() {
  if (has_whole_header_ || !can_read_) return has_whole_header_;
  bytes_.clear();
  load(bytes_, 0, std::min<std::uint64_t>(message_->size, mime::kMaxSearchedHeader));
  is_whole_ = bytes_.size() >= message_->size;
  header_size_ = mime::header_block(bytes_).size();
  has_whole_header_ = true;
  return true;
}

bool SearchMatcher::Source::field_contains(std::string_view field, const Needle& needle) {
  std::string buffer;
  mime::FieldReader fields(header());
  for (mime::Field each; fields.next(each);) {
    if (!base::equals_ignoring_case(each.name, field)) continue;
    if (needle.is_in(mime::view_header(each.value, buffer))) return true;
  }
  return false;
}

bool SearchMatcher::Source::header_contains(const Needle& needle) { return needle.is_in(mime::header_text(header())); }

bool SearchMatcher::Source::body_contains(const Needle& needle) {
  const auto read_some = [this](std::uint64_t offset, std::uint64_t length) { return read(offset, length); };
  return mime::any_body_text(parts_, read_some,
                             [this, &needle](std::string_view text) { return !error_ && needle.is_in(text); });
}

std::string_view SearchMatcher::Source::read(std::uint64_t offset, std::uint64_t length) {
  if (error_ || offset >= message_->size) return {};
  if (!is_whole_ && message_->size <= kWholeMessage) {
    load(bytes_, bytes_.size(), message_->size - bytes_.size());
    is_whole_ = true;
  }
  if (is_whole_) return std::string_view(bytes_).substr(std::min<std::uint64_t>(offset, bytes_.size()), length);
  piece_.clear();
  load(piece_, offset, std::min<std::uint64_t>(length, message_->size - offset));
  return piece_;
}

void SearchMatcher::Source::load(std::string& out, std::uint64_t offset, std::uint64_t length) {
  if (error_ || length == 0) return;
  if (const auto done = store_->read_body(message_->body, offset, length, out); !done) error_ = done.error();
}

}  // namespace portreeve::imap
