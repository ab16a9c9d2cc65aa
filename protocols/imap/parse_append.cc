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

// append-message = [SP flag-list] [SP date-time] SP append-data (RFC 3502 §7)
bool append_message(Grammar& grammar, AppendStretch& stretch) {
  AppendMessage& message = stretch.messages.emplace_back();
  if (!grammar.sp()) return false;
  if (grammar.peek() == '(' && (!grammar.flag_list(message.flags) || !grammar.sp())) return false;
  if (grammar.peek() == '"' && (!grammar.date_time(message.internal_date.emplace()) || !grammar.sp())) return false;
  return grammar.try_word("UTF8") ? utf8_literal(grammar, stretch) : message_literal(grammar, stretch);
}

}  // namespace

// append = "APPEND" SP mailbox 1*append-message
bool append_arguments(Grammar& grammar, Append& append) {
  return grammar.sp() && grammar.mailbox(append.mailbox) && append_message(grammar, append.first);
}

// replace = "REPLACE" SP seq-number SP mailbox append-message (RFC 8508 §4)
bool replace_arguments(Grammar& grammar, Replace& replace) {
  if (!grammar.sp() || !grammar.sequence_set(replace.set)) return false;
  const auto ranges = replace.set.ranges();
  if (ranges.size() != 1 || ranges.front().first != ranges.front().last) return grammar.fail("Expected one number");
  return grammar.sp() && grammar.mailbox(replace.mailbox) && append_message(grammar, replace.first);
}

bool append_rest(Grammar& grammar, AppendPlace place, AppendStretch& stretch) {
  if (place.is_in_utf8 && !grammar.expect(')', "Expected a closing parenthesis")) return false;
  if (grammar.is_at_end() || !place.takes_more) return grammar.end_of_command();
  return append_message(grammar, stretch);
}

}  // namespace portreeve::imap
