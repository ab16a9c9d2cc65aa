// The arguments of APPEND and REPLACE, which end and go on with each message's literal. The literals stay where they
// are.
#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

bool message_literal(Grammar& grammar, AppendStretch& stretch) {
  const bool is_binary = grammar.try_char('~');  // literal8 = "~{" number ["+"] "}" CRLF *OCTET (RFC 3516 §7)
  LiteralHeader header;
  if (!grammar.literal_header(header)) return false;
  stretch.literal = {.size = header.size, .is_synchronizing = header.is_synchronizing, .is_binary = is_binary};
  return true;
}

// append-data =/ "UTF8" SP "(" literal8 ")" (RFC 6855 §4). The message is kept as it is: it needn't have binary data.
bool utf8_literal(Grammar& grammar, AppendStretch& stretch) {
  if (!grammar.sp() || !grammar.expect('(', "Expected a parenthesis") || !message_literal(grammar, stretch))
    return false;
  stretch.literal->is_binary = false;
  stretch.literal->is_in_utf8 = true;
  return true;
}

bool cat_url(Grammar& grammar, std::vector<std::string>& urls) {
  if (urls.size() == grammar.limits().max_list_items) return grammar.fail("Too many URLs");
  if (!grammar.sp() || !grammar.astring(urls.emplace_back())) return false;
  return !urls.back().empty() || grammar.fail("A URL can't be empty");
}

// cat-part *(SP cat-part) ")", up to a literal. cat-part = "TEXT" SP literal / "URL" SP astring (RFC 4469 §5); RFC 6855
// §4 adds its UTF8 data item.
bool cat_parts(Grammar& grammar, std::vector<std::string>& urls, AppendStretch& stretch) {
  for (;;) {
    Word part;
    if (!grammar.word(part, "Expected TEXT or URL")) return false;
    if (part == "TEXT" || part == "UTF8") {
      if (part == "UTF8") {
        if (!utf8_literal(grammar, stretch)) return false;
      } else if (!grammar.sp() || !message_literal(grammar, stretch)) {
        return false;
      }
      if (stretch.literal->is_binary) return grammar.fail("TEXT takes no literal8");
      stretch.literal->is_in_catenation = true;
      return true;
    }
    if (part != "URL") return grammar.fail("Expected TEXT or URL");
    if (!cat_url(grammar, urls)) return false;
    if (grammar.try_char(')')) return true;
    if (!grammar.sp()) return false;
  }
}

// append-message = [SP flag-list] [SP date-time] SP append-data (RFC 3502 §7)
bool append_message(Grammar& grammar, AppendStretch& stretch) {
  AppendMessage& message = stretch.messages.emplace_back();
  if (!grammar.sp()) return false;
  if (grammar.peek() == '(' && (!grammar.flag_list(message.flags) || !grammar.sp())) return false;
  if (grammar.peek() == '"' && (!grammar.date_time(message.internal_date.emplace()) || !grammar.sp())) return false;
  if (grammar.try_word("UTF8")) return utf8_literal(grammar, stretch);
  if (!grammar.try_word("CATENATE")) return message_literal(grammar, stretch);
  return grammar.sp() && grammar.expect('(', "Expected a parenthesis") && cat_parts(grammar, message.urls, stretch);
}

// Up to a literal or the command's end: a message that is put together from URLs alone has no literal.
bool append_messages(Grammar& grammar, bool takes_more, AppendStretch& stretch) {
  do {
    if (!append_message(grammar, stretch)) return false;
    if (stretch.literal) return true;
  } while (takes_more && !grammar.is_at_end());
  return grammar.end_of_command();
}

}  // namespace

// append = "APPEND" SP mailbox 1*append-message
bool append_arguments(Grammar& grammar, Append& append) {
  return grammar.sp() && grammar.mailbox(append.mailbox) && append_messages(grammar, true, append.first);
}

// replace = "REPLACE" SP seq-number SP mailbox append-message (RFC 8508 §4)
bool replace_arguments(Grammar& grammar, Replace& replace) {
  if (!grammar.sp() || !grammar.sequence_set(replace.set)) return false;
  const auto ranges = replace.set.ranges();
  if (ranges.size() != 1 || ranges.front().first != ranges.front().last) return grammar.fail("Expected one number");
  return grammar.sp() && grammar.mailbox(replace.mailbox) && append_messages(grammar, false, replace.first);
}

bool append_rest(Grammar& grammar, AppendPlace place, AppendStretch& stretch) {
  if (place.is_in_utf8 && !grammar.expect(')', "Expected a closing parenthesis")) return false;
  if (place.is_in_catenation && !grammar.try_char(')')) {
    if (!grammar.sp() || !cat_parts(grammar, stretch.urls, stretch)) return false;
    if (stretch.literal) return true;
  }
  if (grammar.is_at_end() || !place.takes_more) return grammar.end_of_command();
  return append_messages(grammar, true, stretch);
}

}  // namespace portreeve::imap
