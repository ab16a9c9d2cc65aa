// The server's log: one structured line an event, `event key=value key="two words"`, to stderr.
//
// Under systemd (JOURNAL_STREAM names our stderr) each line bears the journal's priority prefix; elsewhere a timestamp.
// Lines are written by a thread of the logger's own, so that a stderr that nobody reads can't hold up a loop; when its
// bounded queue is full the oldest lines go first. Values are quoted and control bytes escaped, so a peer can't forge a
// line. Secrets are the caller's duty: never hand a password or a SASL response to this.
// Threads: everything here may be called from any thread after start() and before stop().
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace portreeve::base::log {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  template <std::integral I>
  Field(std::string_view k, I v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

void start(Level least);
void set_level(Level least);
// Writes what is queued and ends the logger's thread.
void stop();
bool is_enabled(Level level);

void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields) { write(Level::debug, event, fields); }
inline void info(std::string_view event, std::initializer_list<Field> fields) { write(Level::info, event, fields); }
inline void warning(std::string_view event, std::initializer_list<Field> fields) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields) { write(Level::error, event, fields); }

// The line's text without level and time; what write() prints, for tests.
std::string format_line(std::string_view event, std::initializer_list<Field> fields);

}  // namespace portreeve::base::log
