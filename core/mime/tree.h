// The parts of a message while it is being read, and the printing of what they make.
//
// Memory: what is kept of all headers together is bounded by kMaxKeptBytes; a part that comes when that is full is
// printed with its bare type. Threads: a tree belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/mime/content.h"
#include "core/mime/summary.h"

namespace portreeve::mime {

constexpr std::size_t kMaxKeptBytes = std::size_t{2} * 1024 * 1024;

class Tree {
 public:
  std::size_t size() const { return parts_.size(); }
  Part& part(std::size_t index) { return parts_[index]; }
  const Part& part(std::size_t index) const { return parts_[index]; }

  // A part that begins at `offset`. The message itself has parent -1.
  std::size_t add(std::int32_t parent, std::uint32_t number, std::uint64_t offset);
  void set_content(std::size_t index, Content content);
  void set_envelope(std::size_t index, std::string envelope);
  void set_lines(std::size_t index, std::uint64_t lines) { nodes_[index].lines = lines; }

  // Moves envelope, body structures and parts into the summary. The tree is spent.
  void finish(Summary& summary);

 private:
  struct Node {
    Content content;
    std::string envelope;  // of a message
    std::uint64_t lines = 0;
  };
  // Prints the part at `index` and those in it; gives the index of the next part that isn't in it.
  std::size_t print(std::size_t index, bool with_extension, std::string& out) const;

  std::vector<Part> parts_;
  std::vector<Node> nodes_;  // in step
  std::size_t kept_bytes_ = 0;
};

}  // namespace portreeve::mime
