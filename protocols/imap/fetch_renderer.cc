#include "protocols/imap/fetch_renderer.h"

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/known_fields.h"
#include "core/mime/parameters.h"
#include "core/mime/preview.h"
#include "core/mime/text.h"
#include "protocols/imap/context.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kSummaryBatch = 256;
constexpr std::size_t kSectionBatch = 64;
constexpr std::size_t kMaxTexts = std::size_t{256} * 1024;      // of a batch's summaries, when sections follow
constexpr std::uint64_t kBatchBytes = std::size_t{256} * 1024;  // of a batch's sections, read in one go
constexpr std::uint64_t kSmallPiece = std::size_t{64} * 1024;   // what is longer is read straight into the output
constexpr std::size_t kFirstPiece = std::size_t{4} * 1024;      // of a text, even if the slice is full
// Of a header that HEADER.FIELDS looks at. What lies beyond in a monstrous one isn't found.
constexpr std::uint64_t kMaxFilteredHeader = std::size_t{4} * 1024 * 1024;

// What is decoded to be measured makes no output that would end a turn: after so many bytes it ends all the same.
constexpr std::uint64_t kMaxMeasured = std::size_t{4} * 1024 * 1024;
// Of a part's header, to find its encoding.
constexpr std::uint64_t kMaxPartHeader = std::size_t{256} * 1024;
constexpr std::uint64_t kPreviewBytes = std::size_t{16} * 1024;       // of a text part, with its header
constexpr std::uint64_t kLongPreviewBytes = std::size_t{256} * 1024;  // if all of that shows nothing
constexpr std::size_t kPreviewParts = 4;                              // looked at for text

enum Text : std::uint8_t { kEnvelope, kBody, kBodyStructure };

bool is_whole_message(const Section& section) { return section.part.empty() && section.text == Section::Text::all; }

store::Error too_short() { return {store::Errc::corrupt, "a body is shorter than its summary says"}; }

bool is_leaf(const mime::Part& part) { return !part.is_multipart && !part.is_message; }

// The text that a part shows, or nothing. `bytes` are its header and as much of its body as is looked at.
std::string preview_of(std::string_view bytes, std::uint64_t header_bytes) {
  if (bytes.size() <= header_bytes) return {};
  const std::string_view header = bytes.substr(0, header_bytes);
  if (!mime::is_text_part(header)) return {};
  const mime::KnownFields fields = mime::known_fields(header);
  if (fields.disposition) {
    const auto disposition = mime::parse_disposition(*fields.disposition);
    if (disposition && base::equals_ignoring_case(disposition->kind, "attachment")) return {};
  }
  const auto type = fields.content_type ? mime::parse_content_type(*fields.content_type) : std::nullopt;
  const bool is_html = type && type->is("text", "html");
  return mime::preview(mime::decode_text(header, bytes.substr(header_bytes), kLongPreviewBytes), is_html);
}

std::size_t total(const std::size_t (&sizes)[3]) { return sizes[0] + sizes[1] + sizes[2]; }

}  // namespace

Extent clipped(Extent extent, const std::optional<Partial>& partial) {
  if (!partial) return extent;
  extent.begin = std::min(extent.end, extent.begin + partial->offset);
  extent.end = std::min(extent.end, extent.begin + partial->length);
  return extent;
}

FetchRenderer::FetchRenderer(store::Store& store, const View& view, const Fetch& command, Numbers numbers,
                             const SequenceRanges& sequences, std::vector<std::uint32_t> told, bool with_mod_seq,
                             bool is_uid_only)
    : store_(store),
      view_(view),
      sequences_(sequences),
      told_(std::move(told)),
      wants_uid_(numbers == Numbers::uid && !is_uid_only),
      with_mod_seq_(with_mod_seq),
      is_uid_only_(is_uid_only) {
  for (const FetchItem& item : command.items) {
    switch (item.kind) {
      case FetchItem::Kind::uid: wants_uid_ = true; break;
      case FetchItem::Kind::flags: wants_flags_ = true; break;
      case FetchItem::Kind::internal_date: wants_date_ = true; break;
      case FetchItem::Kind::save_date: wants_save_date_ = true; break;
      case FetchItem::Kind::rfc822_size: wants_size_ = true; break;
      case FetchItem::Kind::mod_seq: wants_mod_seq_ = true; break;
      case FetchItem::Kind::email_id: wants_email_id_ = true; break;
      case FetchItem::Kind::thread_id: wants_thread_id_ = true; break;
      case FetchItem::Kind::envelope: wants_text_[kEnvelope] = needs_summary_ = true; break;
      case FetchItem::Kind::body: wants_text_[kBody] = needs_summary_ = true; break;
      case FetchItem::Kind::body_structure: wants_text_[kBodyStructure] = needs_summary_ = true; break;
      case FetchItem::Kind::binary:
      case FetchItem::Kind::binary_size:
      case FetchItem::Kind::preview:
        sections_.push_back(&item);
        field_names_.emplace_back();
        needs_summary_ = true;
        if (item.kind != FetchItem::Kind::preview) reads_texts_ = true;
        break;
      case FetchItem::Kind::section:
      case FetchItem::Kind::rfc822:
      case FetchItem::Kind::rfc822_header:
      case FetchItem::Kind::rfc822_text:
        sections_.push_back(&item);
        field_names_.emplace_back();
        if (item.section.is_filtered()) field_names_.back().emplace(item.section.fields);
        if (!is_whole_message(item.section)) needs_summary_ = true;
        if (item.section.text == Section::Text::all || item.section.text == Section::Text::text) reads_texts_ = true;
        break;
    }
  }
  if (has_next()) next_ = sequences_.front().first;
}

const store::Message& FetchRenderer::at(std::uint32_t sequence) {
  if (block_ == nullptr || sequence - block_first_ >= block_->size()) {
    const store::Snapshot& messages = view_.messages();
    const auto end = std::ranges::lower_bound(messages.ends, sequence);
    block_ = messages.blocks[static_cast<std::size_t>(end - messages.ends.begin())].get();
    block_first_ = *end - static_cast<std::uint32_t>(block_->size()) + 1;
  }
  return (*block_)[sequence - block_first_];
}

FetchRenderer::Asked FetchRenderer::next() {
  Asked asked{next_, &at(next_)};
  while (next_told_ < told_.size() && told_[next_told_] < next_) ++next_told_;
  asked.is_told_flags = next_told_ < told_.size() && told_[next_told_] == next_;
  if (next_ < sequences_[range_].last) {
    ++next_;
  } else {
    ++range_;
    if (has_next()) next_ = sequences_[range_].first;
  }
  return asked;
}

void FetchRenderer::gather(std::size_t most, std::uint64_t most_bytes) {
  if (gathered_at_ < gathered_.size()) return;
  gathered_.clear();
  gathered_at_ = 0;
  std::uint64_t bytes = 0;
  while (gathered_.size() < most && bytes < most_bytes && has_next()) {
    gathered_.push_back(next());
    bytes += gathered_.back().message->size;
  }
}

FetchRenderer::Outcome FetchRenderer::render(std::string& out, std::size_t limit) {
  const std::size_t end = out.size() + limit;
  // What was in the output before has been sent.
  message_mark_.reset();
  measured_ = 0;
  while (out.size() < end && measured_ < kMaxMeasured) {
    bool is_going = true;
    if (literal_.begin < literal_.end) {
      if (!read_piece(out, end)) return Outcome::broken;
    } else if (writer_) {
      if (!write_section(out, end)) return Outcome::broken;
    } else if (ready_at_ < ready_.size()) {
      // With some of its text at once: a message that is gone can only be passed over while nothing of it was sent.
      begin_message(out);
      if (!write_section(out, end)) return Outcome::broken;
    } else if (!sections_.empty()) {
      is_going = prepare();
    } else if (needs_summary_) {
      is_going = render_from_summaries(out, end);
    } else {
      is_going = render_from_memory(out, end);
    }
    if (has_failed_) return Outcome::failed;
    if (!is_going) return Outcome::done;
  }
  return Outcome::more;
}

bool FetchRenderer::render_from_memory(std::string& out, std::size_t end) {
  constexpr std::string_view kNoTexts[3] = {};
  while (out.size() < end) {
    if (!has_next()) return false;
    const Asked asked = next();
    FetchWriter fetch(out, number_of(asked), is_uid_only_);
    write_head(fetch, asked, kNoTexts);
    fetch.finish();
  }
  return true;
}

bool FetchRenderer::render_from_summaries(std::string& out, std::size_t end) {
  gather(kSummaryBatch, UINT64_MAX);
  if (gathered_at_ == gathered_.size()) return false;
  std::vector<store::BodyId> bodies;
  bodies.reserve(gathered_.size() - gathered_at_);
  for (std::size_t i = gathered_at_; i < gathered_.size(); ++i) bodies.push_back(gathered_[i].message->body);
  const auto taken = store_.summaries(bodies, [&](std::size_t, const mime::Summary* summary) {
    const Asked& asked = gathered_[gathered_at_++];
    if (summary == nullptr) {
      has_missed_ = true;
      return true;
    }
    FetchWriter fetch(out, number_of(asked), is_uid_only_);
    write_head(fetch, asked, {summary->envelope, summary->body, summary->body_structure});
    fetch.finish();
    return out.size() < end;
  });
  if (!taken) {
    error_ = taken.error();
    has_failed_ = true;
  }
  return true;
}

bool FetchRenderer::prepare() {
  ready_.clear();
  ready_at_ = 0;
  texts_.clear();
  pieces_.clear();
  bytes_.clear();
  gather(kSectionBatch, reads_texts_ ? kBatchBytes : UINT64_MAX);
  if (gathered_at_ == gathered_.size()) return false;
  if (needs_summary_) {
    prepare_from_summaries();
  } else {
    while (gathered_at_ < gathered_.size()) {
      const Asked& asked = gathered_[gathered_at_++];
      ready_.push_back({.asked = asked, .pieces_begin = pieces_.size()});
      for (const FetchItem* item : sections_)
        pieces_.push_back({.extent = clipped({0, asked.message->size}, item->partial)});
    }
  }
  if (!has_failed_) read_small_pieces();
  return true;
}

std::uint64_t FetchRenderer::bytes_wanted(std::size_t section, const Extent& extent) const {
  const std::uint64_t length = extent.end - extent.begin;
  return field_names_[section] ? std::min(length, kMaxFilteredHeader) : length;
}

void FetchRenderer::read_small_pieces() {
  std::vector<store::Store::BodyRange> ranges;
  std::vector<Piece*> pieces;
  std::uint64_t bytes = 0;
  for (const Ready& ready : ready_) {
    for (std::size_t section = 0; section < sections_.size(); ++section) {
      Piece& piece = pieces_[ready.pieces_begin + section];
      if (!piece.extent) continue;
      const std::uint64_t length = bytes_wanted(section, *piece.extent);
      if (length > kSmallPiece || bytes + length > kBatchBytes) continue;
      bytes += length;
      ranges.push_back({ready.asked.message->body, piece.extent->begin, length});
      pieces.push_back(&piece);
    }
  }
  if (ranges.empty()) return;
  const auto done = store_.read_bodies(ranges, bytes_, [&](std::size_t i, bool is_there) {
    const std::size_t begin = i == 0 ? 0 : pieces[i - 1]->begin + pieces[i - 1]->size;
    pieces[i]->bytes = is_there ? Piece::Bytes::read : Piece::Bytes::gone;
    pieces[i]->begin = begin;
    pieces[i]->size = bytes_.size() - begin;
    return true;
  });
  if (!done) {
    error_ = done.error();
    has_failed_ = true;
  }
}

// Bodies aren't read inside: the store's read is one short transaction.
void FetchRenderer::prepare_from_summaries() {
  std::vector<store::BodyId> bodies;
  for (std::size_t i = gathered_at_; i < gathered_.size(); ++i) bodies.push_back(gathered_[i].message->body);
  const auto taken = store_.summaries(bodies, [&](std::size_t, const mime::Summary* summary) {
    const Asked& asked = gathered_[gathered_at_++];
    if (summary == nullptr) {
      has_missed_ = true;
      return true;
    }
    Ready ready{.asked = asked, .texts_begin = texts_.size(), .pieces_begin = pieces_.size()};
    const std::string* texts[3] = {&summary->envelope, &summary->body, &summary->body_structure};
    for (std::size_t i = 0; i < 3; ++i) {
      if (!wants_text_[i]) continue;
      texts_ += *texts[i];
      ready.text_sizes[i] = texts[i]->size();
    }
    for (const FetchItem* item : sections_) pieces_.push_back(plan_piece(*item, *summary));
    ready_.push_back(ready);
    return texts_.size() < kMaxTexts;
  });
  if (!taken) {
    error_ = taken.error();
    has_failed_ = true;
  }
}

FetchRenderer::Piece FetchRenderer::plan_piece(const FetchItem& item, const mime::Summary& summary) const {
  Piece piece;
  if (item.kind == FetchItem::Kind::preview) {
    for (std::size_t i = 0; i < summary.parts.size() && piece.alternatives.size() < kPreviewParts; ++i) {
      const mime::Part& part = summary.parts[i];
      // What is in an attached message isn't this one's text. Its parts come after it, so this ends the search.
      if (part.is_message) break;
      if (is_leaf(part))
        piece.alternatives.push_back({{part.header_begin, part.body_end}, part.body_begin - part.header_begin});
    }
    if (piece.alternatives.empty()) return piece;
    const Part first = piece.alternatives.front();
    piece.extent = clipped(first.extent, Partial{0, kPreviewBytes});
    piece.header_bytes = first.header_bytes;
    return piece;
  }
  if (item.kind == FetchItem::Kind::binary || item.kind == FetchItem::Kind::binary_size) {
    const mime::Part* part = mime::find_part(summary, item.section.part);
    // The whole message and what holds parts may not be encoded (RFC 2045 §6.4).
    if (part != nullptr && !item.section.part.empty() && is_leaf(*part)) {
      piece.extent = Extent{part->header_begin, part->body_end};
      piece.header_bytes = part->body_begin - part->header_begin;
      return piece;
    }
  }
  piece.extent = section_extent(item.section, summary);
  // A filtered header is cut once it is filtered.
  if (piece.extent && !item.section.is_filtered()) piece.extent = clipped(*piece.extent, item.partial);
  return piece;
}

void FetchRenderer::write_head(FetchWriter& fetch, const Asked& asked, const std::string_view (&texts)[3]) const {
  if (wants_uid_) fetch.uid(asked.message->uid);
  const bool has_flags = wants_flags_ || asked.is_told_flags;
  if (has_flags) write_message_flags(fetch, *asked.message, view_);
  if (wants_mod_seq_ || (has_flags && with_mod_seq_)) fetch.mod_seq(asked.message->mod_seq);
  if (wants_email_id_) fetch.email_id(asked.message->body);
  if (wants_thread_id_) fetch.no_thread_id();
  if (wants_date_) fetch.internal_date(asked.message->internal_date);
  if (wants_save_date_) fetch.save_date(asked.message->save_date);
  if (wants_size_) fetch.rfc822_size(asked.message->size);
  if (wants_text_[kEnvelope]) fetch.envelope(texts[kEnvelope]);
  if (wants_text_[kBody]) fetch.body(texts[kBody]);
  if (wants_text_[kBodyStructure]) fetch.body_structure(texts[kBodyStructure]);
}

void FetchRenderer::begin_message(std::string& out) {
  const Ready& ready = ready_[ready_at_];
  const std::string_view all = std::string_view(texts_).substr(ready.texts_begin, total(ready.text_sizes));
  const std::string_view texts[3] = {
      all.substr(0, ready.text_sizes[kEnvelope]),
      all.substr(ready.text_sizes[kEnvelope], ready.text_sizes[kBody]),
      all.substr(ready.text_sizes[kEnvelope] + ready.text_sizes[kBody]),
  };
  message_mark_ = out.size();
  writer_.emplace(out, number_of(ready.asked), is_uid_only_);
  write_head(*writer_, ready.asked, texts);
  section_ = 0;
}

bool FetchRenderer::write_section(std::string& out, std::size_t end) {
  if (section_ == sections_.size()) {
    writer_->finish();
    writer_.reset();
    ++ready_at_;
    return true;
  }
  const FetchItem& item = *sections_[section_];
  const Piece& piece = pieces_[ready_[ready_at_].pieces_begin + section_];
  if (!piece.extent) {
    if (item.kind == FetchItem::Kind::preview) {
      // RFC 8970 §3.1: there is none to be had.
      writer_->preview("");
    } else if (item.kind == FetchItem::Kind::binary_size) {
      writer_->binary_size(item, 0);
    } else {
      writer_->nil(item);
    }
    ++section_;
    return true;
  }
  if (piece.bytes == Piece::Bytes::gone) return give_up_message(out, {store::Errc::not_found, "expunged meanwhile"});
  if (field_names_[section_]) return write_fields(out, item, piece);
  if (item.kind == FetchItem::Kind::preview) return write_preview(out, piece);
  if (piece.header_bytes) return write_decoded(out, end, item, piece);
  return write_plain(out, end, item, piece);
}

bool FetchRenderer::write_plain(std::string& out, std::size_t end, const FetchItem& item, const Piece& piece) {
  if (item.kind == FetchItem::Kind::binary_size) {
    writer_->binary_size(item, piece.extent->end - piece.extent->begin);
    ++section_;
    return true;
  }
  const std::uint64_t length = piece.extent->end - piece.extent->begin;
  if (piece.bytes == Piece::Bytes::read) {
    if (piece.size != length) return give_up_message(out, too_short());
    writer_->literal(item, length);
    out.append(bytes_, piece.begin, piece.size);
    ++section_;
    return true;
  }
  writer_->literal(item, length);
  literal_ = *piece.extent;
  ++section_;
  return read_piece(out, std::max(end, out.size() + kFirstPiece));
}

bool FetchRenderer::write_decoded(std::string& out, std::size_t end, const FetchItem& item, const Piece& piece) {
  const Extent body{piece.extent->begin + *piece.header_bytes, piece.extent->end};
  std::string own;
  std::string_view held = std::string_view(bytes_).substr(piece.begin, piece.size);
  const bool is_held = piece.bytes == Piece::Bytes::read;
  if (is_held && piece.size != piece.extent->end - piece.extent->begin) return give_up_message(out, too_short());
  if (!is_held) {
    auto header = read_up_to({piece.extent->begin, body.begin}, kMaxPartHeader);
    if (!header) return give_up_message(out, header.error());
    held = own = std::move(*header);
  }
  const mime::KnownFields fields = mime::known_fields(held.substr(0, *piece.header_bytes));
  const mime::TransferEncoding encoding = mime::transfer_encoding(fields.transfer_encoding.value_or(""));
  switch (encoding) {
    case mime::TransferEncoding::unknown:
      has_unknown_encoding_ = true;
      if (item.kind == FetchItem::Kind::binary_size) {
        writer_->binary_size(item, body.end - body.begin);
      } else {
        writer_->nil(item);
      }
      ++section_;
      return true;
    case mime::TransferEncoding::identity: {
      // What is stored as it is has no NUL, so that no literal8 is needed.
      Piece plain;
      plain.extent = clipped(body, item.partial);
      if (is_held) {
        plain.bytes = Piece::Bytes::read;
        plain.begin = piece.begin + (plain.extent->begin - piece.extent->begin);
        plain.size = plain.extent->end - plain.extent->begin;
      }
      return write_plain(out, end, item, plain);
    }
    case mime::TransferEncoding::base64:
    case mime::TransferEncoding::quoted_printable: break;
  }
  if (!is_held) return write_measured(out, end, item, body, encoding);
  const std::string decoded = mime::decode_transfer(encoding, held.substr(*piece.header_bytes), held.size());
  const Extent part = clipped({0, decoded.size()}, item.partial);
  const std::string_view wanted = std::string_view(decoded).substr(part.begin, part.end - part.begin);
  if (item.kind == FetchItem::Kind::binary_size) {
    writer_->binary_size(item, wanted.size());
  } else {
    writer_->literal(item, wanted.size(), wanted.contains('\0'));
    out += wanted;
  }
  ++section_;
  return true;
}

// Its size stands before the literal, so that a big one is decoded twice rather than held.
bool FetchRenderer::write_measured(std::string& out, std::size_t end, const FetchItem& item, Extent body,
                                   mime::TransferEncoding encoding) {
  const store::BodyId id = ready_[ready_at_].asked.message->body;
  const Partial partial = item.partial.value_or(Partial{0, UINT32_MAX});
  measured_ += body.end - body.begin;
  const auto measure = DecodedPart(store_, id, body.begin, body.end, encoding).measure(partial.offset, partial.length);
  if (!measure) return give_up_message(out, measure.error());
  if (item.kind == FetchItem::Kind::binary_size) {
    writer_->binary_size(item, measure->size);
    ++section_;
    return true;
  }
  decoded_.emplace(store_, id, body.begin, body.end, encoding);
  if (measure->size > 0) {
    if (const auto skipped = decoded_->skip(partial.offset); !skipped) return give_up_message(out, skipped.error());
  }
  writer_->literal(item, measure->size, measure->has_nul);
  literal_ = {0, measure->size};
  ++section_;
  return read_piece(out, std::max(end, out.size() + kFirstPiece));
}

bool FetchRenderer::write_preview(std::string& out, const Piece& piece) {
  std::string text;
  for (std::size_t i = 0; i < piece.alternatives.size() && text.empty(); ++i) {
    const Part& part = piece.alternatives[i];
    if (i == 0 && piece.bytes == Piece::Bytes::read) {
      text = preview_of(std::string_view(bytes_).substr(piece.begin, piece.size), part.header_bytes);
    }
    const bool is_all_seen = i == 0 && piece.bytes == Piece::Bytes::read && part.extent.end == piece.extent->end;
    if (!text.empty() || is_all_seen) continue;
    for (const std::uint64_t most : {kPreviewBytes, kLongPreviewBytes}) {
      const auto more = read_up_to(part.extent, most);
      if (!more) return give_up_message(out, more.error());
      text = preview_of(*more, part.header_bytes);
      if (!text.empty() || more->size() == part.extent.end - part.extent.begin) break;
    }
  }
  writer_->preview(text);
  ++section_;
  return true;
}

store::Result<std::string> FetchRenderer::read_up_to(Extent extent, std::uint64_t most) {
  std::string out;
  const std::uint64_t length = std::min(extent.end - extent.begin, most);
  const auto read = store_.read_body(ready_[ready_at_].asked.message->body, extent.begin, length, out);
  if (!read) return std::unexpected(read.error());
  return out;
}

bool FetchRenderer::write_fields(std::string& out, const FetchItem& item, const Piece& piece) {
  std::string own;
  std::string_view header = std::string_view(bytes_).substr(piece.begin, piece.size);
  if (piece.bytes == Piece::Bytes::unread) {
    const auto read = store_.read_body(ready_[ready_at_].asked.message->body, piece.extent->begin,
                                       bytes_wanted(section_, *piece.extent), own);
    if (!read) return give_up_message(out, read.error());
    header = own;
  }
  const std::string fields =
      mime::header_fields(header, *field_names_[section_], item.section.text == Section::Text::header_fields_not);
  const Extent part = clipped({0, fields.size()}, item.partial);
  writer_->literal(item, part.end - part.begin);
  out.append(fields, part.begin, part.end - part.begin);
  ++section_;
  return true;
}

bool FetchRenderer::read_piece(std::string& out, std::size_t end) {
  const std::size_t had = out.size();
  const std::uint64_t length = std::min<std::uint64_t>(literal_.end - literal_.begin, end - had);
  const auto read = decoded_ ? decoded_->read(length, out)
                             : store_.read_body(ready_[ready_at_].asked.message->body, literal_.begin, length, out);
  if (!read) return give_up_message(out, read.error());
  if (out.size() - had != length) return give_up_message(out, too_short());
  literal_.begin += length;
  if (literal_.begin == literal_.end) decoded_.reset();
  return true;
}

// False: the client has some of the message already.
bool FetchRenderer::give_up_message(std::string& out, store::Error error) {
  error_ = std::move(error);
  if (!message_mark_) return false;
  out.resize(*message_mark_);
  literal_ = {};
  decoded_.reset();
  writer_.reset();
  ++ready_at_;
  // RFC 2180 §4.1: expunged by another session, and its body swept.
  if (error_.code == store::Errc::not_found) {
    has_missed_ = true;
  } else {
    has_failed_ = true;
  }
  return true;
}

}  // namespace portreeve::imap
