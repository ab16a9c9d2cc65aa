#include "protocols/imap/response.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/base/ascii.h"
#include "core/mime/date.h"
#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/object_id.h"
#include "protocols/imap/other_users.h"
#include "protocols/session/texts.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
// Longer strings go as literals: some clients have a fixed buffer for quoted ones.
constexpr std::size_t kMaxQuotedBytes = 1000;

constexpr bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

std::string_view condition_name(Condition condition) {
  switch (condition) {
    case Condition::ok: return "OK";
    case Condition::no: return "NO";
    case Condition::bad: return "BAD";
    case Condition::bye: return "BYE";
    case Condition::preauth: return "PREAUTH";
  }
  return "BAD";
}

// Prints items with spaces between them and a parenthesis around all.
class ListPrinter {
 public:
  explicit ListPrinter(std::string& out) : out_(out) { out_ += '('; }
  void add(std::string_view item) {
    if (!is_first_) out_ += ' ';
    is_first_ = false;
    out_ += item;
  }
  void end() { out_ += ')'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

void add_system_flags(ListPrinter& list, SystemFlags flags) {
  if ((flags & kAllSystemFlags) != 0) list.add(flag_names(flags));
}

void write_number_line(std::string& out, std::uint32_t number, std::string_view name) {
  out += "* ";
  write_number(out, number);
  out += name;
  out += kLineEnd;
}

void write_words(std::string& out, const auto& words) {
  for (const auto& word : words) {
    out += ' ';
    out += word;
  }
}

// With the highest mod-sequence of the messages found, if that is asked for (RFC 7162 §3.1.5).
void write_numbers_line(std::string& out, std::string_view name, std::span<const std::uint32_t> numbers,
                        std::optional<std::uint64_t> mod_seq) {
  out += name;
  for (const std::uint32_t number : numbers) {
    out += ' ';
    write_number(out, number);
  }
  if (mod_seq) {
    out += " (MODSEQ ";
    write_number(out, *mod_seq);
    out += ')';
  }
  out += kLineEnd;
}

std::string_view status_item_name(StatusItem item) {
  switch (item) {
    case StatusItem::messages: return "MESSAGES";
    case StatusItem::recent: return "RECENT";
    case StatusItem::uid_next: return "UIDNEXT";
    case StatusItem::uid_validity: return "UIDVALIDITY";
    case StatusItem::unseen: return "UNSEEN";
    case StatusItem::deleted: return "DELETED";
    case StatusItem::deleted_storage: return "DELETED-STORAGE";
    case StatusItem::highest_mod_seq: return "HIGHESTMODSEQ";
    case StatusItem::mailbox_id: return "MAILBOXID";
    case StatusItem::size: return "SIZE";
    case StatusItem::append_limit: return "APPENDLIMIT";
  }
  return "MESSAGES";
}

}  // namespace

Text::Text(std::string_view text) : text_(text) {
  std::ranges::replace_if(text_, [](char c) { return !is_printable(c); }, '?');
}

Code::Code(std::string_view text) {
  std::ranges::copy_if(text, std::back_inserter(text_), [](char c) { return is_printable(c) && c != ']'; });
}

Code Code::number(std::string_view name, std::uint64_t number) {
  Code code(name);
  code.text_ += ' ';
  write_number(code.text_, number);
  return code;
}

Code Code::capability(std::span<const std::string_view> capabilities) {
  Code code("CAPABILITY");
  write_words(code.text_, capabilities);
  return code;
}

Code Code::permanent_flags(SystemFlags flags, std::span<const std::string> keywords, bool allows_new) {
  Code code("PERMANENTFLAGS ");
  ListPrinter list(code.text_);
  add_system_flags(list, flags);
  for (const std::string& keyword : keywords) list.add(keyword);
  if (allows_new) list.add("\\*");
  list.end();
  return code;
}

Code Code::mailbox_id(std::int64_t mailbox) {
  Code code;
  code.text_ = "MAILBOXID (";
  write_object_id(code.text_, ObjectKind::mailbox, mailbox);
  code.text_ += ')';
  return code;
}

Code Code::modified(std::span<const std::uint32_t> numbers) {
  Code code;
  code.text_ = "MODIFIED ";
  write_set(code.text_, numbers);
  return code;
}

Code Code::append_uid(std::uint32_t uid_validity, std::span<const std::uint32_t> uids) {
  Code code = number("APPENDUID", uid_validity);
  code.text_ += ' ';
  write_set(code.text_, uids);
  return code;
}

Code Code::copy_uid(std::uint32_t uid_validity, std::span<const std::uint32_t> from,
                    std::span<const std::uint32_t> to) {
  Code code = number("COPYUID", uid_validity);
  code.text_ += ' ';
  write_set(code.text_, from);
  code.text_ += ' ';
  write_set(code.text_, to);
  return code;
}

Code Code::message_limit(std::uint32_t limit, std::optional<std::uint32_t> lowest) {
  Code code = number("MESSAGELIMIT", limit);
  if (lowest) {
    code.text_ += ' ';
    write_number(code.text_, *lowest);
  }
  return code;
}

// A tag has no quotes or backslashes, but may have a ']', which is no end within quotes.
Code Code::in_progress(std::string_view tag, std::uint32_t done, std::uint32_t of) {
  Code code("INPROGRESS (\"");
  code.text_ += tag;
  code.text_ += "\" ";
  write_number(code.text_, done);
  code.text_ += ' ';
  write_number(code.text_, of);
  code.text_ += ')';
  return code;
}

Code Code::no_update(std::string_view tag) {
  Code code("NOUPDATE \"");
  code.text_ += tag;
  code.text_ += '"';
  return code;
}

Code Code::bad_event() {
  return Code(
      "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange "
      "ServerMetadataChange)");
}

void write_tagged(std::string& out, std::string_view tag, const Reply& reply, session::Language language) {
  out += tag.empty() ? "*" : tag;
  out += ' ';
  out += condition_name(reply.condition);
  out += ' ';
  if (!reply.code.empty()) {
    out += '[';
    out += reply.code.view();
    out += "] ";
  }
  out += session::translated(reply.text.view(), language);
  out += kLineEnd;
}

void write_untagged(std::string& out, const Reply& reply, session::Language language) {
  write_tagged(out, {}, reply, language);
}

void write_continuation(std::string& out, const Text& text, session::Language language) {
  out += "+ ";
  out += session::translated(text.view(), language);
  out += kLineEnd;
}

void write_number(std::string& out, std::uint64_t number) {
  char digits[20];
  auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  out.append(digits, end);
}

namespace {

// Precondition: no CR, LF or NUL.
void write_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

void write_string(std::string& out, std::string_view text) {
  if (text.size() <= kMaxQuotedBytes && std::ranges::all_of(text, is_printable)) {
    write_quoted(out, text);
    return;
  }
  out += '{';
  write_number(out, text.size());
  out += "}\r\n";
  std::size_t begin = out.size();
  out += text;
  // RFC 3501 §9: a literal may have any byte but NUL.
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\0', '?');
}

void write_nstring(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    write_string(out, *text);
  } else {
    out += "NIL";
  }
}

void write_astring(std::string& out, std::string_view text) {
  bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.' || c == kDelimiter;
  });
  if (is_plain && !base::equals_ignoring_case(text, "NIL")) {
    out += text;
  } else {
    write_string(out, text);
  }
}

void write_mailbox(std::string& out, std::string_view name, NameForm form) {
  if (form == NameForm::utf8 && std::ranges::any_of(name, base::is_eight_bit)) {
    write_quoted(out, name);
  } else {
    write_astring(out, form == NameForm::utf8 ? std::string(name) : to_modified_utf7(name));
  }
}

void write_flags(std::string& out, SystemFlags flags, bool is_recent, std::uint64_t keyword_bits,
                 std::span<const std::string> keywords) {
  ListPrinter list(out);
  add_system_flags(list, flags);
  if (is_recent) list.add("\\Recent");
  for (std::size_t i = 0; keyword_bits != 0 && i < keywords.size(); ++i, keyword_bits >>= 1) {
    if (keyword_bits & 1) list.add(keywords[i]);
  }
  list.end();
}

void write_internal_date(std::string& out, std::int64_t unix_seconds) {
  out += '"';
  out += mime::format_internal_date(unix_seconds);
  out += '"';
}

void write_capability(std::string& out, std::span<const std::string_view> capabilities) {
  out += "* CAPABILITY";
  write_words(out, capabilities);
  out += kLineEnd;
}

void write_enabled(std::string& out, std::span<const std::string_view> capabilities) {
  out += "* ENABLED";
  write_words(out, capabilities);
  out += kLineEnd;
}

void write_id(std::string& out, std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  out += "* ID ";
  if (fields.size() == 0) {
    out += "NIL\r\n";
    return;
  }
  char before = '(';
  for (const auto& [name, value] : fields) {
    out += before;
    write_string(out, name);
    out += ' ';
    write_string(out, value);
    before = ' ';
  }
  out += ")\r\n";
}

void write_languages(std::string& out, std::span<const session::Language> languages) {
  out += "* LANGUAGE ";
  ListPrinter list(out);
  for (const session::Language each : languages) list.add(session::language_tag(each));
  list.end();
  out += kLineEnd;
}

void write_namespace(std::string& out) {
  out += "* NAMESPACE ((\"\" \"";
  out += kDelimiter;
  out += "\")) ((\"";
  out += kOtherUsers;
  out += kDelimiter;
  out += "\" \"";
  out += kDelimiter;
  out += "\")) NIL\r\n";
}

void write_exists(std::string& out, std::uint32_t messages) { write_number_line(out, messages, " EXISTS"); }
void write_recent(std::string& out, std::uint32_t messages) { write_number_line(out, messages, " RECENT"); }
void write_expunge(std::string& out, std::uint32_t sequence) { write_number_line(out, sequence, " EXPUNGE"); }

void write_vanished(std::string& out, std::span<const NumberRange> uids, bool is_earlier) {
  out += is_earlier ? "* VANISHED (EARLIER) " : "* VANISHED ";
  write_set(out, uids);
  out += kLineEnd;
}

void write_flags_line(std::string& out, std::span<const std::string> keywords) {
  out += "* FLAGS ";
  ListPrinter list(out);
  add_system_flags(list, kAllSystemFlags);
  for (const std::string& keyword : keywords) list.add(keyword);
  list.end();
  out += kLineEnd;
}

void write_search(std::string& out, std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq) {
  write_numbers_line(out, "* SEARCH", numbers, mod_seq);
}

void write_sort(std::string& out, std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq) {
  write_numbers_line(out, "* SORT", numbers, mod_seq);
}

void write_comparator(std::string& out, std::string_view active, std::span<const std::string> matching) {
  out += "* COMPARATOR ";
  write_astring(out, active);
  if (matching.size() > 1) {
    out += ' ';
    ListPrinter list(out);
    for (const std::string& each : matching) {
      list.add("");
      write_astring(out, each);
    }
    list.end();
  }
  out += kLineEnd;
}

void write_thread(std::string& out, std::string_view threads) {
  out += "* THREAD";
  out += threads;
  out += kLineEnd;
}

void write_esearch(std::string& out, const Correlator& of, bool is_uid, const SearchReturn& returns,
                   std::span<const std::uint32_t> numbers, std::optional<std::uint64_t> mod_seq) {
  const auto item = [&](std::string_view name, std::uint64_t number) {
    out += name;
    write_number(out, number);
  };
  out += "* ESEARCH (TAG ";
  write_string(out, of.tag);
  if (!of.mailbox.empty()) {
    out += " MAILBOX ";
    write_mailbox(out, of.mailbox, of.form);
    item(" UIDVALIDITY ", of.uid_validity);
  }
  out += ')';
  if (is_uid) out += " UID";
  // RFC 4731 §3.1: of nothing there is only COUNT.
  if (returns.has_min && !numbers.empty()) item(" MIN ", numbers.front());
  if (returns.has_max && !numbers.empty()) item(" MAX ", numbers.back());
  if (returns.has_count) item(" COUNT ", numbers.size());
  if (returns.has_relevancy && !numbers.empty()) {
    // RFC 6203 §4: a score for each, in their order; all of them match as well as can be.
    out += " RELEVANCY (100";
    for (std::size_t i = 1; i < numbers.size(); ++i) out += " 100";
    out += ')';
  }
  if (returns.page) {
    // RFC 9394 §4: ret-data-partial
    const std::string_view sign = returns.page->is_from_end ? "-" : "";
    out += " PARTIAL (";
    out += sign;
    write_number(out, returns.page->first);
    out += ':';
    out += sign;
    write_number(out, returns.page->last);
    const auto shown = on_page(numbers, *returns.page);
    out += ' ';
    if (shown.empty()) out += "NIL";
    write_set(out, shown);
    out += ')';
  }
  if (returns.has_all && !numbers.empty()) {
    out += " ALL ";
    write_set(out, numbers);
  }
  if (mod_seq) item(" MODSEQ ", *mod_seq);  // RFC 7162 §3.1.10
  out += kLineEnd;
}

void write_uid_batches(std::string& out, std::string_view tag, std::span<const NumberRange> batches) {
  out += "* UIDBATCHES (TAG ";
  write_string(out, tag);
  out += ')';
  char before = ' ';
  for (const NumberRange& batch : batches) {
    out += before;
    write_number(out, batch.last);
    if (batch.first != batch.last) {
      out += ':';
      write_number(out, batch.first);
    }
    before = ',';
  }
  out += kLineEnd;
}

void write_result_change(std::string& out, std::string_view tag, bool is_uid, ResultChange change,
                         std::span<const ResultPiece> pieces) {
  constexpr std::size_t kMaxLine = std::size_t{4} * 1024;  // past this no piece is added
  while (!pieces.empty()) {
    const std::size_t begin = out.size();
    out += "* ESEARCH (TAG ";
    write_string(out, tag);
    out += ')';
    if (is_uid) out += " UID";
    out += change == ResultChange::added ? " ADDTO " : " REMOVEFROM ";
    ListPrinter list(out);
    do {
      list.add("");
      write_number(out, pieces.front().position);
      out += ' ';
      write_set(out, pieces.front().numbers);
      pieces = pieces.subspan(1);
    } while (!pieces.empty() && out.size() - begin < kMaxLine);
    list.end();
    out += kLineEnd;
  }
}

void write_status(std::string& out, std::string_view mailbox,
                  std::span<const std::pair<StatusItem, std::uint64_t>> values, NameForm form) {
  out += "* STATUS ";
  write_mailbox(out, mailbox, form);
  out += ' ';
  ListPrinter list(out);
  for (const auto& [item, value] : values) {
    list.add(status_item_name(item));
    out += ' ';
    if (item == StatusItem::mailbox_id) {
      out += '(';
      write_object_id(out, ObjectKind::mailbox, static_cast<std::int64_t>(value));
      out += ')';
    } else {
      write_number(out, value);
    }
  }
  list.end();
  out += kLineEnd;
}

namespace {

// string / literal8 (RFC 4466 §6): NUL goes in the latter only.
void write_any_bytes(std::string& out, std::string_view bytes) {
  if (!bytes.contains('\0')) {
    write_string(out, bytes);
    return;
  }
  out += "~{";
  write_number(out, bytes.size());
  out += "}\r\n";
  out += bytes;
}

}  // namespace

void write_metadata(std::string& out, std::string_view mailbox,
                    std::span<const std::pair<std::string_view, std::optional<std::string_view>>> entries,
                    NameForm form) {
  out += "* METADATA ";
  write_mailbox(out, mailbox, form);
  out += ' ';
  ListPrinter list(out);
  for (const auto& [name, value] : entries) {
    list.add("");
    write_astring(out, name);
    out += ' ';
    if (!value) {
      out += "NIL";
    } else {
      write_any_bytes(out, *value);
    }
  }
  list.end();
  out += kLineEnd;
}

void write_changed_metadata(std::string& out, std::string_view mailbox, std::span<const std::string_view> entries,
                            NameForm form) {
  out += "* METADATA ";
  write_mailbox(out, mailbox, form);
  for (const std::string_view entry : entries) {
    out += ' ';
    write_astring(out, entry);
  }
  out += kLineEnd;
}

void write_quota(std::string& out, std::string_view root, std::span<const QuotaResource> resources) {
  out += "* QUOTA ";
  write_astring(out, root);
  out += ' ';
  ListPrinter list(out);
  for (const QuotaResource& resource : resources) {
    list.add(resource.name);
    out += ' ';
    write_number(out, resource.usage);
    out += ' ';
    write_number(out, resource.limit);
  }
  list.end();
  out += kLineEnd;
}

void write_quota_root(std::string& out, std::string_view mailbox, std::optional<std::string_view> root, NameForm form) {
  out += "* QUOTAROOT ";
  write_mailbox(out, mailbox, form);
  if (root) {
    out += ' ';
    write_astring(out, *root);
  }
  out += kLineEnd;
}

void write_list(std::string& out, const ListLine& line, NameForm form) {
  out += line.is_lsub ? "* LSUB " : "* LIST ";
  ListPrinter attributes(out);
  if (line.is_non_existent) {
    attributes.add("\\NonExistent");  // RFC 5258 §3: it implies \Noselect
  } else if (line.is_no_select) {
    attributes.add("\\Noselect");
  }
  if (line.has_children) attributes.add(*line.has_children ? "\\HasChildren" : "\\HasNoChildren");
  if (line.is_subscribed) attributes.add("\\Subscribed");
  if (line.special_use != SpecialUse::none) attributes.add(special_use_name(line.special_use));
  attributes.end();
  out += " \"";
  out += kDelimiter;
  out += "\" ";
  write_mailbox(out, line.name, form);
  if (line.has_subscribed_child || !line.old_name.empty()) {
    out += ' ';
    ListPrinter items(out);
    if (line.has_subscribed_child) items.add("\"CHILDINFO\" (\"SUBSCRIBED\")");  // RFC 5258 §3.5
    if (!line.old_name.empty()) {
      items.add("\"OLDNAME\" (");
      write_mailbox(out, line.old_name, form);
      out += ')';
    }
    items.end();
  }
  out += kLineEnd;
}

void write_list_root(std::string& out, bool is_lsub) {
  out += is_lsub ? "* LSUB (\\Noselect) \"" : "* LIST (\\Noselect) \"";
  out += kDelimiter;
  out += "\" \"\"\r\n";
}

}  // namespace portreeve::imap
