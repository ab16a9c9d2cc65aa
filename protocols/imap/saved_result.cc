#include "protocols/imap/saved_result.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "protocols/imap/numbers.h"

namespace portreeve::imap {
namespace {

class Inserter {
 public:
  Inserter(std::span<const NumberRange> saved, const store::Snapshot& messages) : saved_(saved), messages_(messages) {}

  void insert(SequenceSet& set, Numbers numbers) const {
    if (!set.is_saved()) return;
    set = SequenceSet({saved_.begin(), saved_.end()});
    if (numbers == Numbers::sequence) set = SequenceSet(*resolve(set, Numbers::uid, messages_));
  }

  void insert(SearchKey& key) const {
    std::visit(
        [this](auto& test) {
          if constexpr (std::is_same_v<std::decay_t<decltype(test)>, SearchNumbers>) {
            insert(test.set, test.is_uid ? Numbers::uid : Numbers::sequence);
          } else if constexpr (requires { test.keys; }) {
            for (SearchKey& child : test.keys) insert(child);
          }
        },
        key.test);
  }

 private:
  std::span<const NumberRange> saved_;
  const store::Snapshot& messages_;
};

}  // namespace

std::vector<NumberRange> saved_uids(std::span<const std::uint32_t> sequences, const store::Snapshot& messages) {
  std::vector<std::uint32_t> sorted(sequences.begin(), sequences.end());
  if (!std::ranges::is_sorted(sorted)) std::ranges::sort(sorted);
  std::vector<NumberRange> uids;
  std::uint32_t previous = 0;
  for (const std::uint32_t sequence : sorted) {
    const store::Uid uid = messages.at(sequence).uid;
    if (!uids.empty() && sequence <= previous + 1) {
      uids.back().last = uid;
    } else {
      uids.push_back({uid, uid});
    }
    previous = sequence;
  }
  return uids;
}

std::vector<std::uint32_t> meant_by(const SearchReturn& returns, std::span<const std::uint32_t> found) {
  const bool names_some = returns.has_min || returns.has_max || returns.page;
  if (returns.has_all || returns.has_count || found.empty() || !names_some) return {found.begin(), found.end()};
  std::vector<std::uint32_t> told;
  if (returns.page) {
    const auto shown = on_page(found, *returns.page);
    told.assign(shown.begin(), shown.end());
  }
  if (returns.has_min) told.push_back(found.front());
  if (returns.has_max) told.push_back(found.back());
  return told;
}

void insert_saved(Command& command, std::span<const NumberRange> saved, const store::Snapshot& messages) {
  const Inserter inserter(saved, messages);
  const Numbers numbers = command.is_uid ? Numbers::uid : Numbers::sequence;
  std::visit(
      [&](auto& body) {
        if constexpr (requires { inserter.insert(body.set, numbers); }) inserter.insert(body.set, numbers);
        if constexpr (requires { inserter.insert(body.key); }) inserter.insert(body.key);
        if constexpr (requires { inserter.insert(*body.uids, numbers); }) {
          if (body.uids) inserter.insert(*body.uids, Numbers::uid);
        }
      },
      command.body);
}

void insert_saved(SearchKey& key, std::span<const NumberRange> saved, const store::Snapshot& messages) {
  Inserter(saved, messages).insert(key);
}

}  // namespace portreeve::imap
