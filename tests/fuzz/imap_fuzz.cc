// What a client may send over IMAP: the parser stays in bounds and sees the same however the bytes are cut; names, sets
// and patterns keep their promises.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/parser.h"
#include "protocols/imap/printed_envelope.h"
#include "protocols/imap/search_filter.h"
#include "protocols/imap/threader.h"

namespace {

using namespace portreeve::imap;

void require(bool holds) {
  if (!holds) std::abort();
}

// Small, so that inputs of a few hundred bytes meet them.
constexpr Limits kLimits = {.max_line_bytes = 300,
                            .max_literal_bytes = 64,
                            .max_command_bytes = 600,
                            .max_literals = 8,
                            .max_search_depth = 8,
                            .max_search_keys = 32,
                            .max_list_items = 16,
                            .max_append_bytes = 200,
                            .max_skipped_bytes = 2'000};

class Session {
 public:
  // What it saw of `input`, given at most `step` bytes at a time.
  std::string run(std::string_view input, std::size_t step) {
    for (;;) {
      while (take_step()) {
      }
      if (input.empty()) return seen_;
      require(buffered_.size() < parser_.fill_limit());
      std::size_t taken = std::min({step, input.size(), parser_.fill_limit() - buffered_.size()});
      buffered_ += input.substr(0, taken);
      input.remove_prefix(taken);
    }
  }

 private:
  bool take_step() {
    if (unread_ > 0) {
      std::size_t taken = std::min<std::size_t>(unread_, buffered_.size());
      buffered_.erase(0, taken);
      unread_ -= taken;
      if (unread_ > 0) return false;
    }
    const Step step = parser_.next(buffered_);
    require(step.consumed <= buffered_.size());
    buffered_.erase(0, step.consumed);
    if (std::holds_alternative<NeedMore>(step.event)) return false;
    seen_ += static_cast<char>('0' + step.event.index());
    if (const auto* command = std::get_if<Command>(&step.event)) see(*command);
    if (const auto* stretch = std::get_if<AppendStretch>(&step.event)) {
      see(*stretch, stretch->literal && stretch->literal->size % 3 == 0);
    }
    if (const auto* rejected = std::get_if<Rejected>(&step.event)) {
      const std::size_t begin = seen_.size();
      write_tagged(seen_, rejected->tag, rejected->reply);
      // One line, whatever the peer put into its tag.
      require(seen_.find('\n', begin) == seen_.size() - 1 && seen_.find('\r', begin) == seen_.size() - 2);
    }
    return true;
  }

  void see(const Command& command) {
    require(!command.tag.empty());
    seen_ += command.tag;
    seen_ += traits(command.body).name;
    if (const auto* fetch = std::get_if<Fetch>(&command.body)) see(*fetch);
    if (const auto* select = std::get_if<Select>(&command.body); select != nullptr && select->resync) {
      see(*select->resync);
    }
    if (const auto* store = std::get_if<Store>(&command.body)) see_mod_seq(store->unchanged_since.value_or(0));
    if (const auto* search = std::get_if<Search>(&command.body)) see(search->returns);
    if (const auto* search = std::get_if<MultiSearch>(&command.body)) {
      require(command.is_uid && !search->sources.empty());
      see(search->returns);
    }
    if (const auto* sort = std::get_if<Sort>(&command.body)) {
      require(!sort->criteria.empty());
      see(sort->returns);
    }
    if (const auto* notify = std::get_if<Notify>(&command.body)) see(*notify);
    // A session refuses one in two, by its name's length.
    if (const auto* append = std::get_if<Append>(&command.body)) see(append->first, append->mailbox.size() % 2 == 1);
  }

  void see(const AppendStretch& stretch, bool refuses) {
    if (!stretch.literal) return;
    const AppendLiteral& literal = *stretch.literal;
    require(literal.size <= kLimits.max_append_bytes);
    if (!refuses) {
      unread_ = literal.size;
    } else if (literal.is_synchronizing) {
      parser_.cancel_append();
    } else {
      parser_.skip_append(literal.size);
    }
  }

  void see(const Fetch& fetch) {
    require(!fetch.items.empty() && !fetch.set.empty());
    see_mod_seq(fetch.changed_since.value_or(0));
    require(!fetch.tells_vanished || fetch.changed_since);
    FetchWriter writer(seen_, 1);
    for (const FetchItem& item : fetch.items) {
      require(item.section.label.find_first_of("\r\n") == std::string::npos || !item.section.fields.empty());
      writer.nil(item);
    }
    writer.finish();
  }

  void see(const Notify& notify) {
    for (const EventGroup& group : notify.groups) {
      const Events messages = group.events & kMessageEvents;
      require(messages == 0 || (messages & kMessageNew && messages & kMessageExpunge));
      require(group.is_about_selected() ? group.events == messages : group.items.empty());
      seen_ += static_cast<char>('0' + group.events);
    }
  }

  void see(const QuickResync& resync) {
    see_mod_seq(resync.mod_seq);
    require(resync.known_sequences.empty() == resync.their_uids.empty());
    for (const SequenceSet* set : {&resync.known_sequences, &resync.their_uids}) {
      for (const NumberRange& range : set->ranges()) require(range.first != 0 && range.last != 0);
    }
  }

  // RFC 7162: 63 bits.
  void see_mod_seq(std::uint64_t mod_seq) {
    require(mod_seq <= static_cast<std::uint64_t>(INT64_MAX));
    seen_ += std::to_string(mod_seq);
  }

  void see(const std::optional<SearchReturn>& returns) {
    if (!returns) return;
    require(returns->tells() || returns->is_saved || returns->is_updated || returns->has_context);
    require(returns->is_updated || returns->update_items.empty());
    const std::size_t begin = seen_.size();
    write_esearch(seen_, "a", false, *returns, std::vector<std::uint32_t>{1, 3, 4});
    require(seen_.find('\n', begin) == seen_.size() - 1);
  }

  Parser parser_{kLimits};
  std::string buffered_;
  std::uint64_t unread_ = 0;
  std::string seen_;
};

void read_name(std::string_view bytes) {
  const auto name = from_modified_utf7(bytes);
  if (!name) return;
  const std::string wire = to_modified_utf7(*name);
  require(from_modified_utf7(wire) == name);
  // Modified UTF-7 has one form of each name; raw UTF-8 is the other that is taken.
  require(wire == bytes || *name == bytes);
}

void read_set(std::string_view bytes) {
  const auto set = SequenceSet::parse(bytes);
  if (!set) return;
  for (const std::uint32_t largest : {0U, 1U, 7U, 4294967295U}) {
    std::uint64_t next = 1;
    for (const NumberRange& range : set->normalized(largest)) {
      require(range.first >= next && range.last >= range.first);
      require(contains(set->normalized(largest), range.first));
      next = std::uint64_t{range.last} + 2;
    }
  }
}

void match(std::string_view pattern, std::string_view name) {
  const ListPattern compiled("", pattern);
  const bool matches = compiled.matches(name);
  require(!matches || ListPattern("", std::string(pattern) + "*").matches(name));
  require(ListPattern("", "*").matches(name));
  if (pattern.find_first_of("*%") == std::string_view::npos && !name.starts_with("INBOX")) {
    require(matches == (pattern == name));
  }
}

// Each line is a message that refers to others: its first Message-ID is its own.
void thread(std::string_view bytes, ThreadAlgorithm algorithm) {
  Threader threader(algorithm);
  std::uint32_t count = 0;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    const std::string_view id = line.substr(0, line.find('>') + 1);
    std::vector<std::uint64_t> references;
    const ThreadFacts facts = thread_facts({.date = static_cast<std::int64_t>(line.size() % 7),
                                            .subject = line.substr(line.size() - std::min<std::size_t>(line.size(), 1)),
                                            .is_reply_or_forward = line.size() % 2 == 1,
                                            .message_id = id,
                                            .references = line.substr(id.size())},
                                           {1, 2}, references);
    threader.add(++count, facts, references);
  }
  std::string out;
  threader.write(out);
  // Each message is there once, and all parentheses are closed.
  std::vector<bool> seen(count + 1);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '(') ++depth;
    if (out[i] == ')') require(depth-- > 0);
    if (out[i] < '0' || out[i] > '9') continue;
    std::size_t number = 0;
    for (; i < out.size() && out[i] >= '0' && out[i] <= '9'; ++i)
      number = 10 * number + static_cast<std::size_t>(out[i] - '0');
    --i;
    require(number > 0 && number <= count && !seen[number] && depth > 0);
    seen[number] = true;
  }
  require(depth == 0 && std::count(seen.begin(), seen.end(), true) == count);
}

// As a filter that all names stand for.
void read_filter(std::string_view bytes) {
  const std::string value(bytes);
  SearchKey key{SearchFilter{"x"}};
  const auto done = insert_filters(key, [&value](std::string_view) { return &value; }, kLimits, true);
  if (!done) return;
  require(!has_filter(key) && !filter_fault(value, kLimits));
}

void read_envelope(std::string_view bytes) {
  PrintedEnvelope envelope(bytes);
  envelope.string(PrintedEnvelope::Item::subject);
  envelope.first_address(PrintedEnvelope::Item::from);
  envelope.first_address(PrintedEnvelope::Item::cc);
  envelope.string(PrintedEnvelope::Item::message_id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = Session().run(bytes, size + 1);
  require(Session().run(bytes, 1) == whole);
  require(Session().run(bytes, 7) == whole);
  require(Session().run(bytes, 1 + size % 61) == whole);

  read_name(bytes.substr(0, 500));
  read_set(bytes);
  for (const auto algorithm : {ThreadAlgorithm::ordered_subject, ThreadAlgorithm::references, ThreadAlgorithm::refs})
    thread(bytes, algorithm);
  read_envelope(bytes);
  read_filter(bytes);
  const std::size_t half = std::min<std::size_t>(size / 2, 200);
  match(bytes.substr(0, half), bytes.substr(half).substr(0, 200));
  return 0;
}
