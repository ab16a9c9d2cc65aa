#include "protocols/imap/message_limit.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace portreeve::imap {
namespace {

// Which messages the key looks at.
SequenceRanges looked_at(const SearchKey& key, const store::Snapshot& messages) {
  SequenceRanges left;
  if (messages.exists() > 0) left.push_back({1, messages.exists()});
  const auto narrow = [&](const SearchKey& part) {
    const auto* numbers = std::get_if<SearchNumbers>(&part.test);
    if (numbers == nullptr) return;
    left = common(left, numbers->is_uid ? *resolve(numbers->set, Numbers::uid, messages)
                                        : numbers->set.normalized(messages.exists()));
  };
  narrow(key);
  if (const auto* all = std::get_if<SearchAnd>(&key.test)) std::ranges::for_each(all->keys, narrow);
  return left;
}

}  // namespace

std::optional<store::Uid> limit_messages(const Context& context, SequenceRanges& sequences) {
  if (!has_too_many(context, sequences)) return std::nullopt;
  std::uint32_t room = context.options.message_limit;
  auto range = sequences.end();
  while (room > 0) {
    --range;
    const std::uint32_t length = range->last - range->first + 1;
    if (length > room) range->first = range->last - room + 1;
    room -= std::min(length, room);
  }
  sequences.erase(sequences.begin(), range);
  return context.selected->view->messages().at(sequences.front().first).uid;
}

std::optional<store::Uid> limit_search(const Context& context, SearchKey& key) {
  if (context.options.message_limit == 0) return std::nullopt;
  SequenceRanges sequences = looked_at(key, context.selected->view->messages());
  const auto lowest = limit_messages(context, sequences);
  if (!lowest) return std::nullopt;
  SearchAnd both;
  both.keys.push_back({SearchNumbers{SequenceSet(std::move(sequences)), false}});
  both.keys.push_back(std::move(key));
  key.test = std::move(both);
  return lowest;
}

bool has_too_many(const Context& context, const SequenceRanges& sequences) {
  return context.options.message_limit != 0 && count(sequences) > context.options.message_limit;
}

bool searches_too_many(const Context& context, const SearchKey& key) {
  if (context.options.message_limit == 0) return false;
  return has_too_many(context, looked_at(key, context.selected->view->messages()));
}

Reply too_many_messages(const Context& context) {
  return Reply::no("That is about too many messages at once",
                   Code::message_limit(context.options.message_limit, std::nullopt));
}

Reply with_limit(Context& context, Reply reply, std::optional<store::Uid> lowest) {
  if (!lowest) return reply;
  const Code code = Code::message_limit(context.options.message_limit, lowest);
  if (reply.code.empty() && reply.condition == Condition::ok) {
    reply.code = code;
  } else {
    context.tell(Reply::no("Not all of those messages were done", code));
  }
  return reply;
}

}  // namespace portreeve::imap
