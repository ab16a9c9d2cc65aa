// Puts messages into threads (RFC 5256 §3, and REFS of draft-ietf-morg-inthread-01 §4).
//
// Messages come in one by one, in the order of their sequence numbers; write() then prints what THREAD answers. Time is
// nearly linear in what came in, whatever the references say: loops are cut, and depth is no recursion.
//
// Limits. Message-IDs that no message has are remembered up to kMaxStrangers and four for each message; past that,
// references to further ones are passed over.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocols/imap/command.h"
#include "protocols/imap/thread_facts.h"

namespace portreeve::imap {

constexpr std::size_t kMaxStrangers = 100'000;

class Threader {
 public:
  explicit Threader(ThreadAlgorithm algorithm) : algorithm_(algorithm) {}

  // `number` is as it is to be printed; they rise.
  void add(std::uint32_t number, const ThreadFacts& facts, std::span<const std::uint64_t> references);
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
    std::uint64_t subject = 0;
  };

  Index make_node() {
    nodes_.emplace_back();
    return static_cast<Index>(nodes_.size() - 1);
  }
  Index own_node(std::uint64_t message_id);
  Index find_or_make(std::uint64_t message_id);
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
  std::unordered_map<std::uint64_t, Index> ids_;
  std::size_t messages_ = 0;
  std::size_t strangers_ = 0;
  std::size_t steps_ = 0;  // up the trees, looking for loops
};

}  // namespace portreeve::imap
