#include "protocols/imap/thread_facts.h"

#include <algorithm>

namespace portreeve::imap {
namespace {

// msg-id = "<" id-left "@" id-right ">". RFC 5256 §2.1 asks for the form without quoting: <"01KF8"@x> is <01KF8@x>.
template <class Take>
void for_each_message_id(std::string_view field, Take take) {
  std::string id;
  for (std::size_t at = field.find('<'); at != std::string_view::npos; at = field.find('<', at)) {
    ++at;
    id.clear();
    bool is_quoted = false;
    bool is_whole = false;
    for (; at < field.size() && !is_whole; ++at) {
      const char c = field[at];
      if (is_quoted && c == '\\' && at + 1 < field.size()) {
        id += field[++at];
      } else if (c == '"') {
        is_quoted = !is_quoted;
      } else if (c == '>' && !is_quoted) {
        is_whole = true;
      } else if (c == '<' && !is_quoted) {
        break;
      } else if (is_quoted ? c != '\r' && c != '\n' : c != ' ' && c != '\t' && c != '\r' && c != '\n') {
        id += c;
      }
    }
    if (is_whole && id.contains('@')) take(std::string_view(id).substr(0, kMaxMessageIdBytes));
  }
}

std::uint64_t hash(const tls::HashKey& key, std::string_view text) {
  return text.empty() ? 0 : std::max<std::uint64_t>(tls::keyed_hash(key, text), 1);
}

}  // namespace

std::vector<std::string> message_ids(std::string_view field) {
  std::vector<std::string> ids;
  for_each_message_id(field, [&](std::string_view id) { ids.emplace_back(id); });
  return ids;
}

ThreadFacts thread_facts(const ThreadMessage& message, const tls::HashKey& key,
                         std::vector<std::uint64_t>& references) {
  ThreadFacts facts{message.date, hash(key, message.subject), 0, message.is_reply_or_forward};
  for_each_message_id(message.message_id, [&](std::string_view id) {
    if (facts.message_id == 0) facts.message_id = hash(key, id);
  });
  const std::size_t before = references.size();
  for_each_message_id(message.references, [&](std::string_view id) { references.push_back(hash(key, id)); });
  // RFC 5256 §3 (1): In-Reply-To says something where there are no references.
  if (references.size() == before) {
    for_each_message_id(message.in_reply_to, [&](std::string_view id) {
      if (references.size() == before) references.push_back(hash(key, id));
    });
  }
  if (references.size() - before > kMaxReferences) {
    references.erase(references.begin() + static_cast<std::ptrdiff_t>(before) + 1,
                     references.end() - static_cast<std::ptrdiff_t>(kMaxReferences - 1));
  }
  return facts;
}

std::size_t ThreadTable::memory() const {
  return uids_.capacity() * sizeof uids_[0] + facts_.capacity() * sizeof facts_[0] +
         ends_.capacity() * sizeof ends_[0] + references_.capacity() * sizeof references_[0];
}

std::span<const std::uint64_t> ThreadTable::references(std::size_t at) const {
  const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
  return std::span(references_).subspan(begin, ends_[at] - begin);
}

std::size_t ThreadTable::lower_bound(store::Uid uid) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(uids_, uid) - uids_.begin());
}

void ThreadTable::add(store::Uid uid, const ThreadMessage& message) {
  facts_.push_back(thread_facts(message, key_, references_));
  uids_.push_back(uid);
  ends_.push_back(references_.size());
}

void ThreadTable::add(const ThreadTable& other, std::size_t at) {
  const auto references = other.references(at);
  references_.insert(references_.end(), references.begin(), references.end());
  facts_.push_back(other.facts_[at]);
  uids_.push_back(other.uids_[at]);
  ends_.push_back(references_.size());
}

}  // namespace portreeve::imap
