#include "protocols/imap/metadata.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

// RFC 5464 §4.2.2: the entry itself, and those at most so far below it.
bool is_within(std::string_view entry, std::string_view asked, GetMetadata::Depth depth) {
  if (!entry.starts_with(asked)) return false;
  const std::string_view below = entry.substr(asked.size());
  if (below.empty()) return true;
  if (depth == GetMetadata::Depth::zero || !below.starts_with('/')) return false;
  return depth == GetMetadata::Depth::infinity || below.find('/', 1) == std::string_view::npos;
}

}  // namespace

std::size_t write_metadata_of(std::string& out, std::string_view mailbox, const GetMetadata& asked,
                              std::span<const store::Annotation> annotations, NameForm form) {
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> found;
  std::set<std::string_view> seen;
  std::size_t longest = 0;
  for (const std::string& name : asked.entries) {
    bool is_there = false;
    for (const store::Annotation& annotation : annotations) {
      if (!is_within(annotation.entry, name, asked.depth)) continue;
      is_there = true;
      if (!seen.insert(annotation.entry).second) continue;
      if (asked.max_size && annotation.value->size() > *asked.max_size) {
        longest = std::max(longest, annotation.value->size());
      } else {
        found.emplace_back(annotation.entry, *annotation.value);
      }
    }
    if (!is_there && asked.depth == GetMetadata::Depth::zero && seen.insert(name).second) {
      found.emplace_back(name, std::nullopt);
    }
  }
  if (!found.empty()) write_metadata(out, mailbox, found, form);
  return longest;
}

}  // namespace portreeve::imap
