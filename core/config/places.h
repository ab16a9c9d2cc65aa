// Where each key stands in the file, and what was found wrong. Private to this room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/config.h"

namespace portreeve::config {

struct Place {
  unsigned line = 0;
  unsigned column = 0;
};

class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}

  void note(const std::string& key, Place place) { places_.emplace(key, place); }
  // Is the key in the file, be its value right or wrong?
  bool is_given(const std::string& key) const { return places_.contains(key); }
  // Of the key, or of the nearest section around it.
  Place place_of(std::string_view key) const;

  void report(Place place, std::string key, std::string message);
  void report(std::string key, std::string message) { report(place_of(key), key, std::move(message)); }
  bool is_empty() const { return diagnostics_.empty(); }
  // In the order of the file.
  std::vector<Diagnostic> take() &&;

 private:
  std::string file_;
  std::map<std::string, Place, std::less<>> places_;
  std::vector<Diagnostic> diagnostics_;
};

// Reads the text into `config` by the table of keys. `folder` is what relative paths begin at. False: it isn't TOML.
bool read(std::string_view text, const std::string& folder, Config& config, Findings& findings);
// What the table can't say: keys that need or exclude each other, ports given twice.
void check_rules(Config& config, Findings& findings);
// Are the files there that the configuration names?
void check_files(const Config& config, Findings& findings);

}  // namespace portreeve::config
