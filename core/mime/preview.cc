#include "core/mime/preview.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/utf8.h"

namespace portreeve::mime {
namespace {

constexpr std::size_t kMaxEntityBytes = 10;

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F;
}

// Mailings pad their previews with these.
bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x34F || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF;
}

class Line {
 public:
  bool is_full() const { return characters_ == kPreviewCharacters; }
  void add_blank() { has_blank_ = characters_ > 0; }
  void add(char32_t c) {
    if (is_blank(c)) return add_blank();
    if (is_invisible(c) || is_full()) return;
    if (has_blank_) put(' ');
    has_blank_ = false;
    if (!is_full()) put(c);
  }
  std::string take() {
    if (text_.ends_with(' ')) text_.pop_back();
    return std::move(text_);
  }

 private:
  void put(char32_t c) {
    if (append_character(text_, c)) ++characters_;
  }
  std::string text_;
  std::size_t characters_ = 0;
  bool has_blank_ = false;
};

void add_text(Line& line, std::string_view utf8) {
  while (!utf8.empty() && !line.is_full()) {
    const auto character = take_character(utf8);
    if (!character) return;
    line.add(*character);
  }
}

// What an entity at the front stands for; it is taken off.
std::optional<char32_t> take_entity(std::string_view& html) {
  static constexpr std::pair<std::string_view, char32_t> kNames[] = {
      {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", 0xA0},
      {"copy", 0xA9},    {"reg", 0xAE},     {"euro", 0x20AC},  {"shy", 0xAD},     {"zwnj", 0x200C},  {"ndash", 0x2013},
      {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"hellip", 0x2026},
  };
  const std::size_t end = html.substr(0, kMaxEntityBytes).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view name = html.substr(1, end - 1);
  std::optional<char32_t> meant;
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool is_hex = name.starts_with('x') || name.starts_with('X');
    if (is_hex) name.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
    if (error != std::errc() || stop != name.data() + name.size()) return std::nullopt;
    meant = static_cast<char32_t>(code);
  } else {
    const auto* known = std::ranges::find(kNames, name, &std::pair<std::string_view, char32_t>::first);
    if (known == std::end(kNames)) return std::nullopt;
    meant = known->second;
  }
  html.remove_prefix(end + 1);
  return meant;
}

void pass(std::string_view& html, std::string_view behind) {
  const std::size_t at = html.find(behind);
  html.remove_prefix(at == std::string_view::npos ? html.size() : at + behind.size());
}

std::string_view tag_name(std::string_view html) {
  std::size_t end = 1;
  while (end < html.size() && base::is_alpha(html[end])) ++end;
  return html.substr(1, end - 1);
}

// Up to the end tag, which is looked for without regard to case.
void pass_element(std::string_view& html, std::string_view name) {
  while (!html.empty()) {
    pass(html, "</");
    if (base::starts_with_ignoring_case(html, name)) break;
  }
  pass(html, ">");
}

void pass_tag(std::string_view& html) {
  if (html.starts_with("<!--")) return pass(html, "-->");
  const std::string_view name = tag_name(html);
  for (const std::string_view unseen : {"head", "style", "script", "title"}) {
    if (!base::equals_ignoring_case(name, unseen)) continue;
    pass(html, ">");
    return pass_element(html, unseen);
  }
  pass(html, ">");
}

// Tags within a line of text don't part words.
bool is_inline(std::string_view name) {
  constexpr std::string_view kInline[] = {"a",     "b",   "i",   "u",   "em", "span", "font", "strong",
                                          "small", "big", "sub", "sup", "tt", "code", "abbr"};
  return std::ranges::any_of(kInline, [&](std::string_view other) { return base::equals_ignoring_case(name, other); });
}

bool begins_tag(std::string_view html) {
  return html.size() > 1 && (base::is_alpha(html[1]) || html[1] == '/' || html[1] == '!' || html[1] == '?');
}

void add_html(Line& line, std::string_view html) {
  while (!html.empty() && !line.is_full()) {
    const std::size_t end = std::min(html.find_first_of("<&"), html.size());
    add_text(line, html.substr(0, end));
    html.remove_prefix(end);
    if (html.empty()) return;
    if (html.front() == '<' && begins_tag(html)) {
      const std::string_view name = tag_name(html[1] == '/' ? html.substr(1) : html);
      if (!is_inline(name)) line.add_blank();
      pass_tag(html);
    } else if (const auto meant = html.front() == '&' ? take_entity(html) : std::nullopt) {
      line.add(*meant);
    } else {
      line.add(static_cast<char32_t>(html.front()));
      html.remove_prefix(1);
    }
  }
}

}  // namespace

std::string preview(std::string_view utf8, bool is_html) {
  Line line;
  if (is_html) {
    add_html(line, utf8);
  } else {
    add_text(line, utf8);
  }
  return line.take();
}

}  // namespace portreeve::mime
