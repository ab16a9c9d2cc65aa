// filter-mailboxes of RFC 5465 §8 and RFC 7377 §4.
#include <algorithm>
#include <utility>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

using Kind = MailboxFilter::Kind;

constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"SELECTED", Kind::selected},       {"SELECTED-DELAYED", Kind::selected_delayed},
    {"INBOXES", Kind::inboxes},         {"PERSONAL", Kind::personal},
    {"SUBSCRIBED", Kind::subscribed},   {"SUBTREE", Kind::subtree},
    {"SUBTREE-ONE", Kind::subtree_one}, {"MAILBOXES", Kind::mailboxes},
};

bool has_names(Kind kind) { return kind == Kind::subtree || kind == Kind::subtree_one || kind == Kind::mailboxes; }

}  // namespace

// one-or-more-mailbox = mailbox / many-mailboxes; many-mailboxes = "(" mailbox *(SP mailbox) ")". An empty name, which
// is no mailbox's, is taken for what all mailboxes are below: clients send it behind subtree.
bool mailbox_filter(Grammar& grammar, MailboxFilter& filter) {
  Word word;
  if (!grammar.word(word, "Expected which mailboxes")) return false;
  const auto* known = std::ranges::find(kKinds, word.view(), &std::pair<std::string_view, Kind>::first);
  if (known == std::end(kKinds)) return grammar.fail("There are no mailboxes of that kind");
  filter.kind = known->second;
  if (!has_names(filter.kind)) return true;
  if (!grammar.sp()) return false;
  const auto name = [&] { return grammar.mailbox_or_server(filter.names.emplace_back()); };
  return grammar.peek() == '(' ? grammar.list(name) : name();
}

}  // namespace portreeve::imap
