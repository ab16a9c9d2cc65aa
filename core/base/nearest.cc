#include "core/base/nearest.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/ascii.h"

namespace portreeve::base {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table: swaps look two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  // A third of the letters wrong is still a slip; more is another word.
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (std::string_view candidate : known) {
    const bool is_long = word.size() > 64;  // not a slip, and the table grows with it
    const std::size_t distance = is_long ? least : edit_distance(lowered(word), candidate);
    // "user" is no slip of "tls": some letters must be right.
    if (distance < least && distance < std::max(word.size(), candidate.size()) / 2 + 1) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace portreeve::base
