#include "protocols/imap/parser.h"

#include <algorithm>
#include <utility>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

// A literal's marker at a line's end fits in this: "{", 20 digits, "+}", CRLF.
constexpr std::size_t kMarkerBytes = 32;

std::string tag_of(std::string_view bytes, const Limits& limits) {
  std::string tag;
  return Grammar(bytes, limits).tag(tag) ? tag : std::string();
}

// RFC 4469 §5 defines the code, RFC 7889 §4 its use here.
Reply too_big() { return Reply::no("The message is too big", "TOOBIG"); }
// RFC 7888 §5: BAD, also where APPEND's message is meant.
Reply unasked_too_big() { return Reply::bad("So big a literal must be announced first", "TOOBIG"); }

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void Parser::start_command() {
  phase_ = Phase::command;
  line_begin_ = 0;
  searched_ = 0;
  literals_ = 0;
}

Step Parser::die(std::size_t consumed) {
  phase_ = Phase::dead;
  return {consumed, Rejected{{}, Reply::bye("Too much to skip"), true}};
}

std::optional<Step> Parser::pass_refused(std::string_view bytes, std::size_t& begin) {
  if (phase_ == Phase::skip_literal || phase_ == Phase::skip_line) {
    begin = skip(bytes);
    if (phase_ == Phase::skip_literal || phase_ == Phase::skip_line) return Step{begin, NeedMore{}};
  }
  if (phase_ == Phase::doomed) return die(begin);
  if (phase_ == Phase::dead) return Step{bytes.size(), NeedMore{}};
  return std::nullopt;
}

Step Parser::next(std::string_view bytes) {
  std::size_t begin = 0;
  if (auto step = pass_refused(bytes, begin)) return std::move(*step);
  Step step = next_command(bytes.substr(begin));
  step.consumed += begin;
  return step;
}

Step Parser::next_command(std::string_view bytes) {
  const bool is_tail = phase_ == Phase::append_tail;
  std::size_t begin = 0;
  for (;;) {
    std::string_view text = bytes.substr(begin);
    std::size_t line_end = text.find('\n', std::min(searched_, text.size()));
    bool has_line = line_end != std::string_view::npos;
    std::size_t seen = has_line ? ++line_end : text.size();
    bool is_too_long =
        seen > line_begin_ && (seen - line_begin_ > limits_.max_line_bytes || seen > limits_.max_command_bytes);
    if (is_too_long) {
      Rejected rejected{is_tail ? std::move(append_tag_) : tag_of(text, limits_), Reply::bad("The line is too long")};
      return has_line ? reject(text.substr(0, line_end), begin, std::move(rejected))
                      : reject_unended(text, begin, std::move(rejected));
    }
    if (!has_line) {
      searched_ = std::max(searched_, text.size());
      return {begin, NeedMore{}};
    }
    text = text.substr(0, line_end);
    // Some clients send a stray CRLF before a command.
    if (!is_tail && without_line_end(text).empty()) {
      begin += line_end;
      start_command();
      continue;
    }

    Command command;
    AppendStretch stretch;
    Grammar grammar(text, limits_);
    if (is_tail) {
      if (append_rest(grammar, append_place_, stretch)) return finish(std::move(stretch), begin + line_end, text);
      command.tag = append_tag_;
    } else if (parse_command(grammar, command)) {
      return finish(std::move(command), begin + line_end, text);
    }
    if (!grammar.pending()) return reject(text, begin, {std::move(command.tag), grammar.failure()});

    // The grammar wants a literal behind this line.
    std::uint64_t size = grammar.pending()->size;
    bool is_too_big = size > limits_.max_literal_bytes || line_end + size > limits_.max_command_bytes;
    if (is_unasked_too_big(*grammar.pending())) {
      return reject(text, begin, {std::move(command.tag), unasked_too_big()});
    }
    if (is_too_big || ++literals_ > limits_.max_literals) {
      // RFC 7888 §4: a refused non-synchronizing literal comes all the same; it is dropped.
      Reply why = is_too_big ? Reply::bad("The literal is too big", "TOOBIG") : Reply::bad("Too many literals");
      return reject(text, begin, {std::move(command.tag), std::move(why)});
    }
    line_begin_ = searched_ = line_end + static_cast<std::size_t>(size);
    if (grammar.pending()->is_synchronizing) return {begin, AcceptLiteral{}};
  }
}

std::optional<Reply> Parser::begin_literal(const AppendStretch& stretch, std::string tag, AppendPlace place) {
  start_command();
  if (!stretch.literal) return std::nullopt;
  if (stretch.literal->size > limits_.max_append_bytes) return too_big();
  if (is_unasked_too_big(*stretch.literal)) return unasked_too_big();
  phase_ = Phase::append_tail;
  append_tag_ = std::move(tag);
  append_place_ = place;
  append_place_.is_in_utf8 = stretch.literal->is_in_utf8;
  append_place_.is_in_catenation = stretch.literal->is_in_catenation;
  return std::nullopt;
}

Step Parser::finish(Command command, std::size_t consumed, std::string_view text) {
  start_command();
  const AppendStretch* stretch = append_stretch(command.body);
  if (stretch == nullptr) return {consumed, std::move(command)};
  const AppendPlace place{.takes_more = std::holds_alternative<Append>(command.body)};
  if (auto refusal = begin_literal(*stretch, command.tag, place))
    return reject(text, consumed - text.size(), {std::move(command.tag), *std::move(refusal)});
  return {consumed, std::move(command)};
}

Step Parser::finish(AppendStretch stretch, std::size_t consumed, std::string_view text) {
  std::string tag = std::move(append_tag_);
  if (auto refusal = begin_literal(stretch, tag, append_place_))
    return reject(text, consumed - text.size(), {std::move(tag), *std::move(refusal)});
  return {consumed, std::move(stretch)};
}

Step Parser::reject(std::string_view text, std::size_t begin, Rejected rejected) {
  start_command();
  std::size_t consumed = begin + text.size();
  // A synchronizing literal isn't sent once the command is refused.
  auto literal = literal_at_end(text);
  if (literal && !literal->is_synchronizing) {
    skipped_ = text.size();
    skip_literal(literal->size);
  }
  return {consumed, std::move(rejected)};
}

Step Parser::reject_unended(std::string_view text, std::size_t begin, Rejected rejected) {
  // What lies before this line are lines and literals that are done with.
  std::size_t line_begin = line_begin_;
  start_command();
  phase_ = Phase::skip_line;
  skipped_ = line_begin;
  skipped_tail_.clear();
  skip(text.substr(line_begin));  // no LF in it
  return {begin + text.size(), std::move(rejected)};
}

void Parser::skip_append(std::uint64_t unread) {
  start_command();
  phase_ = Phase::skip_literal;
  to_skip_ = unread;
  skipped_ = 0;
}

std::size_t Parser::skip(std::string_view bytes) {
  std::size_t position = 0;
  while (phase_ == Phase::skip_literal || (phase_ == Phase::skip_line && position < bytes.size())) {
    std::string_view rest = bytes.substr(position);
    if (phase_ == Phase::skip_literal) {
      std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, rest.size()));
      position += taken;
      to_skip_ -= taken;
      if (to_skip_ > 0) break;
      phase_ = Phase::skip_line;
      skipped_tail_.clear();
      continue;
    }
    std::size_t line_end = rest.find('\n');
    bool is_whole = line_end != std::string_view::npos;
    std::string_view line = rest.substr(0, is_whole ? line_end + 1 : rest.size());
    position += line.size();
    skipped_ += line.size();
    if (line.size() < kMarkerBytes) {
      skipped_tail_ += line;
      if (skipped_tail_.size() > kMarkerBytes) skipped_tail_.erase(0, skipped_tail_.size() - kMarkerBytes);
    } else {
      skipped_tail_ = line.substr(line.size() - kMarkerBytes);
    }
    if (skipped_ > limits_.max_skipped_bytes) {
      phase_ = Phase::doomed;
    } else if (is_whole) {
      end_skipped_line();
    }
  }
  return position;
}

void Parser::end_skipped_line() {
  auto literal = literal_at_end(skipped_tail_);
  if (literal && !literal->is_synchronizing) {
    skip_literal(literal->size);
  } else {
    start_command();
  }
}

void Parser::skip_literal(std::uint64_t size) {
  bool is_bearable = skipped_ <= limits_.max_skipped_bytes && size <= limits_.max_skipped_bytes - skipped_;
  phase_ = is_bearable ? Phase::skip_literal : Phase::doomed;
  to_skip_ = size;
  skipped_ += is_bearable ? size : 0;
}

Step Parser::next_line(std::string_view bytes) {
  std::size_t begin = 0;
  if (auto step = pass_refused(bytes, begin)) return std::move(*step);
  std::string_view text = bytes.substr(begin);
  std::size_t line_end = text.find('\n', std::min(searched_, text.size()));
  bool has_line = line_end != std::string_view::npos;
  std::size_t seen = has_line ? ++line_end : text.size();
  if (seen > limits_.max_line_bytes) {
    Rejected rejected{{}, Reply::bad("The line is too long")};
    if (!has_line) return reject_unended(text, begin, std::move(rejected));
    start_command();
    return {begin + line_end, std::move(rejected)};
  }
  if (!has_line) {
    searched_ = text.size();
    return {begin, NeedMore{}};
  }
  start_command();
  return {begin + line_end, Line{without_line_end(text.substr(0, line_end))}};
}

}  // namespace portreeve::imap
