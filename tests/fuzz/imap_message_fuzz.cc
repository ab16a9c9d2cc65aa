// What a client may ask of any message. The first line has FETCH items, the second SEARCH keys, the rest is a message.
// A FETCH is rendered the same in slices of any size, with literals as long as they say; a search finds or doesn't, and
// finds the opposite of its negation.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/imap/fetch_renderer.h"
#include "protocols/imap/parser.h"
#include "protocols/imap/search_matcher.h"
#include "protocols/imap/sorter.h"
#include "tests/unit/protocols/imap/message_store.h"

namespace {

using namespace portreeve;
using namespace portreeve::imap;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
  return line;
}

// Of one line that has no literal of its own.
template <class Body>
std::optional<Body> parse(const std::string& line) {
  Limits limits;
  limits.max_search_keys = 50;
  Parser parser{limits};
  Step step = parser.next(line);
  auto* command = std::get_if<Command>(&step.event);
  if (command == nullptr || !std::holds_alternative<Body>(command->body)) return std::nullopt;
  return std::move(std::get<Body>(command->body));
}

// One FETCH response a message: a line whose parentheses close, but for what is in literals and quotes.
void require_responses(std::string_view text) {
  while (!text.empty()) {
    require(text.starts_with("* "));
    int depth = 0;
    for (bool is_quoted = false; !text.starts_with("\r\n") || is_quoted || depth > 0;) {
      require(!text.empty());
      const char c = text.front();
      text.remove_prefix(1);
      if (is_quoted) {
        require(c != '\r' && c != '\n' && c != '\0');
        if (c == '\\') text.remove_prefix(1);
        is_quoted = c != '"';
        continue;
      }
      is_quoted = c == '"';
      if (c == '(') ++depth;
      if (c == ')') require(depth-- > 0);
      if (c != '{') continue;
      const std::size_t end = text.find("}\r\n");
      require(end != std::string_view::npos && end > 0 && end < 12);
      const std::size_t size = std::stoull(std::string(text.substr(0, end)));
      text.remove_prefix(end + 3);
      require(size <= text.size());
      text.remove_prefix(size);
    }
    text.remove_prefix(2);
  }
}

void fetch(MessageStore& store, const View& view, std::string_view items) {
  const auto command = parse<Fetch>("a FETCH 1 (" + std::string(items) + ")\r\n");
  if (!command) return;
  const auto sequences = resolve(command->set, Numbers::sequence, view.messages());
  require(sequences.has_value());
  std::string whole;
  for (const std::size_t limit : {std::size_t{1} << 20, std::size_t{100}, std::size_t{1}}) {
    FetchRenderer renderer(store, view, *command, Numbers::sequence, *sequences, {});
    std::string out;
    std::string slice;
    FetchRenderer::Outcome outcome = FetchRenderer::Outcome::more;
    while (outcome == FetchRenderer::Outcome::more) {
      slice.clear();
      outcome = renderer.render(slice, limit);
      out += slice;
    }
    require(outcome == FetchRenderer::Outcome::done);
    if (whole.empty()) whole = out;
    require(out == whole);
  }
  require_responses(whole);
}

std::vector<bool> search(MessageStore& store, const View& view, const SearchKey& key) {
  const SearchMatcher matcher(store, view, key, 1'000'000'000);
  std::vector<SearchMatcher::Candidate> candidates;
  for (std::uint32_t sequence = 1; sequence <= view.messages().exists(); ++sequence) {
    const store::Message& message = view.messages().at(sequence);
    candidates.push_back({sequence, &message, matcher.judge(sequence, message)});
    require(matcher.needs_store() || candidates.back().verdict != SearchMatcher::Verdict::open);
  }
  require(matcher.decide(candidates).has_value());
  std::vector<bool> found;
  for (const auto& candidate : candidates) {
    require(candidate.verdict != SearchMatcher::Verdict::open && !candidate.is_gone);
    found.push_back(candidate.verdict == SearchMatcher::Verdict::yes);
  }
  return found;
}

void search(MessageStore& store, const View& view, std::string_view keys) {
  const auto command = parse<Search>("a SEARCH CHARSET UTF-8 " + std::string(keys) + "\r\n");
  if (!command) return;
  const std::vector<bool> found = search(store, view, command->key);
  std::vector<bool> opposite = search(store, view, SearchKey{SearchNot{{command->key}}});
  opposite.flip();
  require(opposite == found);
  require(search(store, view, SearchKey{SearchOr{{command->key, command->key}}}) == found);
  require(search(store, view, SearchKey{SearchAnd{{command->key, SearchKey{SearchAll{}}}}}) == found);
}

void sort(MessageStore& store, const View& view) {
  const std::vector<SortCriterion> criteria{{SortKey::subject}, {SortKey::from}, {SortKey::date}, {SortKey::size}};
  Sorter sorter(store, view.messages(), {1, 2}, criteria);
  while (!sorter.is_done()) require(sorter.go_on().has_value());
  std::vector<std::uint32_t> sorted = sorter.take_sequences();
  std::ranges::sort(sorted);
  require(sorted == std::vector<std::uint32_t>({1, 2}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view items = take_line(bytes);
  const std::string_view keys = take_line(bytes);
  MessageStore store;
  store.add(std::string(bytes)).flags = store::kSeen;
  store.add(std::string(bytes.substr(bytes.size() / 2))).internal_date = 999'999'999;
  const View view(store.snapshot_of_all({"$Junk"}));
  fetch(store, view, items);
  search(store, view, keys);
  sort(store, view);
  return 0;
}
