// Walks the parsed TOML along the table of keys.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
// toml++ asserts what its parser then checks all the same: "[[[" would end the server at a reload, or, with NDEBUG, be
// taken as a promise to the optimizer that it can't come.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "core/base/nearest.h"
#include "core/config/field.h"
#include "core/config/places.h"
#include "core/config/units.h"

namespace portreeve::config {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxItems = 10'000;  // of one array
constexpr std::size_t kMaxQuotedBytes = 60;

Place place_of(const toml::source_region& region) {
  return {static_cast<unsigned>(region.begin.line), static_cast<unsigned>(region.begin.column)};
}

// Text of the file, fit for one line of a message.
std::string shown(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, kMaxQuotedBytes)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (text.size() > kMaxQuotedBytes ? "…\"" : "\"");
}

std::string shown(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return shown(*node.value<std::string_view>());
    case toml::node_type::integer: return fmt::format("the number {}", *node.value<std::int64_t>());
    case toml::node_type::floating_point: return fmt::format("the number {}", *node.value<double>());
    case toml::node_type::boolean: return *node.value<bool>() ? "true" : "false";
    case toml::node_type::table: return "a section";
    case toml::node_type::array: return node.is_array_of_tables() ? "[[sections]]" : "an array";
    default: return "a date";
  }
}

std::optional<std::string> text_of(const toml::node& node) {
  const auto* text = node.as_string();
  if (text == nullptr || text->get().size() > kMaxTextBytes) return std::nullopt;
  // What the system calls would cut off at.
  if (text->get().find('\0') != std::string::npos) return std::nullopt;
  return text->get();
}

// One of `texts`, or nothing.
std::optional<std::string> item_of(const toml::node& node, const Texts& texts) {
  auto text = text_of(node);
  return text && texts.is_valid(*text) ? text : std::nullopt;
}

// What of a wrong value is wrong: the first such item of an array, else all of it.
const toml::node& wrong_part(const toml::node& node, const Field& field) {
  const auto* texts = std::get_if<Texts>(&field.kind);
  const auto* array = node.as_array();
  if (texts == nullptr || array == nullptr || array->size() > kMaxItems) return node;
  const auto wrong = std::ranges::find_if(*array, [&](const toml::node& item) { return !item_of(item, *texts); });
  return wrong == array->end() ? node : *wrong;
}

// Takes a value into its member; false if it is not what the key expects.
struct Take {
  const toml::node& node;
  const std::string& folder;

  bool operator()(const Text& k) const {
    const auto text = text_of(node);
    if (!text || !k.is_valid(*text)) return false;
    *k.into = *text;
    return true;
  }
  bool operator()(const Path& k) const {
    const auto text = text_of(node);
    if (!text || text->empty()) return false;
    *k.into = (std::filesystem::path(folder) / *text).lexically_normal().string();
    return true;
  }
  bool operator()(const Texts& k) const {
    std::vector<std::string> items;
    const auto take = [&](const toml::node& item) {
      auto text = item_of(item, k);
      if (text) items.push_back(*std::move(text));
      return text.has_value();
    };
    if (const auto* array = node.as_array()) {
      if ((array->empty() && !k.may_be_empty) || array->size() > kMaxItems || !std::ranges::all_of(*array, take))
        return false;
    } else if (!take(node)) {
      return false;
    }
    *k.into = std::move(items);
    return true;
  }
  bool operator()(const Flag& k) const {
    if (!node.is_boolean()) return false;
    *k.into = node.as_boolean()->get();
    return true;
  }
  bool operator()(const Count& k) const {
    if (!node.is_integer()) return false;
    return take_within(k, node.as_integer()->get());
  }
  bool operator()(const Counts& k) const {
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > kMaxItems) return false;
    std::vector<std::uint64_t> items;
    for (const toml::node& item : *array) {
      std::uint64_t value = 0;
      if (!item.is_integer() || !take_within(Count{&value, k.least, k.most}, item.as_integer()->get())) return false;
      items.push_back(value);
    }
    *k.into = std::move(items);
    return true;
  }
  bool operator()(const Size& k) const {
    if (node.is_integer()) return take_within(k, node.as_integer()->get());
    const auto text = text_of(node);
    const auto size = text ? parse_size(*text) : std::nullopt;
    return size && take_within(k, static_cast<std::int64_t>(*size));
  }
  bool operator()(const Duration& k) const {
    const auto text = text_of(node);
    const auto duration = text ? parse_duration(*text) : std::nullopt;
    if (!duration || *duration < k.least || *duration > k.most) return false;
    *k.into = *duration;
    return true;
  }
  bool operator()(const RateOf& k) const {
    const auto text = text_of(node);
    const auto rate = text ? parse_rate(*text) : std::nullopt;
    if (!rate) return false;
    *k.into = *rate;
    return true;
  }
  bool operator()(const Mode& k) const {
    const auto text = text_of(node);
    if (!text || text->size() < 3 || text->size() > 4) return false;
    unsigned mode = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, mode, 8);
    if (error != std::errc() || stop != end || mode > 0777) return false;
    *k.into = mode;
    return true;
  }
  bool operator()(const Choice& k) const {
    const auto text = text_of(node);
    const auto name = text ? std::ranges::find(k.names, *text) : k.names.end();
    if (name == k.names.end()) return false;
    k.set(static_cast<std::size_t>(name - k.names.begin()));
    return true;
  }
  bool operator()(const Table&) const { return false; }
  bool operator()(const Tables&) const { return false; }

 private:
  template <class K>
  bool take_within(const K& k, std::int64_t value) const {
    if (value < 0 || static_cast<std::uint64_t>(value) < k.least || static_cast<std::uint64_t>(value) > k.most) {
      return false;
    }
    *k.into = static_cast<std::uint64_t>(value);
    return true;
  }
};

class Reader {
 public:
  Reader(std::string folder, const Fields& top, Findings& findings)
      : folder_(std::move(folder)), top_(top), findings_(findings) {}

  void read_table(const toml::table& table, const Fields& fields, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string path = below(prefix, key.str());
      const auto field = std::ranges::find(fields, key.str(), &Field::name);
      if (field == fields.end()) {
        findings_.report(place_of(key.source()), shown_path(prefix, key.str()), advice(key.str(), fields));
        continue;
      }
      findings_.note(path, place_of(node.source()));
      read_field(node, *field, path);
    }
    for (const Field& field : fields) {
      if (!field.is_required || table.contains(field.name)) continue;
      findings_.report(findings_.place_of(prefix), below(prefix, field.name),
                       fmt::format("is missing: {} ({})", expects(field), field.help));
    }
  }

 private:
  static std::string below(std::string_view prefix, std::string_view name) {
    return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
  }
  static std::string shown_path(std::string_view prefix, std::string_view name) {
    const std::string text = shown(name);
    return below(prefix, std::string_view(text).substr(1, text.size() - 2));
  }

  void read_field(const toml::node& node, const Field& field, const std::string& path) {
    if (const auto* table = std::get_if<Table>(&field.kind)) {
      if (const auto* given = node.as_table()) return read_table(*given, table->fields, path);
      return findings_.report(place_of(node.source()), path,
                              fmt::format("is a section: write [{}] and its keys below, not {}", path, shown(node)));
    }
    if (const auto* items = std::get_if<Tables>(&field.kind)) return read_tables(node, *items, path);
    if (!std::visit(Take{node, folder_}, field.kind)) {
      const auto* text = std::get_if<Text>(&field.kind);
      const bool is_secret = text != nullptr && text->is_secret;
      const toml::node& wrong = wrong_part(node, field);
      findings_.report(place_of(wrong.source()), path,
                       fmt::format("expected {}, not {}", expects(field), is_secret ? "what is there" : shown(wrong)));
    }
  }

  void read_tables(const toml::node& node, const Tables& items, const std::string& path) {
    const auto* array = node.as_array();
    if (array != nullptr && array->size() > kMaxItems) {
      return findings_.report(place_of(node.source()), path,
                              fmt::format("there are {} of them; {} is the most", array->size(), kMaxItems));
    }
    if (array == nullptr || !array->is_array_of_tables()) {
      return findings_.report(place_of(node.source()), path,
                              fmt::format("there may be several: write [[{}]] for each, not {}", path, shown(node)));
    }
    std::size_t number = 0;
    for (const toml::node& item : *array) {
      const std::string name = fmt::format("{}[{}]", path, ++number);
      findings_.note(name, place_of(item.source()));
      read_table(*item.as_table(), items.add(), name);
    }
  }

  // What was meant by a key that isn't one: a near one of this section, or the same one of another.
  std::string advice(std::string_view key, const Fields& fields) const {
    std::vector<std::string_view> known;
    for (const Field& field : fields) known.push_back(field.name);
    if (const std::string_view near = base::nearest(key, known); !near.empty()) {
      const auto field = std::ranges::find(fields, near, &Field::name);
      if (std::holds_alternative<Table>(field->kind)) return fmt::format("unknown section; did you mean [{}]?", near);
      return fmt::format(
          "unknown key; did you mean {}? It is {}", near,
          std::holds_alternative<Tables>(field->kind) ? fmt::format("written [[{}]]", near) : expects(*field));
    }
    for (const Field& section : top_) {
      if (section.name == key) return fmt::format("unknown key; {} stands above the first [section]", key);
      const auto* table = std::get_if<Table>(&section.kind);
      if (table == nullptr || std::ranges::find(table->fields, key, &Field::name) == table->fields.end()) continue;
      return fmt::format("unknown key; did you mean the one of section [{}]?", section.name);
    }
    return fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
  }

  std::string folder_;
  const Fields& top_;
  Findings& findings_;
};

}  // namespace

bool read(std::string_view text, const std::string& folder, Config& config, Findings& findings) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    findings.report(place_of(parsed.error().source()), "",
                    fmt::format("this is not TOML: {}", parsed.error().description()));
    return false;
  }
  const Fields table = fields(config);
  Reader(folder, table, findings).read_table(parsed.table(), table, "");
  return true;
}

}  // namespace portreeve::config
