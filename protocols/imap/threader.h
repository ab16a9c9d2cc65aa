// Puts messages into threads (RFC 5256 §3, and REFS of draft-ietf-morg-inthread-01 §4).
//
// Messages come in one by one, in the order of their sequence numbers; write() then prints what THREAD answers. Time is
// nearly linear in what came in, whatever the references say: loops are cut, and depth is no recursion.
//
// Limits. Of a message's references the first and the last kMaxReferences - 1 count. Message-IDs that no message has
// are remembered up to kMaxStrangers and four for each message; past that, references to further ones are passed over.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/command.h"

namespace portreeve::imap {

constexpr std::size_t kMaxReferences = 100;
constexpr std::size_t kMaxStrangers = 100'000;
constexpr std::size_t kMaxMessageIdBytes = 256;  // a longer one counts by its beginning

struct ThreadMessage {
  std::uint32_t number = 0;  // as it is to be printed
  std::int64_t date = 0;     // when it was sent
  std::string subject = {};  // the base subject, as a collation key; may be empty
  bool is_reply_or_forward = false;
  std::string_view message_id = {};   // the field's value
  std::string_view references = {};   // the field's value
  std::string_view in_reply_to = {};  // the field's value
};

// The Message-IDs of a field (RFC 5322 §3.6.4), without their brackets, quotes and folding; other words are passed
// over.
std::vector<std::string> message_ids(std::string_view field);

class Threader {
 public:
  explicit Threader(ThreadAlgorithm algorithm) : algorithm_(algorithm) {}

  void add(const ThreadMessage& message);
  // Prints the threads; call it once. " (1 2)(3)", or nothing if there are none.
  void write(std::string& out);

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffff'ffff;
  // A message, or a place for one that isn't here, which is a "dummy".
  struct Node {
    std::uint32_t number = 0;  // 0: a dummy
    std::int64_t date = 0;     // of a dummy, in the end, that of its first child
    Index parent = kNone;
    Index first_child = kNone;
    Index last_child = kNone;
    Index next = kNone;
    bool has_children = false;  // while `parent` alone is kept
    bool is_reply_or_forward = false;
    std::string subject;
  };

  Index make_node() {
    nodes_.emplace_back();
    return static_cast<Index>(nodes_.size() - 1);
  }
  Index own_node(const ThreadMessage& message);
  Index find_or_make(const std::string& id);
  void link(Index parent, Index child, bool replaces);
  bool is_within(Index node, Index ancestor);

  std::vector<Index> by_subject();
  std::vector<Index> by_references();
  void gather_children(std::vector<Index>& roots);
  void prune_dummies(std::vector<Index>& roots);
  void merge_subjects(std::vector<Index>& roots);
  void sort_siblings(std::vector<Index>& roots);
  void sort_by_newest(std::vector<Index>& roots);

  std::vector<Index> children(Index node) const;
  void set_children(Index node, const std::vector<Index>& children);
  void append_child(Index parent, Index child);
  void append_children(Index parent, Index from);
  // Every node before those below it.
  std::vector<Index> downward(const std::vector<Index>& roots) const;
  void sort(std::vector<Index>& siblings) const;
  Index first_message(Index node) const;
  void write(std::string& out, Index root) const;

  const ThreadAlgorithm algorithm_;
  std::vector<Node> nodes_;
  std::map<std::string, Index, std::less<>> ids_;
  std::size_t messages_ = 0;
  std::size_t strangers_ = 0;
  std::size_t steps_ = 0;  // up the trees, looking for loops
};

}  // namespace portreeve::imap
