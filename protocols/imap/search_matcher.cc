#include "protocols/imap/search_matcher.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/text.h"
#include "protocols/imap/object_id.h"
#include "protocols/imap/search_source.h"

namespace portreeve::imap {
namespace {

// The beginnings that are read for many: most headers end before, and most messages that are only text.
constexpr std::uint64_t kHeaderRead = std::size_t{8} * 1024;
constexpr std::uint64_t kBodyRead = std::size_t{16} * 1024;

std::chrono::sys_days day_of(std::int64_t unix_seconds) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

// RFC 8514 §4: without a save date, the internal one stands for it.
std::int64_t date_of(const store::Message& message, SearchDate::Which which) {
  return which == SearchDate::Which::saved && message.save_date != 0 ? message.save_date : message.internal_date;
}

bool compare(SearchDate::Relation relation, std::chrono::sys_days is, std::chrono::sys_days wanted) {
  switch (relation) {
    case SearchDate::Relation::before: return is < wanted;
    case SearchDate::Relation::on: return is == wanted;
    case SearchDate::Relation::since: break;
  }
  return is >= wanted;
}

using Verdict = SearchMatcher::Verdict;

Verdict verdict(bool is_match) { return is_match ? Verdict::yes : Verdict::no; }

Verdict negated(Verdict verdict) {
  switch (verdict) {
    case Verdict::no: return Verdict::yes;
    case Verdict::yes: return Verdict::no;
    case Verdict::open: break;
  }
  return Verdict::open;
}

}  // namespace

SearchMatcher::SearchMatcher(store::Store& store, const View& view, const SearchKey& key, std::int64_t now,
                             Collation collation)
    : store_(store), view_(view), now_(now), collation_(collation), root_(compile(key)) {}

// --- the plan

store::Flags SearchMatcher::keyword_bit(const std::string& keyword) const {
  const auto& keywords = view_.messages().keywords;
  if (!keywords) return 0;
  for (std::size_t i = 0; i < keywords->size(); ++i) {
    if (base::equals_ignoring_case((*keywords)[i], keyword)) return store::Flags{1} << (store::kFirstKeywordBit + i);
  }
  return 0;
}

SearchMatcher::Node SearchMatcher::compile_numbers(const SearchNumbers& numbers) const {
  const store::Snapshot& messages = view_.messages();
  if (numbers.is_uid) return {.kind = Kind::sequences, .ranges = *resolve(numbers.set, Numbers::uid, messages)};
  // Numbers above EXISTS match nothing: clients search for 1:* in an empty mailbox.
  return {.kind = Kind::sequences, .ranges = numbers.set.normalized(messages.exists())};
}

SearchMatcher::Node SearchMatcher::compile_header(const SearchHeader& test) const {
  const bool is_subject = base::equals_ignoring_case(test.field, "Subject");
  return {.kind = is_subject ? Kind::subject : Kind::header,
          .cost = is_subject ? Cost::summary : Cost::header,
          .field = test.field,
          .needle = Needle(collation_, test.text)};
}

SearchMatcher::Node SearchMatcher::compile_text(const SearchText& test) {
  Node node{.kind = Kind::text,
            .cost = Cost::body,
            .needle = Needle(collation_, test.text),
            .has_header = test.has_header,
            .text = kNoText};
  // The index knows texts as they are folded, which may join a letter with what follows it: other comparators would
  // miss what they ought to find.
  if (collation_ != Collation::unicode_casemap) return node;
  std::string folded = mime::fold(test.text);
  const auto known = std::ranges::find(texts_, folded);
  node.text = static_cast<std::uint32_t>(known - texts_.begin());
  if (known == texts_.end()) texts_.push_back(std::move(folded));
  return node;
}

SearchMatcher::Node SearchMatcher::compile_children(Kind kind, const std::vector<SearchKey>& keys) {
  Node node{.kind = kind};
  for (const SearchKey& key : keys) {
    node.children.push_back(compile(key));
    node.cost = std::max(node.cost, node.children.back().cost);
  }
  std::ranges::sort(node.children, {}, &Node::cost);
  return node;
}

SearchMatcher::Node SearchMatcher::compile(const SearchKey& key) {
  struct Compiler {
    SearchMatcher& matcher;
    Node operator()(const SearchAll&) const { return {}; }
    Node operator()(const SearchFlag& test) const {
      return {.kind = Kind::flags, .is_wanted = test.is_wanted, .mask = test.flag};
    }
    Node operator()(const SearchRecent& test) const { return {.kind = Kind::recent, .is_wanted = test.is_wanted}; }
    Node operator()(const SearchKeyword& test) const {
      return {.kind = Kind::flags, .is_wanted = test.is_wanted, .mask = matcher.keyword_bit(test.keyword)};
    }
    Node operator()(const SearchNumbers& test) const { return matcher.compile_numbers(test); }
    Node operator()(const SearchSize& test) const {
      return {.kind = test.is_larger ? Kind::larger : Kind::smaller, .octets = test.octets};
    }
    Node operator()(const SearchDate& test) const {
      if (test.which == SearchDate::Which::sent) return {.kind = Kind::sent, .cost = Cost::summary, .date = test};
      return {.kind = Kind::date, .date = test};
    }
    Node operator()(const SearchWithin& test) const {
      return {.kind = test.is_younger ? Kind::younger : Kind::older, .instant = matcher.now_ - test.seconds};
    }
    Node operator()(const SearchHeader& test) const { return matcher.compile_header(test); }
    Node operator()(const SearchText& test) const { return matcher.compile_text(test); }
    Node operator()(const SearchModSeq& test) const { return {.kind = Kind::mod_seq, .mod_seq = test.at_least}; }
    // There are no threads, so no message is of one. Bodies begin at 1.
    Node operator()(const SearchObjectId& test) const {
      return {.kind = Kind::body, .body = test.is_thread ? 0 : object_number(ObjectKind::email, test.id).value_or(0)};
    }
    // One that nobody put what it stands for in place of stands for nothing.
    Node operator()(const SearchFilter&) const { return {.kind = Kind::flags, .is_wanted = true, .mask = 0}; }
    Node operator()(const SearchAnd& test) const { return matcher.compile_children(Kind::conjunction, test.keys); }
    Node operator()(const SearchOr& test) const { return matcher.compile_children(Kind::disjunction, test.keys); }
    Node operator()(const SearchNot& test) const { return matcher.compile_children(Kind::negation, test.keys); }
  };
  Node node = std::visit(Compiler{*this}, key.test);
  costs_ |= 1U << static_cast<unsigned>(node.cost);
  return node;
}

// --- the verdict

Verdict SearchMatcher::judge(std::uint32_t sequence, const store::Message& message) const {
  Source nothing(nullptr, message);
  return judge(root_, sequence, message, nothing);
}

// A test that wants more than the source has yet is left open.
Verdict SearchMatcher::judge(const Node& node, std::uint32_t sequence, const store::Message& message,
                             Source& source) const {
  switch (node.kind) {
    case Kind::all: return Verdict::yes;
    case Kind::flags: return verdict(((message.flags & node.mask) != 0) == node.is_wanted);
    case Kind::recent: return verdict(view_.is_recent(message.uid) == node.is_wanted);
    case Kind::sequences: return verdict(contains(node.ranges, sequence));
    case Kind::larger: return verdict(message.size > node.octets);
    case Kind::smaller: return verdict(message.size < node.octets);
    case Kind::mod_seq: return verdict(message.mod_seq >= node.mod_seq);
    case Kind::body: return verdict(message.body == node.body);
    case Kind::date:
      return verdict(compare(node.date.relation, day_of(date_of(message, node.date.which)), node.date.day));
    // RFC 5032 §3: both take in their limit.
    case Kind::younger: return verdict(message.internal_date >= node.instant);
    case Kind::older: return verdict(message.internal_date <= node.instant);
    case Kind::sent:
      if (!source.has_facts()) return Verdict::open;
      // RFC 3501 §6.4.4: the day that stands there, "disregarding time and timezone".
      return verdict(source.local_date() && compare(node.date.relation, day_of(*source.local_date()), node.date.day));
    case Kind::subject:
      if (!source.has_facts()) return Verdict::open;
      return verdict(source.subject_contains(node.needle));
    case Kind::header:
      return source.has_header() ? verdict(source.field_contains(node.field, node.needle)) : Verdict::open;
    case Kind::text:
      if (source.is_ruled_out(node.text)) return Verdict::no;
      if (node.has_header && source.has_header() && source.header_contains(node.needle)) return Verdict::yes;
      return source.can_read() ? verdict(source.body_contains(node.needle)) : Verdict::open;
    case Kind::negation: return negated(judge(node.children.front(), sequence, message, source));
    case Kind::conjunction:
    case Kind::disjunction: break;
  }
  const Verdict settling = node.kind == Kind::conjunction ? Verdict::no : Verdict::yes;
  Verdict all = negated(settling);
  for (const Node& child : node.children) {
    const Verdict one = judge(child, sequence, message, source);
    if (one == settling) return settling;
    if (one == Verdict::open) all = Verdict::open;
  }
  return all;
}

void SearchMatcher::rule_out(std::span<Candidate> candidates) const {
  std::vector<store::BodyId> bodies;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].verdict != Verdict::open) continue;
    bodies.push_back(candidates[i].message->body);
    which.push_back(i);
  }
  std::vector<store::SearchHint> hints;
  for (std::size_t text = 0; text < std::min<std::size_t>(texts_.size(), 64); ++text) {
    store_.search_hints(view_.messages().mailbox, bodies, texts_[text], hints);
    for (std::size_t i = 0; i < hints.size(); ++i) {
      if (hints[i] == store::SearchHint::absent) candidates[which[i]].ruled_out |= std::uint64_t{1} << text;
    }
  }
  for (const std::size_t i : which) {
    Candidate& candidate = candidates[i];
    if (candidate.ruled_out == 0) continue;
    Source source(nullptr, *candidate.message, candidate.ruled_out);
    candidate.verdict = judge(root_, candidate.sequence, *candidate.message, source);
  }
}

store::Result<> SearchMatcher::decide(std::span<Candidate> candidates) const {
  if (!has(Cost::header) && !has(Cost::body)) return decide_from_summaries(candidates, {});
  std::vector<Source> sources;
  sources.reserve(candidates.size());
  for (const Candidate& candidate : candidates) sources.emplace_back(&store_, *candidate.message, candidate.ruled_out);

  if (has(Cost::summary) || has(Cost::body)) {
    if (const auto done = decide_from_summaries(candidates, sources); !done) return done;
  }
  if (has(Cost::header) || has(Cost::body)) {
    if (const auto done = decide_from_headers(candidates, sources); !done) return done;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].verdict != Verdict::open) continue;
    sources[i].allow_reading();
    candidates[i].verdict = judge(root_, candidates[i].sequence, *candidates[i].message, sources[i]);
    if (!sources[i].error()) continue;
    if (sources[i].error()->code != store::Errc::not_found) return std::unexpected(*sources[i].error());
    candidates[i].verdict = Verdict::no;
    candidates[i].is_gone = true;
  }
  return {};
}

store::Result<> SearchMatcher::decide_from_summaries(std::span<Candidate> candidates, std::span<Source> sources) const {
  std::vector<store::BodyId> bodies;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].verdict != Verdict::open) continue;
    bodies.push_back(candidates[i].message->body);
    which.push_back(i);
  }
  return store_.summary_views(bodies, [&](std::size_t i, const mime::SummaryView* summary) {
    Candidate& candidate = candidates[which[i]];
    if (summary == nullptr) {
      candidate.verdict = Verdict::no;
      candidate.is_gone = true;
    } else if (sources.empty()) {
      Source source(nullptr, *candidate.message);
      source.take(*summary, false);
      candidate.verdict = judge(root_, candidate.sequence, *candidate.message, source);
    } else {
      Source& source = sources[which[i]];
      source.take(*summary, has(Cost::body));
      candidate.verdict = judge(root_, candidate.sequence, *candidate.message, source);
      if (candidate.verdict == Verdict::open) source.keep();
    }
    return true;
  });
}

store::Result<> SearchMatcher::decide_from_headers(std::span<Candidate> candidates,
                                                   std::vector<Source>& sources) const {
  std::vector<store::Store::BodyRange> ranges;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].verdict != Verdict::open) continue;
    ranges.push_back({candidates[i].message->body, 0, has(Cost::body) ? kBodyRead : kHeaderRead});
    which.push_back(i);
  }
  std::string bytes;
  return store_.read_bodies(ranges, bytes, [&](std::size_t i, bool is_there) {
    Candidate& candidate = candidates[which[i]];
    if (!is_there) {
      candidate.verdict = Verdict::no;
      candidate.is_gone = true;
    } else {
      Source& source = sources[which[i]];
      source.take_beginning(std::exchange(bytes, {}));
      candidate.verdict = judge(root_, candidate.sequence, *candidate.message, source);
      if (candidate.verdict != Verdict::open) bytes = source.give_back();
    }
    bytes.clear();
    return true;
  });
}

}  // namespace portreeve::imap
