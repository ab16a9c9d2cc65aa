#include "core/mime/boundaries.h"

namespace portreeve::mime {

std::optional<BoundaryMatch> match_boundary(const std::vector<OpenPart>& open, std::string_view line) {
  line.remove_prefix(2);
  std::optional<BoundaryMatch> best;
  std::size_t best_size = 0;
  for (std::size_t level = open.size(); level-- > 0;) {
    const std::string& boundary = open[level].boundary;
    if (boundary.empty() || boundary.size() <= best_size || !line.starts_with(boundary)) continue;
    // White space may follow (it gets added on the way); other text makes it an ordinary line, or another's boundary.
    std::string_view after = line.substr(boundary.size());
    bool is_close = after.starts_with("--");
    bool is_end = after.empty() || after.front() == ' ' || after.front() == '\t' || after.front() == '\r' ||
                  after.front() == '\n';
    if (!is_close && !is_end) continue;
    best = BoundaryMatch{.level = level, .is_close = is_close};
    best_size = boundary.size();
  }
  return best;
}

}  // namespace portreeve::mime
