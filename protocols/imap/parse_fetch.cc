#include <algorithm>
#include <span>

#include "protocols/imap/grammar.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

using Kind = FetchItem::Kind;

constexpr std::size_t kMaxItems = 128;
// More than the deepest part that mime::Limits lets a message have.
constexpr std::size_t kMaxPartDepth = 128;

constexpr std::pair<std::string_view, Kind> kItems[] = {
    {"UID", Kind::uid},
    {"FLAGS", Kind::flags},
    {"INTERNALDATE", Kind::internal_date},
    {"SAVEDATE", Kind::save_date},
    {"RFC822.SIZE", Kind::rfc822_size},
    {"ENVELOPE", Kind::envelope},
    {"BODYSTRUCTURE", Kind::body_structure},
    {"BODY", Kind::body},
    {"RFC822", Kind::rfc822},
    {"RFC822.HEADER", Kind::rfc822_header},
    {"RFC822.TEXT", Kind::rfc822_text},
    {"MODSEQ", Kind::mod_seq},
    {"EMAILID", Kind::email_id},
    {"THREADID", Kind::thread_id},
};

// RFC 3501 §6.4.5
constexpr Kind kFast[] = {Kind::flags, Kind::internal_date, Kind::rfc822_size};
constexpr Kind kAll[] = {Kind::flags, Kind::internal_date, Kind::rfc822_size, Kind::envelope};
constexpr Kind kFull[] = {Kind::flags, Kind::internal_date, Kind::rfc822_size, Kind::envelope, Kind::body};

std::span<const Kind> macro(const Word& name) {
  if (name == "FAST") return kFast;
  if (name == "ALL") return kAll;
  if (name == "FULL") return kFull;
  return {};
}

FetchItem plain_item(Kind kind) {
  FetchItem item;
  item.kind = kind;
  if (kind == Kind::rfc822_header) item.section.text = Section::Text::header;
  if (kind == Kind::rfc822_text) item.section.text = Section::Text::text;
  item.is_peek = kind != Kind::rfc822 && kind != Kind::rfc822_text;
  return item;
}

bool is_same(const FetchItem& a, const FetchItem& b) {
  if (a.kind != b.kind || a.section.label != b.section.label || a.partial.has_value() != b.partial.has_value()) {
    return false;
  }
  return !a.partial || (a.partial->offset == b.partial->offset && a.partial->length == b.partial->length);
}

// An item asked for twice is answered once; it sets \Seen if one of the two does.
bool add(Grammar& grammar, Fetch& fetch, FetchItem item) {
  auto same = std::ranges::find_if(fetch.items, [&](const FetchItem& other) { return is_same(item, other); });
  if (same != fetch.items.end()) {
    same->is_peek = same->is_peek && item.is_peek;
    return true;
  }
  if (fetch.items.size() == kMaxItems) return grammar.fail("Too many items");
  fetch.items.push_back(std::move(item));
  return true;
}

// section-text = section-msgtext / "MIME"; section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list /
// "TEXT"
bool section_text(Grammar& grammar, Section& section) {
  Word name;
  if (!grammar.word(name, "Expected a section")) return false;
  if (name == "HEADER") {
    section.text = Section::Text::header;
  } else if (name == "TEXT") {
    section.text = Section::Text::text;
  } else if (name == "MIME" && !section.part.empty()) {
    section.text = Section::Text::mime;
  } else if (name == "HEADER.FIELDS" || name == "HEADER.FIELDS.NOT") {
    section.text = name == "HEADER.FIELDS" ? Section::Text::header_fields : Section::Text::header_fields_not;
    return grammar.sp() && grammar.list([&] { return grammar.astring(section.fields.emplace_back()); });
  } else {
    return grammar.fail("Unknown section");
  }
  return true;
}

// section-spec = section-msgtext / (section-part ["." section-text]); section-part = nz-number *("." nz-number)
bool section_spec(Grammar& grammar, Section& section) {
  while (base::is_digit(grammar.peek())) {
    if (section.part.size() == kMaxPartDepth) return grammar.fail("The part number is too long");
    if (!grammar.nz_number(section.part.emplace_back())) return false;
    if (!grammar.try_char('.')) return true;
  }
  return section_text(grammar, section);
}

// A field name that came as a literal can't be echoed inside a line as it came: the label is written anew.
std::string relabelled(const Section& section) {
  std::string label;
  for (std::uint32_t number : section.part) {
    write_number(label, number);
    label += '.';
  }
  label += section.text == Section::Text::header_fields ? "HEADER.FIELDS (" : "HEADER.FIELDS.NOT (";
  for (const std::string& field : section.fields) {
    if (!label.ends_with('(')) label += ' ';
    write_astring(label, field);
  }
  return label + ')';
}

// section = "[" [section-spec] "]"
bool section(Grammar& grammar, Section& section) {
  std::size_t begin = grammar.position();
  std::size_t literals = grammar.literals();
  if (grammar.peek() != ']' && !section_spec(grammar, section)) return false;
  section.label = grammar.literals() == literals ? std::string(grammar.text_from(begin)) : relabelled(section);
  return grammar.expect(']', "Expected the section's closing bracket");
}

// "<" number "." nz-number ">"
bool try_partial(Grammar& grammar, FetchItem& item) {
  if (!grammar.try_char('<')) return true;
  Partial& partial = item.partial.emplace();
  return grammar.number(partial.offset) && grammar.expect('.', "Expected a partial's length") &&
         grammar.nz_number(partial.length) && grammar.expect('>', "Expected the partial's closing bracket");
}

// fetch-att's "BODY" [".PEEK"] section ["<" number "." nz-number ">"]
bool body_section(Grammar& grammar, FetchItem& item) {
  item.kind = Kind::section;
  return section(grammar, item.section) && try_partial(grammar, item);
}

// section-binary = "[" [section-part] "]" (RFC 3516 §7)
bool section_binary(Grammar& grammar, Section& section) {
  const std::size_t begin = grammar.position();
  while (grammar.peek() != ']') {
    if (section.part.size() == kMaxPartDepth) return grammar.fail("The part number is too long");
    if (!section.part.empty() && !grammar.expect('.', "Expected a part number")) return false;
    if (!grammar.nz_number(section.part.emplace_back())) return false;
  }
  section.label = grammar.text_from(begin);
  return grammar.expect(']', "Expected the section's closing bracket");
}

// fetch-att =/ "BINARY" [".PEEK"] section-binary [partial] / "BINARY.SIZE" section-binary
bool binary_item(Grammar& grammar, FetchItem& item) {
  if (!section_binary(grammar, item.section)) return false;
  return item.kind == Kind::binary_size || try_partial(grammar, item);
}

// fetch-att =/ "PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"]; preview-mod = "LAZY" (RFC 8970 §6)
bool preview_modifiers(Grammar& grammar) {
  // Other parentheses are those of FETCH's own modifiers.
  if (!grammar.is_next(" (LAZY") || !grammar.try_text(" (")) return true;
  do {
    if (!grammar.try_word("LAZY")) return grammar.fail("Unknown PREVIEW modifier");
  } while (grammar.try_char(' '));
  return grammar.expect(')', "Expected a closing parenthesis");
}

bool fetch_att(Grammar& grammar, Fetch& fetch, const Word& name) {
  const bool is_binary_size = name == "BINARY.SIZE";
  const bool is_binary_peek = name == "BINARY.PEEK";
  if ((is_binary_size || is_binary_peek || name == "BINARY") && grammar.try_char('[')) {
    FetchItem item;
    item.kind = is_binary_size ? Kind::binary_size : Kind::binary;
    item.is_peek = is_binary_size || is_binary_peek;
    return binary_item(grammar, item) && add(grammar, fetch, std::move(item));
  }
  if (name == "PREVIEW") return preview_modifiers(grammar) && add(grammar, fetch, plain_item(Kind::preview));
  bool is_peek = name == "BODY.PEEK";
  if ((is_peek || name == "BODY") && grammar.try_char('[')) {
    FetchItem item;
    item.is_peek = is_peek;
    return body_section(grammar, item) && add(grammar, fetch, std::move(item));
  }
  const auto* known = std::ranges::find(kItems, name.view(), &std::pair<std::string_view, Kind>::first);
  if (known == std::end(kItems)) return grammar.fail("Unknown FETCH item");
  return add(grammar, fetch, plain_item(known->second));
}

// "ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")"
bool fetch_items(Grammar& grammar, Fetch& fetch) {
  Word name;
  if (grammar.peek() == '(') {
    return grammar.list([&] { return grammar.word(name, "Expected a FETCH item") && fetch_att(grammar, fetch, name); });
  }
  if (!grammar.word(name, "Expected a FETCH item")) return false;
  auto kinds = macro(name);
  if (kinds.empty()) return fetch_att(grammar, fetch, name);
  for (Kind kind : kinds) fetch.items.push_back(plain_item(kind));
  return true;
}

// fetch-modifier = "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" (RFC 7162 §7) / "PARTIAL" SP partial-range
// (RFC 9394 §4)
bool fetch_modifier(Grammar& grammar, Fetch& fetch) {
  Word name;
  if (!grammar.word(name, "Expected a FETCH modifier")) return false;
  if (name == "VANISHED") {
    fetch.tells_vanished = true;
    return true;
  }
  if (name == "PARTIAL" && !fetch.page) return grammar.sp() && page(grammar, fetch.page.emplace());
  if (name != "CHANGEDSINCE") return grammar.fail("Unknown FETCH modifier");
  return grammar.sp() && grammar.mod_sequence(fetch.changed_since.emplace());
}

}  // namespace

// "(" fetch-att *(SP fetch-att) ")"
bool fetch_att_list(Grammar& grammar, std::vector<FetchItem>& items) {
  Fetch fetch;
  Word name;
  const auto item = [&] { return grammar.word(name, "Expected a FETCH item") && fetch_att(grammar, fetch, name); };
  if (!grammar.list(item)) return false;
  items = std::move(fetch.items);
  return true;
}

// fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
//         [SP "(" fetch-modifier *(SP fetch-modifier) ")"] (RFC 4466 §6)
bool fetch_arguments(Grammar& grammar, Fetch& fetch) {
  if (!grammar.sp() || !grammar.sequence_set(fetch.set) || !grammar.sp() || !fetch_items(grammar, fetch)) return false;
  if (grammar.is_at_end()) return true;
  if (!grammar.sp() || !grammar.list([&] { return fetch_modifier(grammar, fetch); })) return false;
  if (fetch.tells_vanished && !fetch.changed_since) return grammar.fail("VANISHED needs CHANGEDSINCE");
  return !fetch.changed_since || add(grammar, fetch, plain_item(Kind::mod_seq));
}

}  // namespace portreeve::imap
