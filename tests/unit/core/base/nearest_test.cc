#include "core/base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace portreeve::base {
namespace {

TEST(Nearest, CountsEdits) {
  struct Row {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const Row& row : {Row{"", "", 0},
                         {"port", "port", 0},
                         {"prot", "port", 1},
                         {"por", "port", 1},
                         {"ports", "port", 1},
                         {"pert", "port", 1},
                         {"", "port", 4},
                         {"abc", "xyz", 3}}) {
    EXPECT_EQ(edit_distance(row.a, row.b), row.distance) << row.a << " " << row.b;
    EXPECT_EQ(edit_distance(row.b, row.a), row.distance) << row.b << " " << row.a;
  }
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  constexpr std::array<std::string_view, 5> kKnown{"host_name", "user", "tls", "listener", "max_connections"};
  struct Row {
    std::string_view word, meant;
  };
  const std::string long_word(10'000, 'a');
  for (const Row& row : {Row{"hostname", "host_name"},
                         {"HOST_NAME", "host_name"},
                         {"lisetner", "listener"},
                         {"listeners", "listener"},
                         {"max_conections", "max_connections"},
                         {"usr", "user"},
                         {"tsl", "tls"},
                         {"colour", ""},
                         {"x", ""},
                         {"", ""},
                         {long_word, ""}}) {
    EXPECT_EQ(nearest(row.word, kKnown), row.meant) << row.word.substr(0, 40);
  }
}

}  // namespace
}  // namespace portreeve::base
