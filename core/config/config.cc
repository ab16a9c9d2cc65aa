#include "core/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <tuple>

#include "core/config/places.h"

namespace portreeve::config {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

std::unexpected<std::vector<Diagnostic>> whole_file(const std::string& path, std::string message) {
  return std::unexpected(std::vector<Diagnostic>{{path, 0, 0, "", std::move(message)}});
}

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })> file(
      std::fopen(path.c_str(), "re"));
  if (!file) {
    return whole_file(path, fmt::format("can't read it: {}; name another with --config FILE, or begin with a copy of "
                                        "conf/portreeve.toml, which explains every key",
                                        std::strerror(errno)));
  }
  std::string text(kMaxFileBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return whole_file(path, fmt::format("can't read it: {}", std::strerror(errno)));
  if (text.size() > kMaxFileBytes) return whole_file(path, "is larger than 1 MiB, which no configuration is");
  return text;
}

Result<Config> read_all(std::string_view text, const std::string& name, bool looks_for_files) {
  Config config;
  Findings findings(name);
  if (read(text, std::filesystem::absolute(name).parent_path().string(), config, findings)) {
    check_rules(config, findings);
    if (looks_for_files) check_files(config, findings);
  }
  if (!findings.is_empty()) return std::unexpected(std::move(findings).take());
  return config;
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out = file;
  if (line > 0) out += fmt::format(":{}:{}", line, column);
  if (!key.empty()) out += fmt::format(": {}", key);
  return out + ": " + message;
}

Result<Config> load(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(std::move(text.error()));
  return read_all(*text, path, true);
}

Result<Config> parse(std::string_view text, const std::string& name) { return read_all(text, name, false); }

Place Findings::place_of(std::string_view key) const {
  for (;;) {
    if (const auto place = places_.find(key); place != places_.end()) return place->second;
    const std::size_t end = key.find_last_of(".");
    if (end == std::string_view::npos) return {1, 1};
    key = key.substr(0, end);
  }
}

void Findings::report(Place place, std::string key, std::string message) {
  diagnostics_.push_back({file_, place.line, place.column, std::move(key), std::move(message)});
}

std::vector<Diagnostic> Findings::take() && {
  std::ranges::sort(diagnostics_, {}, [](const Diagnostic& d) { return std::tie(d.line, d.column, d.key, d.message); });
  return std::move(diagnostics_);
}

}  // namespace portreeve::config
