#include "protocols/imap/threader.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

// Looking for a loop goes up from where a link is to be made, which is a step or two in honest mail.
constexpr std::size_t kStepsPerNode = 64;
constexpr std::size_t kStepsAtLeast = 1'000'000;

}  // namespace

// --- links

// RFC 5256 §3: a message without a Message-ID, or with one that another has, gets one of its own.
Threader::Index Threader::own_node(std::uint64_t message_id) {
  if (message_id == 0 || algorithm_ == ThreadAlgorithm::ordered_subject) return make_node();
  const auto [at, is_new] = ids_.try_emplace(message_id, kNone);
  if (is_new) at->second = make_node();
  if (nodes_[at->second].number != 0) return make_node();
  if (!is_new) --strangers_;
  return at->second;
}

Threader::Index Threader::find_or_make(std::uint64_t message_id) {
  if (const auto known = ids_.find(message_id); known != ids_.end()) return known->second;
  if (strangers_ >= kMaxStrangers + 4 * messages_) return kNone;
  ++strangers_;
  return ids_.emplace(message_id, make_node()).first->second;
}

void Threader::add(std::uint32_t number, const ThreadFacts& facts, std::span<const std::uint64_t> references) {
  ++messages_;
  const Index own = own_node(facts.message_id);
  nodes_[own].number = number;
  nodes_[own].date = facts.date;
  nodes_[own].subject = facts.subject;
  nodes_[own].is_reply_or_forward = facts.is_reply_or_forward;
  if (algorithm_ == ThreadAlgorithm::ordered_subject) return;

  // (1)(A) and (B).
  Index before = kNone;
  for (const std::uint64_t id : references) {
    const Index referred = find_or_make(id);
    if (referred == kNone) continue;
    if (before != kNone) link(before, referred, false);
    before = referred;
  }
  // What it says of itself counts more than what others' references have before it, even if it says nothing.
  if (before == kNone) {
    nodes_[own].parent = kNone;
  } else {
    link(before, own, true);
  }
}

void Threader::link(Index parent, Index child, bool replaces) {
  Node& node = nodes_[child];
  if (parent == child || node.parent == parent || (node.parent != kNone && !replaces)) return;
  // What has nothing below it can't be above anything.
  if (node.has_children && is_within(parent, child)) return;
  node.parent = parent;
  nodes_[parent].has_children = true;
}

// True too where finding out costs too much.
bool Threader::is_within(Index node, Index ancestor) {
  const std::size_t most = kStepsAtLeast + kStepsPerNode * nodes_.size();
  for (; node != kNone; node = nodes_[node].parent) {
    if (node == ancestor || ++steps_ > most) return true;
  }
  return false;
}

// --- trees

std::vector<Threader::Index> Threader::children(Index node) const {
  std::vector<Index> out;
  for (Index child = nodes_[node].first_child; child != kNone; child = nodes_[child].next) out.push_back(child);
  return out;
}

void Threader::append_child(Index parent, Index child) {
  nodes_[child].next = kNone;
  Node& node = nodes_[parent];
  if (node.first_child == kNone) {
    node.first_child = child;
  } else {
    nodes_[node.last_child].next = child;
  }
  node.last_child = child;
}

void Threader::append_children(Index parent, Index from) {
  if (nodes_[from].first_child == kNone) return;
  Node& node = nodes_[parent];
  if (node.first_child == kNone) {
    node.first_child = nodes_[from].first_child;
  } else {
    nodes_[node.last_child].next = nodes_[from].first_child;
  }
  node.last_child = nodes_[from].last_child;
}

void Threader::set_children(Index node, const std::vector<Index>& children) {
  nodes_[node].first_child = kNone;
  nodes_[node].last_child = kNone;
  for (const Index child : children) append_child(node, child);
}

std::vector<Threader::Index> Threader::downward(const std::vector<Index>& roots) const {
  std::vector<Index> order = roots;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (Index child = nodes_[order[i]].first_child; child != kNone; child = nodes_[child].next) order.push_back(child);
  }
  return order;
}

Threader::Index Threader::first_message(Index node) const {
  return nodes_[node].number != 0 ? node : nodes_[node].first_child;
}

// By date; numbers rise with the sequence numbers.
void Threader::sort(std::vector<Index>& siblings) const {
  const auto key = [this](Index index) { return std::tuple(nodes_[index].date, nodes_[first_message(index)].number); };
  std::ranges::sort(siblings, {}, key);
}

// (2)
void Threader::gather_children(std::vector<Index>& roots) {
  for (Index i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].parent == kNone) {
      roots.push_back(i);
    } else {
      append_child(nodes_[i].parent, i);
    }
  }
}

// (3) From below: a dummy's children are messages by the time that it is looked at.
void Threader::prune_dummies(std::vector<Index>& roots) {
  const std::vector<Index> order = downward(roots);
  for (const Index node : order | std::views::reverse) {
    // Its list is made anew with the dummies' lists in their places, each moved as a whole.
    Index child = nodes_[node].first_child;
    nodes_[node].first_child = kNone;
    nodes_[node].last_child = kNone;
    while (child != kNone) {
      const Index next = nodes_[child].next;
      if (nodes_[child].number != 0) {
        append_child(node, child);
      } else {
        append_children(node, child);
      }
      child = next;
    }
  }
  // At the top a dummy holds together what it has below, unless that is one.
  std::vector<Index> kept;
  for (const Index root : roots) {
    const Node& node = nodes_[root];
    if (node.number != 0) {
      kept.push_back(root);
    } else if (node.first_child != kNone) {
      kept.push_back(node.first_child == node.last_child ? node.first_child : root);
    }
  }
  roots = std::move(kept);
}

// (4) and (6). What is below a dummy is sorted before it, as it counts by its first child.
void Threader::sort_siblings(std::vector<Index>& roots) {
  for (const Index node : downward(roots) | std::views::reverse) {
    if (nodes_[node].first_child != nodes_[node].last_child) {
      std::vector<Index> siblings = children(node);
      sort(siblings);
      set_children(node, siblings);
    }
    if (nodes_[node].number == 0) nodes_[node].date = nodes_[nodes_[node].first_child].date;
  }
  sort(roots);
}

// (5)
void Threader::merge_subjects(std::vector<Index>& roots) {
  // The lambdas give references to nodes, which must not move.
  nodes_.reserve(nodes_.size() + roots.size());
  // (A) and (B)
  std::unordered_map<std::uint64_t, Index> table;
  const auto subject_of = [this](Index root) -> const Node& { return nodes_[first_message(root)]; };
  const auto is_dummy = [this](Index root) { return nodes_[root].number == 0; };
  const auto is_reply = [this](Index root) { return nodes_[root].number != 0 && nodes_[root].is_reply_or_forward; };
  for (const Index root : roots) {
    const std::uint64_t subject = subject_of(root).subject;
    if (subject == 0) continue;
    const auto [at, is_new] = table.try_emplace(subject, root);
    if (is_new || is_dummy(at->second)) continue;
    if (is_dummy(root) || (is_reply(at->second) && !is_reply(root))) at->second = root;
  }
  // (C)
  std::vector<bool> is_gone(nodes_.size() + roots.size(), false);
  std::vector<Index> made;
  for (const Index root : roots) {
    const std::uint64_t subject = subject_of(root).subject;
    if (subject == 0 || is_gone[root]) continue;
    Index& in_table = table.find(subject)->second;
    if (in_table == root) continue;
    if (is_dummy(in_table) && is_dummy(root)) {
      append_children(in_table, root);
      is_gone[root] = true;
    } else if (is_dummy(in_table) || (is_reply(root) && !is_reply(in_table))) {
      append_child(in_table, root);
      is_gone[root] = true;
    } else {
      const Index dummy = make_node();
      append_child(dummy, in_table);
      append_child(dummy, root);
      is_gone[in_table] = true;
      is_gone[root] = true;
      made.push_back(dummy);
      in_table = dummy;
    }
  }
  std::erase_if(roots, [&](Index root) { return is_gone[root]; });
  roots.insert(roots.end(), made.begin(), made.end());
}

// REFS: the thread with the newest message comes last, and subjects say nothing.
void Threader::sort_by_newest(std::vector<Index>& roots) {
  std::vector<std::int64_t> newest(nodes_.size());
  std::vector<Index> top(nodes_.size(), kNone);
  for (const Index root : roots) top[root] = root;
  for (const Index node : downward(roots)) {
    const Index root = top[node];
    newest[root] = node == root ? nodes_[node].date : std::max(newest[root], nodes_[node].date);
    for (Index child = nodes_[node].first_child; child != kNone; child = nodes_[child].next) top[child] = root;
  }
  std::ranges::sort(roots, {},
                    [&](Index root) { return std::tuple(newest[root], nodes_[first_message(root)].number); });
}

std::vector<Threader::Index> Threader::by_references() {
  std::vector<Index> roots;
  gather_children(roots);
  prune_dummies(roots);
  if (algorithm_ == ThreadAlgorithm::references) {
    sort_siblings(roots);
    merge_subjects(roots);
  }
  sort_siblings(roots);
  if (algorithm_ == ThreadAlgorithm::refs) sort_by_newest(roots);
  return roots;
}

// ORDEREDSUBJECT: those of one subject by date, the first of them above all the others.
std::vector<Threader::Index> Threader::by_subject() {
  std::vector<Index> order(nodes_.size());
  for (Index i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [this](Index index) {
    const Node& node = nodes_[index];
    return std::tuple(node.subject, node.date, node.number);
  };
  std::ranges::sort(order, [&](Index a, Index b) { return key(a) < key(b); });
  std::vector<Index> roots;
  for (const Index index : order) {
    if (!roots.empty() && nodes_[roots.back()].subject == nodes_[index].subject) {
      append_child(roots.back(), index);
    } else {
      roots.push_back(index);
    }
  }
  sort(roots);
  return roots;
}

// --- printing

void Threader::write(std::string& out) {
  const auto roots = algorithm_ == ThreadAlgorithm::ordered_subject ? by_subject() : by_references();
  if (!roots.empty()) out += ' ';
  for (const Index root : roots) write(out, root);
}

// thread-list = "(" (thread-members / thread-nested) ")"; an only child follows its parent, several are lists.
void Threader::write(std::string& out, Index root) const {
  // What to print next: a list that begins with a node, or, kNone, the end of one.
  std::vector<Index> pending{root};
  while (!pending.empty()) {
    Index node = pending.back();
    pending.pop_back();
    if (node == kNone) {
      out += ')';
      continue;
    }
    out += '(';
    pending.push_back(kNone);
    bool is_first = true;
    for (; node != kNone; is_first = false) {
      if (nodes_[node].number != 0) {
        if (!is_first) out += ' ';
        write_number(out, nodes_[node].number);
      }
      const Index child = nodes_[node].first_child;
      if (child == kNone || child == nodes_[node].last_child) {
        node = child;
        continue;
      }
      if (nodes_[node].number != 0) out += ' ';
      const std::size_t begin = pending.size();
      for (Index sibling = child; sibling != kNone; sibling = nodes_[sibling].next) pending.push_back(sibling);
      std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(begin), pending.end());
      break;
    }
  }
}

}  // namespace portreeve::imap
