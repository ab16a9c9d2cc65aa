#include "protocols/pop3/maildrop.h"

#include <utility>

namespace portreeve::pop3 {

Maildrop::Maildrop(store::SnapshotPtr snapshot) : snapshot_(std::move(snapshot)) { unmark_all(); }

const store::Message* Maildrop::find(std::uint32_t number) const {
  if (number == 0 || number > snapshot_->exists() || is_marked(number)) return nullptr;
  return &snapshot_->at(number);
}

void Maildrop::mark(std::uint32_t number) {
  if (marks_.empty()) marks_.resize(snapshot_->exists());
  marks_[number - 1] = true;
  --count_;
  bytes_ -= snapshot_->at(number).pop3_size;
}

void Maildrop::unmark_all() {
  std::vector<bool>().swap(marks_);
  count_ = snapshot_->exists();
  bytes_ = 0;
  for (const auto& block : snapshot_->blocks) {
    for (const store::Message& message : *block) bytes_ += message.pop3_size;
  }
}

store::UidSet Maildrop::marked() const {
  store::UidSet uids;
  if (marks_.empty()) return uids;
  bool is_range_open = false;
  std::uint32_t number = 0;
  for (const auto& block : snapshot_->blocks) {
    for (const store::Message& message : *block) {
      const bool is_wanted = marks_[number++];
      if (is_wanted && is_range_open) uids.back().last = message.uid;
      if (is_wanted && !is_range_open) uids.push_back({.first = message.uid, .last = message.uid});
      is_range_open = is_wanted;
    }
  }
  return uids;
}

}  // namespace portreeve::pop3
