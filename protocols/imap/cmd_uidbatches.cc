// UIDBATCHES (RFC 10022).
#include <algorithm>
#include <vector>

#include "protocols/imap/handlers.h"

namespace portreeve::imap {
namespace {

constexpr std::uint32_t kLeastSize = 500;
// In one answer, which has 22 bytes for each at most.
constexpr std::uint32_t kMostBatches = 10'000;

// The batches begin at the highest UID; without gaps, the last one goes down to UID 1.
std::vector<NumberRange> batches_of(const store::Snapshot& messages, std::uint32_t size, const NumberRange& wanted) {
  std::vector<NumberRange> batches;
  const std::uint32_t exists = messages.exists();
  for (std::uint64_t number = wanted.first; number <= wanted.last; ++number) {
    const std::uint64_t above = (number - 1) * size;  // messages in the batches before
    if (above >= exists) break;
    const auto highest = static_cast<std::uint32_t>(exists - above);
    const std::uint32_t lowest = highest > size ? highest - size + 1 : 1;
    // UIDs without a message between two batches belong to the lower one.
    const store::Uid last = above == 0 ? messages.at(highest).uid : messages.at(highest + 1).uid - 1;
    batches.push_back({lowest == 1 ? 1 : messages.at(lowest).uid, last});
  }
  return batches;
}

}  // namespace

async::Task<Reply> handle(Context& context, const UidBatches& command) {
  if (command.wanted && command.wanted->first > command.wanted->last)
    co_return Reply::bad("The first batch comes before the last", "CLIENTBUG");
  if (command.size < kLeastSize) co_return Reply::no("Batches have 500 messages at least", "TOOFEW");
  // A batch is for one command, which can't be about more messages than this.
  const std::uint32_t limit = context.options.message_limit;
  const std::uint32_t size = limit == 0 ? command.size : std::min(command.size, limit);
  const store::Snapshot& messages = context.selected->view->messages();
  const NumberRange wanted = command.wanted.value_or(NumberRange{1, UINT32_MAX});
  const std::uint32_t there = messages.exists() / size + 1;
  if (command.wanted ? wanted.last - wanted.first >= kMostBatches : there > kMostBatches)
    co_return Reply::no("Ask for fewer batches at once", "TOOMANY");
  write_uid_batches(context.out(), context.tag, batches_of(messages, size, wanted));
  co_return Reply::ok("Those are the batches");
}

}  // namespace portreeve::imap
