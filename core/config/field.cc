#include "core/config/field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/config/units.h"

namespace portreeve::config {
namespace {

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", text); }

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += in_quotes(names[i]);
  }
  return text;
}

struct Expects {
  std::string operator()(const Text& k) const { return std::string(k.expects); }
  std::string operator()(const Path&) const { return "a path in quotes"; }
  std::string operator()(const Texts& k) const { return std::string(k.expects); }
  std::string operator()(const Flag&) const { return "true or false"; }
  std::string operator()(const Count& k) const { return fmt::format("a whole number from {} to {}", k.least, k.most); }
  std::string operator()(const Counts& k) const {
    return fmt::format("an array of whole numbers from {} to {}", k.least, k.most);
  }
  std::string operator()(const Size& k) const {
    return fmt::format("a size from \"{}\" to \"{}\"", size_text(k.least), size_text(k.most));
  }
  std::string operator()(const Duration& k) const {
    return fmt::format("a time from \"{}\" to \"{}\"", duration_text(k.least), duration_text(k.most));
  }
  std::string operator()(const RateOf&) const { return "\"none\", or so many in a s, m, h or d, such as \"600/h\""; }
  std::string operator()(const Mode&) const { return "permissions such as \"0660\""; }
  std::string operator()(const Choice& k) const { return joined(k.names); }
  std::string operator()(const Table&) const { return "a section"; }
  std::string operator()(const Tables&) const { return "a section for each"; }
};

struct ValueText {
  std::string operator()(const Text& k) const { return in_quotes(*k.into); }
  std::string operator()(const Path& k) const { return in_quotes(*k.into); }
  std::string operator()(const Texts& k) const {
    std::string text;
    for (const std::string& item : *k.into) text += (text.empty() ? "" : ", ") + in_quotes(item);
    return "[" + text + "]";
  }
  std::string operator()(const Flag& k) const { return *k.into ? "true" : "false"; }
  std::string operator()(const Count& k) const { return std::to_string(*k.into); }
  std::string operator()(const Counts& k) const { return fmt::format("[{}]", fmt::join(*k.into, ", ")); }
  std::string operator()(const Size& k) const { return in_quotes(size_text(*k.into)); }
  std::string operator()(const Duration& k) const { return in_quotes(duration_text(*k.into)); }
  std::string operator()(const RateOf& k) const { return in_quotes(rate_text(*k.into)); }
  std::string operator()(const Mode& k) const { return fmt::format("\"{:04o}\"", *k.into); }
  std::string operator()(const Choice& k) const { return in_quotes(k.names[k.get()]); }
  std::string operator()(const Table&) const { return ""; }
  std::string operator()(const Tables&) const { return ""; }
};

std::string below(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
}

void list_keys(const Fields& fields, const std::string& prefix, std::vector<KeyInfo>& out) {
  for (const Field& field : fields) {
    const std::string path = below(prefix, field.name);
    if (const auto* table = std::get_if<Table>(&field.kind)) {
      list_keys(table->fields, path, out);
    } else if (const auto* array = std::get_if<Tables>(&field.kind)) {
      list_keys(array->add(), path, out);
    } else {
      const std::string value = value_text(field);
      out.push_back({path, expects(field), field.is_required || value == "\"\"" ? "" : value, std::string(field.help),
                     field.is_required, field.is_live});
    }
  }
}

void list_changes(const Fields& before, const Fields& after, const std::string& prefix, std::vector<Change>& out) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string path = below(prefix, before[i].name);
    if (const auto* table = std::get_if<Table>(&before[i].kind)) {
      list_changes(table->fields, std::get<Table>(after[i].kind).fields, path, out);
    } else if (const auto* old_ones = std::get_if<Tables>(&before[i].kind)) {
      const Tables& new_ones = std::get<Tables>(after[i].kind);
      if (old_ones->size() != new_ones.size()) {
        out.push_back({path, before[i].is_live});
        continue;
      }
      for (std::size_t item = 0; item < new_ones.size(); ++item) {
        list_changes(old_ones->at(item), new_ones.at(item), fmt::format("{}[{}]", path, item + 1), out);
      }
    } else if (value_text(before[i]) != value_text(after[i])) {
      out.push_back({path, before[i].is_live});
    }
  }
}

}  // namespace

std::string expects(const Field& field) { return std::visit(Expects{}, field.kind); }

std::string value_text(const Field& field) { return std::visit(ValueText{}, field.kind); }

std::vector<KeyInfo> keys() {
  Config defaults;
  std::vector<KeyInfo> out;
  list_keys(fields(defaults), "", out);
  return out;
}

std::vector<Change> changes(const Config& before, const Config& after) {
  // The table binds to what it may write; these are ours.
  Config old_one = before;
  Config new_one = after;
  std::vector<Change> out;
  list_changes(fields(old_one), fields(new_one), "", out);
  return out;
}

namespace {

bool is_same_place(const Listener& a, const Listener& b) {
  return a.protocol == b.protocol && a.path == b.path && a.port == b.port && a.addresses == b.addresses;
}

}  // namespace

// A test holds this to the table.
Config with_live_keys(const Config& running, const Config& fresh) {
  Config config = running;
  config.host_name = fresh.host_name;
  config.log_level = fresh.log_level;
  config.server.shutdown_grace = fresh.server.shutdown_grace;
  // A self-signed certificate comes and goes with a restart only.
  if (running.tls.self_signed == fresh.tls.self_signed) config.tls.certificates = fresh.tls.certificates;
  config.limits = fresh.limits;
  config.smtp = fresh.smtp;
  config.pop3 = fresh.pop3;
  config.imap = fresh.imap;
  config.quota.default_bytes = fresh.quota.default_bytes;
  config.quota.default_messages = fresh.quota.default_messages;
  config.quota.default_mailboxes = fresh.quota.default_mailboxes;
  config.auth = fresh.auth;
  config.accounts = fresh.accounts;
  config.aliases = fresh.aliases;
  for (std::size_t i = 0; i < std::min(config.listeners.size(), fresh.listeners.size()); ++i) {
    Listener& listener = config.listeners[i];
    // Whom a listener trusts must not become another's.
    if (!is_same_place(listener, fresh.listeners[i])) continue;
    listener.extensions_off = fresh.listeners[i].extensions_off;
    listener.xclient_from = fresh.listeners[i].xclient_from;
    listener.hide_client_address = fresh.listeners[i].hide_client_address;
  }
  return config;
}

}  // namespace portreeve::config
