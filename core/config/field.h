// How the table of keys is written: one Field a key, bound to the struct member that it fills. Private to this room.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/config.h"

namespace portreeve::config {

struct Field;
using Fields = std::vector<Field>;

struct Text {
  std::string* into;
  bool (*is_valid)(std::string_view);
  std::string_view expects;
  bool is_secret = false;  // not to be repeated in a message
};
struct Path {
  std::string* into;
};
struct Texts {  // one string, or an array of them
  std::vector<std::string>* into;
  bool (*is_valid)(std::string_view);
  std::string_view expects;
  bool may_be_empty = false;
};
struct Flag {
  bool* into;
};
struct Count {
  std::uint64_t* into;
  std::uint64_t least;
  std::uint64_t most;
};
struct Counts {  // an array of whole numbers, maybe empty
  std::vector<std::uint64_t>* into;
  std::uint64_t least;
  std::uint64_t most;
};
struct Size {
  std::uint64_t* into;
  std::uint64_t least;
  std::uint64_t most;
};
struct Duration {
  Milliseconds* into;
  Milliseconds least;
  Milliseconds most;
};
struct RateOf {
  Rate* into;
};
struct Mode {  // of a file: "0660"
  unsigned* into;
};
struct Choice {
  std::span<const std::string_view> names;  // in the order of the enumeration
  std::function<void(std::size_t)> set;
  std::function<std::size_t()> get;
};
struct Table {
  Fields fields;
};
struct Tables {  // [[name]]
  std::function<Fields()> add;
  std::function<std::size_t()> size;
  std::function<Fields(std::size_t)> at;
};

using Kind = std::variant<Text, Path, Texts, Flag, Count, Counts, Size, Duration, RateOf, Mode, Choice, Table, Tables>;

struct Field {
  std::string_view name;
  std::string_view help;
  Kind kind;
  bool is_required = false;
  bool is_live = false;

  Field required() && {
    is_required = true;
    return std::move(*this);
  }
  Field live() && {
    is_live = true;
    return std::move(*this);
  }
};

// The table, bound to `config`, which must outlive it.
Fields fields(Config& config);

// What would be right, in words.
std::string expects(const Field& field);
// The value as one would write it in the file.
std::string value_text(const Field& field);

}  // namespace portreeve::config
