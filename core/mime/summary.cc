#include "core/mime/summary.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/boundaries.h"
#include "core/mime/charset.h"
#include "core/mime/date.h"
#include "core/mime/envelope.h"
#include "core/mime/lines.h"
#include "core/mime/tree.h"

namespace portreeve::mime {
namespace {

// A part that hasn't ended yet.
struct OpenPart {
  std::size_t index = 0;  // in the tree
  bool is_multipart = false;
  bool is_digest = false;
  std::uint32_t children = 0;
  std::uint64_t lfs_before = 0;  // LFs in the message before this part's body
};

}  // namespace

// Reads line by line in headers, and in bodies only where a line begins with "--" while a multipart is open. Nothing
// is decided before a line is complete, so that the pieces in which the bytes come make no difference.
struct SummaryBuilder::Impl {
  explicit Impl(Limits given) : limits_(given) { begin_part(-1, 0, 0); }

  void feed(std::string_view bytes);
  Summary finish();

 private:
  void begin_part(std::int32_t parent, std::uint32_t number, std::uint64_t at);
  void begin_line();
  void end_line();
  void count(const LineScan& scan, std::string_view bytes);
  std::string_view gather(std::string_view piece, bool is_complete);
  std::size_t feed_header(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t feed_watched_line(std::string_view bytes);
  void end_header(std::uint64_t body_begin, std::uint64_t lfs_before_body, std::size_t more_parts);
  void cross_boundary(std::string_view whole);
  void close_above(std::size_t level, std::uint64_t end, std::uint64_t lfs_at_end);

  Limits limits_;
  Summary summary_;
  Tree tree_;
  std::vector<OpenPart> open_;  // the message, then what is within, level by level
  Boundaries boundaries_;       // of the open multiparts whose closing ones haven't come
  bool in_header_ = true;
  bool is_full_ = false;  // no more parts: what comes belongs to the last

  std::uint64_t offset_ = 0;  // of the next byte
  std::uint64_t lfs_ = 0;     // so far
  char last_ = '\0';          // the byte before `offset`
  char second_last_ = '\0';

  // The line that is being read.
  bool at_line_begin_ = true;
  bool is_watched_ = false;  // in a body: it may be a boundary
  std::uint64_t line_begin_ = 0;
  std::uint64_t line_lfs_ = 0;  // LFs before it
  unsigned line_break_ = 0;     // bytes of the line end before it
  std::string line_;            // its first bytes, if it began in an earlier piece

  std::string header_;                 // of the innermost part, as far as it is looked at
  std::size_t header_line_begin_ = 0;  // in `header`: where the line begins
};

void SummaryBuilder::Impl::begin_part(std::int32_t parent, std::uint32_t number, std::uint64_t at) {
  OpenPart part;
  part.index = tree_.add(parent, number, at);
  open_.push_back(part);
  in_header_ = true;
  header_.clear();
}

void SummaryBuilder::Impl::begin_line() {
  at_line_begin_ = false;
  line_begin_ = offset_;
  line_lfs_ = lfs_;
  line_break_ = last_ != '\n' ? 0 : second_last_ == '\r' ? 2 : 1;
  header_line_begin_ = header_.size();
}

void SummaryBuilder::Impl::end_line() {
  at_line_begin_ = true;
  is_watched_ = false;
  line_.clear();
}

void SummaryBuilder::Impl::count(const LineScan& scan, std::string_view bytes) {
  if (scan.consumed == 0) return;
  offset_ += scan.consumed;
  lfs_ += scan.lfs;
  summary_.bare_lfs += scan.bare_lfs;
  second_last_ = scan.consumed > 1 ? bytes[scan.consumed - 2] : last_;
  last_ = bytes[scan.consumed - 1];
}

// The beginning of the line whose next piece this is.
std::string_view SummaryBuilder::Impl::gather(std::string_view piece, bool is_complete) {
  if (line_.empty() && is_complete) return piece.substr(0, kMaxBoundaryLine);
  line_ += piece.substr(0, kMaxBoundaryLine - line_.size());
  return line_;
}

void SummaryBuilder::Impl::feed(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(in_header_ ? feed_header(bytes) : feed_body(bytes));
}

std::size_t SummaryBuilder::Impl::feed_header(std::string_view bytes) {
  if (at_line_begin_) begin_line();
  auto end = bytes.find('\n');
  bool is_complete = end != std::string_view::npos;
  std::string_view piece = bytes.substr(0, is_complete ? end + 1 : end);
  bool is_bare = is_complete && (end > 0 ? bytes[end - 1] : last_) != '\r';
  header_ += piece.substr(0, limits_.max_header_bytes - std::min(limits_.max_header_bytes, header_.size()));
  count({.consumed = piece.size(), .lfs = is_complete ? 1U : 0U, .bare_lfs = is_bare ? 1U : 0U}, piece);
  std::string_view whole = gather(piece, is_complete);
  if (!is_complete) return piece.size();
  if (whole == "\n" || whole == "\r\n") {
    end_header(offset_, lfs_, 0);
  } else if (whole.starts_with("--")) {
    cross_boundary(whole);
  }
  end_line();
  return piece.size();
}

// The header of the innermost part is complete. `more_parts` will come after it, whatever it is.
void SummaryBuilder::Impl::end_header(std::uint64_t body_begin, std::uint64_t lfs_before_body, std::size_t more_parts) {
  in_header_ = false;
  std::size_t level = open_.size() - 1;
  std::size_t index = open_[level].index;
  tree_.part(index).body_begin = tree_.part(index).body_end = body_begin;
  open_[level].lfs_before = lfs_before_body;

  std::int32_t parent = tree_.part(index).parent;
  bool is_message = parent < 0 || tree_.part(static_cast<std::size_t>(parent)).is_message;
  bool in_digest = !is_message && open_[level - 1].is_digest;
  KnownFields fields = known_fields(header_);
  Content content = read_content(fields, in_digest);
  if (!is_ascii(header_) || content.is_global) summary_.is_utf8 = true;
  if (is_message) tree_.set_envelope(index, print_envelope(fields));
  if (parent < 0 && fields.date) {
    if (auto date = parse_date(*fields.date)) {
      summary_.date = date->unix_seconds;
      summary_.date_zone_minutes = date->zone_minutes;
    }
  }
  bool is_leaf = content.kind == Content::Kind::text || content.kind == Content::Kind::basic;
  bool has_room = open_.size() <= limits_.max_depth && tree_.size() + more_parts < limits_.max_parts;
  if (!is_leaf && !has_room) make_opaque(content, fields);
  if (content.kind == Content::Kind::multipart) {
    open_[level].is_multipart = true;
    open_[level].is_digest = content.is_digest;
    boundaries_.open(level, std::move(content.boundary));
  }
  bool has_message = content.kind == Content::Kind::message;
  tree_.set_content(index, std::move(content));
  if (has_message) begin_part(static_cast<std::int32_t>(index), 0, body_begin);
}

std::size_t SummaryBuilder::Impl::feed_body(std::string_view bytes) {
  if (is_watched_) return feed_watched_line(bytes);
  bool is_inside = !is_full_ && !boundaries_.empty();
  if (is_inside && at_line_begin_ && bytes.front() == '-') {
    begin_line();
    is_watched_ = true;
    return feed_watched_line(bytes);
  }
  LineScan scan = is_inside ? scan_to_dashes(bytes, last_) : count_lines(bytes, last_);
  count(scan, bytes);
  at_line_begin_ = last_ == '\n';
  return scan.consumed;
}

std::size_t SummaryBuilder::Impl::feed_watched_line(std::string_view bytes) {
  // The second byte tells whether it is worth more.
  bool is_second_here = line_.size() < 2 && line_.size() + bytes.size() >= 2;
  if (is_second_here && bytes[1 - line_.size()] != '-') {
    is_watched_ = false;
    line_.clear();
    return 0;
  }
  auto end = bytes.find('\n');
  bool is_complete = end != std::string_view::npos;
  std::string_view piece = bytes.substr(0, is_complete ? end + 1 : end);
  count(count_lines(piece, last_), piece);
  std::string_view whole = gather(piece, is_complete);
  if (!is_complete) return piece.size();
  cross_boundary(whole);
  end_line();
  return piece.size();
}

// Ends and begins parts if the line, which is counted already, is a boundary.
void SummaryBuilder::Impl::cross_boundary(std::string_view whole) {
  if (is_full_) return;
  auto match = boundaries_.match(whole);
  if (!match) return;
  std::size_t more_parts = match->is_close ? 0 : 1;
  bool is_empty_closed = match->level + 1 < open_.size() && open_.back().is_multipart && open_.back().children == 0;
  if (more_parts > 0 && tree_.size() + more_parts + (is_empty_closed ? 1 : 0) > limits_.max_parts) {
    is_full_ = true;
    return;
  }
  // The line end before a boundary belongs to it (RFC 2046 §5.1.1).
  std::uint64_t end = line_begin_ - line_break_;
  std::uint64_t lfs_at_end = line_break_ > 0 ? line_lfs_ - 1 : line_lfs_;
  if (in_header_) {
    header_.resize(std::min(header_.size(), header_line_begin_));
    std::uint64_t begin = tree_.part(open_.back().index).header_begin;
    bool is_bare = begin > end;  // there is no header
    while (in_header_) end_header(is_bare ? begin : end, is_bare ? line_lfs_ : lfs_at_end, more_parts);
  }
  close_above(match->level, end, lfs_at_end);
  OpenPart& parent = open_[match->level];
  if (match->is_close) {
    boundaries_.close_from(match->level);
  } else {
    ++parent.children;
    begin_part(static_cast<std::int32_t>(parent.index), parent.children, offset_);
  }
}

// Ends the open parts above `level` at `end`. Where the line end before the boundary is that of the innermost one's
// header, that one is empty, and those around it end with it.
void SummaryBuilder::Impl::close_above(std::size_t level, std::uint64_t end, std::uint64_t lfs_at_end) {
  while (open_.size() > level + 1) {
    const OpenPart& closed = open_.back();
    Part& part = tree_.part(closed.index);
    if (part.body_begin > end) {
      end = part.body_begin;
      lfs_at_end = line_lfs_;
    }
    part.body_end = end;
    tree_.set_lines(closed.index, lfs_at_end - closed.lfs_before);
    if (closed.is_multipart && closed.children == 0) {
      // Every grammar that prints a multipart wants a part in it.
      std::size_t empty = tree_.add(static_cast<std::int32_t>(closed.index), 1, part.body_end);
      tree_.set_content(empty, read_content({}, false));
    }
    open_.pop_back();
  }
  boundaries_.close_from(level + 1);
}

Summary SummaryBuilder::Impl::finish() {
  bool is_cut_boundary = line_.starts_with("--") && (in_header_ || is_watched_);
  if (is_cut_boundary) cross_boundary(line_);
  while (in_header_) end_header(offset_, lfs_, 0);
  // The message itself is closed like any other part.
  open_.insert(open_.begin(), OpenPart{});
  close_above(0, offset_, lfs_);
  summary_.size = offset_;
  summary_.is_unended = offset_ > 0 && last_ != '\n';
  summary_.header_bytes = tree_.part(0).body_begin;
  tree_.finish(summary_);
  return std::move(summary_);
}

SummaryBuilder::SummaryBuilder(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
SummaryBuilder::~SummaryBuilder() = default;
SummaryBuilder::SummaryBuilder(SummaryBuilder&&) noexcept = default;
SummaryBuilder& SummaryBuilder::operator=(SummaryBuilder&&) noexcept = default;

void SummaryBuilder::feed(std::string_view bytes) { impl_->feed(bytes); }

Summary SummaryBuilder::finish() { return impl_->finish(); }

Summary summarize(std::string_view message, Limits limits) {
  SummaryBuilder builder(limits);
  builder.feed(message);
  return builder.finish();
}

const Part* inner_message(const std::vector<Part>& parts, const Part& part) {
  auto next = static_cast<std::size_t>(&part - parts.data()) + 1;
  return part.is_message && next < parts.size() ? &parts[next] : nullptr;
}

const Part* find_part(const std::vector<Part>& parts, const std::vector<std::uint32_t>& path) {
  if (parts.empty()) return nullptr;
  const Part* at = parts.data();
  // What a number counts in: the message, or a part of several parts, or null where there is nothing to count.
  const Part* within = at;
  for (std::uint32_t number : path) {
    if (!within) return nullptr;
    if (within->is_multipart) {
      auto parent = static_cast<std::int32_t>(within - parts.data());
      auto child = std::ranges::find_if(parts, [&](const Part& p) { return p.parent == parent && p.number == number; });
      if (child == parts.end()) return nullptr;
      at = &*child;
    } else if (number == 1) {
      at = within;
    } else {
      return nullptr;
    }
    within = at->is_multipart ? at : inner_message(parts, *at);
  }
  return at;
}

const Part* find_part(const Summary& summary, const std::vector<std::uint32_t>& path) {
  return find_part(summary.parts, path);
}

}  // namespace portreeve::mime
