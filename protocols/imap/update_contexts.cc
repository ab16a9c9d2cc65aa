#include "protocols/imap/update_contexts.h"

#include <algorithm>
#include <bit>
#include <ctime>
#include <iterator>
#include <memory>
#include <numeric>
#include <type_traits>

#include "protocols/imap/failure.h"
#include "protocols/imap/fetch_answer.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/result_placer.h"
#include "protocols/imap/search_matcher.h"

namespace portreeve::imap {
namespace {

// Messages that are looked at in a turn: in the store, and in memory.
constexpr std::size_t kBatch = 128;
constexpr std::size_t kBatchInMemory = 10'000;
constexpr std::string_view kWhat = "Cannot keep the result up to date";

// RFC 5267 §4.3: sequence numbers mean what they meant when the command came. False: there are more than `most` of
// them.
bool make_uids(SearchKey& key, const store::Snapshot& messages, std::size_t& most) {
  return std::visit(
      [&](auto& test) {
        using Test = std::decay_t<decltype(test)>;
        if constexpr (std::is_same_v<Test, SearchNumbers>) {
          if (test.is_uid) {
            if (test.set.ranges().size() > most) return false;
            most -= test.set.ranges().size();
            return true;
          }
          std::vector<NumberRange> uids;
          // Each by itself where a range would have room for others; resolve() gives nothing for numbers above EXISTS.
          if (const auto sequences = resolve(test.set, Numbers::sequence, messages)) {
            if (count(*sequences) > most) return false;
            most -= count(*sequences);
            for (const std::uint32_t sequence : numbers_of(*sequences)) add_number(uids, messages.at(sequence).uid);
          }
          test = SearchNumbers{SequenceSet(std::move(uids)), true};
        } else if constexpr (requires { test.keys; }) {
          return std::ranges::all_of(test.keys, [&](SearchKey& child) { return make_uids(child, messages, most); });
        }
        return true;
      },
      key.test);
}

std::size_t messages_in(const UpdateContexts& contexts) {
  return std::accumulate(contexts.all.begin(), contexts.all.end(), std::size_t{0},
                         [](std::size_t sum, const UpdateContext& each) { return sum + each.result.size(); });
}

void write_no_update(Context& context, std::string_view tag, Text why) {
  context.tell(Reply::no(std::move(why), Code::no_update(tag)));
}

void write_change(Context& context, const UpdateContext& each, ResultChange change, std::vector<ResultPiece> pieces) {
  if (each.numbers == Numbers::sequence) {
    const store::Snapshot& messages = context.selected->view->messages();
    for (ResultPiece& piece : pieces) {
      for (std::uint32_t& number : piece.numbers) number = messages.sequence_of(number);
    }
  }
  write_result_change(context.out(), each.tag, each.numbers == Numbers::uid, change, pieces);
}

// Which of some messages match.
class Rematch {
 public:
  Rematch(const SearchMatcher& matcher, const store::Snapshot& messages, std::span<const std::uint32_t> sequences)
      : matcher_(matcher),
        messages_(messages),
        batch_(matcher.needs_store() ? kBatch : kBatchInMemory),
        sequences_(sequences) {}

  bool is_done() const { return sequences_.empty(); }
  store::Result<> go_on() {
    const auto batch = sequences_.first(std::min(sequences_.size(), batch_));
    std::vector<SearchMatcher::Candidate> open;
    std::vector<std::uint32_t> matching;
    for (const std::uint32_t sequence : batch) {
      const store::Message& message = messages_.at(sequence);
      const auto verdict = matcher_.judge(sequence, message);
      if (verdict == SearchMatcher::Verdict::yes) matching.push_back(sequence);
      if (verdict == SearchMatcher::Verdict::open) open.push_back({.sequence = sequence, .message = &message});
    }
    if (!open.empty()) {
      if (const auto done = matcher_.decide(open); !done) return done;
    }
    for (const SearchMatcher::Candidate& each : open) {
      if (each.verdict == SearchMatcher::Verdict::yes) matching.push_back(each.sequence);
    }
    std::ranges::sort(matching);
    matching_.insert(matching_.end(), matching.begin(), matching.end());
    sequences_ = sequences_.subspan(batch.size());
    return {};
  }
  std::vector<std::uint32_t>& matching() { return matching_; }

 private:
  const SearchMatcher& matcher_;
  const store::Snapshot& messages_;
  const std::size_t batch_;
  std::span<const std::uint32_t> sequences_;
  std::vector<std::uint32_t> matching_;
};

template <class Work>
async::Task<store::Result<>> finish(Context& context, Work& work, bool is_offloaded) {
  store::Result<> outcome;
  const auto turn = [&] { outcome = work.go_on(); };
  while (outcome && !work.is_done()) {
    if (is_offloaded) {
      co_await async::offload(context.services.readers, context.loop(), turn);
    } else {
      turn();
    }
  }
  co_return outcome;
}

// What becomes of one result.
struct Update {
  std::vector<store::Uid> removed = {};  // ascending
  std::vector<Placed> added = {};        // in the order of the result
  std::optional<store::Error> error = {};
};

std::vector<store::Uid> uids_at(std::span<const std::uint32_t> sequences, const store::Snapshot& messages) {
  std::vector<store::Uid> uids;
  uids.reserve(sequences.size());
  for (const std::uint32_t sequence : sequences) uids.push_back(messages.at(sequence).uid);
  return uids;
}

// `changed` are ascending numbers of messages that came or have other flags.
async::Task<store::Result<Update>> work_out(Context& context, const UpdateContext& each,
                                            std::span<const std::uint32_t> changed) {
  const View& view = *context.selected->view;
  const store::Snapshot& messages = view.messages();
  const SearchMatcher matcher(context.services.store, view, each.key, each.begun, each.comparator.collation);
  Rematch rematch(matcher, messages, changed);
  if (auto done = co_await finish(context, rematch, matcher.needs_store() || changed.size() > kBatchInMemory); !done)
    co_return std::unexpected(std::move(done.error()));

  const std::vector<store::Uid> all = uids_at(changed, messages);
  const std::vector<store::Uid> matching = uids_at(rematch.matching(), messages);
  const std::vector<store::Uid> had = members(each.result, all, each.is_sorted());
  Update update;
  std::ranges::set_difference(had, matching, std::back_inserter(update.removed));
  std::vector<std::uint32_t> added;
  for (const std::uint32_t sequence : rematch.matching()) {
    if (!std::ranges::binary_search(had, messages.at(sequence).uid)) added.push_back(sequence);
  }
  if (!each.is_sorted() || added.empty()) {
    for (const std::uint32_t sequence : added) update.added.push_back({0, messages.at(sequence).uid});
    co_return update;
  }
  // Places are among what stays.
  ResultList staying = each.result;
  take_out(staying, update.removed, true);
  ResultPlacer placer(context.services.store, messages, staying, each.criteria, each.comparator, std::move(added));
  if (auto done = co_await finish(context, placer, true); !done) co_return std::unexpected(std::move(done.error()));
  update.added = placer.take_placed();
  co_return update;
}

void apply(Context& context, UpdateContext& each, const Update& update) {
  if (auto pieces = take_out(each.result, update.removed, each.is_sorted()); !pieces.empty())
    write_change(context, each, ResultChange::removed, std::move(pieces));
  if (auto pieces = put_in(each.result, update.added, each.is_sorted()); !pieces.empty())
    write_change(context, each, ResultChange::added, std::move(pieces));
}

// Who asks for something of a new message: a bit for each context, and one for NOTIFY.
using Askers = std::uint32_t;
constexpr Askers kNotifyAsks = Askers{1} << kMaxUpdateContexts;

class NewMessages {
 public:
  NewMessages(const Context& context, std::uint32_t first)
      : contexts_(context.selected->contexts.get()), messages_(context.selected->view->messages()), first_(first) {
    if (const EventGroup* group = selected_group(context)) notify_items_ = &group->items;
    if (notify_items_ != nullptr && notify_items_->empty()) notify_items_ = nullptr;
    const Askers all = notify_items_ != nullptr ? kNotifyAsks : 0;
    askers_.assign(messages_.exists() + 1 - first, all);
  }

  void add_found(std::size_t context, const Update& update) {
    if (contexts_->all[context].items.empty()) return;
    for (const Placed& placed : update.added) {
      const std::uint32_t sequence = messages_.sequence_of(placed.uid);
      if (sequence >= first_) askers_[sequence - first_] |= Askers{1} << context;
    }
  }
  // RFC 5465 §5.2: what this session brought itself isn't fetched.
  void leave_out(NumberRange uids) {
    for (std::size_t i = 0; i < askers_.size(); ++i) {
      const store::Uid uid = messages_.at(first_ + static_cast<std::uint32_t>(i)).uid;
      if (uid >= uids.first && uid <= uids.last) askers_[i] = 0;
    }
  }

  // The next messages of which the same is to be told. False: there are no more.
  bool next(NumberRange& sequences, Fetch& fetch) {
    while (next_ < askers_.size() && askers_[next_] == 0) ++next_;
    if (next_ == askers_.size()) return false;
    const std::size_t begin = next_;
    while (next_ < askers_.size() && askers_[next_] == askers_[begin]) ++next_;
    sequences = {first_ + static_cast<std::uint32_t>(begin), first_ + static_cast<std::uint32_t>(next_) - 1};
    fetch = {};
    if ((askers_[begin] & kNotifyAsks) != 0) add_items(fetch, *notify_items_);
    for (std::size_t i = 0; i < kMaxUpdateContexts; ++i) {
      if ((askers_[begin] & Askers{1} << i) != 0) add_items(fetch, contexts_->all[i].items);
    }
    return true;
  }

 private:
  static void add_items(Fetch& fetch, const std::vector<FetchItem>& items) {
    for (const FetchItem& item : items) {
      if (std::ranges::find(fetch.items, item) == fetch.items.end()) fetch.items.push_back(item);
    }
  }

  const UpdateContexts* contexts_;
  const store::Snapshot& messages_;
  const std::uint32_t first_;
  const std::vector<FetchItem>* notify_items_ = nullptr;
  std::vector<Askers> askers_;
  std::size_t next_ = 0;
};

async::Task<> fetch_new(Context& context, NewMessages messages) {
  NumberRange range;
  Fetch fetch;
  while (!context.is_over() && messages.next(range, fetch)) {
    // RFC 7162 §3.2.4: what nobody asked for bears MODSEQ.
    if (context.is_condstore_enabled &&
        std::ranges::find(fetch.items, FetchItem::Kind::mod_seq, &FetchItem::kind) == fetch.items.end()) {
      fetch.items.emplace_back().kind = FetchItem::Kind::mod_seq;
    }
    const SequenceRanges sequences{range};
    FetchRenderer renderer(context.services.store, *context.selected->view, fetch, Numbers::uid, sequences, {}, false,
                           context.is_uid_only);
    const FetchRenderer::Outcome outcome = co_await send_fetched(context, renderer);
    if (outcome == FetchRenderer::Outcome::broken) context.end({"store failed"});
    if (outcome == FetchRenderer::Outcome::failed || outcome == FetchRenderer::Outcome::broken)
      context.tell(failure(context, "Cannot fetch new messages", renderer.error()));
  }
}

async::Task<std::vector<Update>> work_out_all(Context& context, std::uint32_t first_new) {
  std::vector<Update> updates;
  if (!context.selected->contexts) co_return updates;
  UpdateContexts& contexts = *context.selected->contexts;
  std::vector<std::uint32_t> changed = std::exchange(contexts.flagged, {});
  if (first_new != 0) {
    for (std::uint32_t sequence = first_new; sequence <= context.selected->view->messages().exists(); ++sequence)
      changed.push_back(sequence);
  }
  if (changed.empty()) co_return updates;
  for (const UpdateContext& each : contexts.all) {
    auto update = co_await work_out(context, each, changed);
    updates.push_back(update ? std::move(*update) : Update{.error = std::move(update.error())});
  }
  co_return updates;
}

void apply_all(Context& context, const std::vector<Update>& updates) {
  UpdateContexts& contexts = *context.selected->contexts;
  std::vector<std::string> failed;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    UpdateContext& each = contexts.all[i];
    if (updates[i].error) {
      write_no_update(context, each.tag, failure(context, kWhat, *updates[i].error).text);
      failed.push_back(each.tag);
      continue;
    }
    apply(context, each, updates[i]);
    if (messages_in(contexts) <= kMaxContextMessages) continue;
    write_no_update(context, each.tag, "It has too many messages now");
    failed.push_back(each.tag);
    each.result = {};
  }
  cancel_updates(*context.selected, failed);
}

}  // namespace

bool UpdateContexts::has(std::string_view tag) const {
  return std::ranges::find(all, tag, &UpdateContext::tag) != all.end();
}

std::optional<Reply> refuse_tag(const Context& context, const std::optional<SearchReturn>& returns) {
  const UpdateContexts* contexts = context.selected->contexts.get();
  if (!is_updated(returns) || contexts == nullptr || !contexts->has(context.tag)) return std::nullopt;
  return Reply::bad("The tag is that of a result that is kept up to date");
}

void keep_updated(Context& context, const std::optional<SearchReturn>& returns, const SearchKey& key,
                  const std::vector<SortCriterion>& criteria, std::span<const std::uint32_t> found, Numbers numbers) {
  if (!is_updated(returns)) return;
  std::unique_ptr<UpdateContexts>& contexts = context.selected->contexts;
  const std::size_t messages = contexts ? messages_in(*contexts) : 0;
  if (contexts && contexts->all.size() == kMaxUpdateContexts)
    return write_no_update(context, context.tag, "As many results as may be are kept up to date");
  if (messages + found.size() > kMaxContextMessages)
    return write_no_update(context, context.tag, "The result is too large to be kept up to date");

  const store::Snapshot& view = context.selected->view->messages();
  UpdateContext each;
  each.tag = context.tag;
  each.numbers = numbers;
  each.key = key;
  each.comparator = context.comparator;
  std::size_t most = kMaxContextMessages;
  if (!make_uids(each.key, view, most))
    return write_no_update(context, context.tag, "The search names too many messages to be kept up to date");
  each.begun = std::time(nullptr);
  each.criteria = criteria;
  each.items = returns->update_items;
  for (FetchItem& item : each.items) item.is_peek = true;
  each.result = uids_at(found, view);
  if (!contexts) contexts = std::make_unique<UpdateContexts>();
  contexts->all.push_back(std::move(each));
}

void cancel_updates(Selected& selected, std::span<const std::string> tags) {
  if (!selected.contexts || tags.empty()) return;
  std::erase_if(selected.contexts->all,
                [&](const UpdateContext& each) { return std::ranges::find(tags, each.tag) != tags.end(); });
  if (selected.contexts->all.empty()) selected.contexts.reset();
}

void note_changes(UpdateContexts& contexts, const Changes& changes) {
  contexts.gone.clear();
  std::size_t i = changes.expunged.size();
  for (const NumberRange& range : changes.vanished) {
    for (std::uint32_t uid = range.first; uid <= range.last; ++uid)
      contexts.gone.emplace_back(uid, changes.expunged[--i]);
  }
  contexts.flagged = changes.flags;
}

void tell_removed(Context& context) {
  UpdateContexts& contexts = *context.selected->contexts;
  const auto gone = std::exchange(contexts.gone, {});
  std::vector<store::Uid> uids;
  uids.reserve(gone.size());
  for (const auto& [uid, sequence] : gone) uids.push_back(uid);
  for (UpdateContext& each : contexts.all) {
    auto pieces = take_out(each.result, members(each.result, uids, each.is_sorted()), each.is_sorted());
    if (pieces.empty()) continue;
    if (each.numbers == Numbers::sequence) {
      for (ResultPiece& piece : pieces) {
        for (std::uint32_t& number : piece.numbers)
          number = std::ranges::lower_bound(gone, number, {}, &std::pair<store::Uid, std::uint32_t>::first)->second;
      }
    }
    write_result_change(context.out(), each.tag, each.numbers == Numbers::uid, ResultChange::removed, pieces);
  }
}

async::Task<> tell_found_news(Context& context, std::uint32_t first_new) {
  const std::vector<Update> updates = co_await work_out_all(context, first_new);
  if (first_new != 0) {
    NewMessages messages(context, first_new);
    for (std::size_t i = 0; i < updates.size(); ++i) messages.add_found(i, updates[i]);
    messages.leave_out(context.selected->own_new);
    // RFC 5465 §7 has FETCH before ESEARCH, as §5.1 has it for flags; only a sentence of §5.2 says otherwise.
    co_await fetch_new(context, std::move(messages));
  }
  if (!context.is_over() && !updates.empty()) apply_all(context, updates);
}

}  // namespace portreeve::imap
