// What a client may send over IMAP: the parser stays in bounds and sees the same however the bytes are cut; names, sets
// and patterns keep their promises.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/imap/mailbox_name.h"
#include "protocols/imap/parser.h"

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
    const auto* append = std::get_if<Append>(&command.body);
    if (append == nullptr) return;
    require(append->size <= kLimits.max_append_bytes);
    // A session refuses one in two, by its name's length.
    const bool refuses = append->mailbox.size() % 2 == 1;
    if (!refuses) {
      unread_ = append->size;
    } else if (append->is_synchronizing) {
      parser_.cancel_append();
    } else {
      parser_.skip_append(append->size);
    }
  }

  void see(const Fetch& fetch) {
    require(!fetch.items.empty() && !fetch.set.empty());
    FetchWriter writer(seen_, 1);
    for (const FetchItem& item : fetch.items) {
      require(item.section.label.find_first_of("\r\n") == std::string::npos || !item.section.fields.empty());
      writer.nil(item);
    }
    writer.finish();
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = Session().run(bytes, size + 1);
  require(Session().run(bytes, 1) == whole);
  require(Session().run(bytes, 7) == whole);
  require(Session().run(bytes, 1 + size % 61) == whole);

  read_name(bytes.substr(0, 500));
  read_set(bytes);
  const std::size_t half = std::min<std::size_t>(size / 2, 200);
  match(bytes.substr(0, half), bytes.substr(half).substr(0, 200));
  return 0;
}
