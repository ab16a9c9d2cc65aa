// NOTIFY (RFC 5465 §8) and CANCELUPDATE (RFC 5267 §5).
#include <algorithm>
#include <utility>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

constexpr std::pair<std::string_view, Event> kEvents[] = {
    {"MESSAGENEW", kMessageNew},
    {"MESSAGEEXPUNGE", kMessageExpunge},
    {"FLAGCHANGE", kFlagChange},
    {"MAILBOXNAME", kMailboxName},
    {"SUBSCRIPTIONCHANGE", kSubscriptionChange},
    {"MAILBOXMETADATACHANGE", kMailboxMetadataChange},
    {"SERVERMETADATACHANGE", kServerMetadataChange},
};

class NotifyGrammar {
 public:
  NotifyGrammar(Grammar& grammar, Notify& notify) : grammar_(grammar), notify_(notify) {}

  // event-group = "(" filter-mailboxes SP events ")"
  bool event_group() {
    EventGroup& group = notify_.groups.emplace_back();
    return grammar_.expect('(', "Expected a group of events") && mailbox_filter(grammar_, group.mailboxes) &&
           grammar_.sp() && events(group) && grammar_.expect(')', "Expected a closing parenthesis") && check(group);
  }

 private:
  // events = ("(" event *(SP event) ")") / "NONE". The RFC's own examples have the events without parentheses.
  bool events(EventGroup& group) {
    const auto one = [&] { return event(group); };
    if (grammar_.peek() == '(') return grammar_.list(one);
    if (grammar_.try_word("NONE")) return true;
    do {
      if (!one()) return false;
    } while (grammar_.try_char(' '));
    return true;
  }

  bool event(EventGroup& group) {
    Word name;
    if (!grammar_.word(name, "Expected an event")) return false;
    const auto* known = std::ranges::find(kEvents, name.view(), &std::pair<std::string_view, Event>::first);
    if (known == std::end(kEvents)) {
      notify_.has_unknown_event = true;
      return true;
    }
    group.events |= known->second;
    if (known->second != kMessageNew || !grammar_.is_next(" (")) return true;
    if (!group.is_about_selected()) return grammar_.fail("Only of the selected mailbox messages are fetched");
    return grammar_.sp() && fetch_att_list(grammar_, group.items);
  }

  bool check(const EventGroup& group) {
    // RFC 5465 §5
    const Events messages = group.events & kMessageEvents;
    const Events both = kMessageNew | kMessageExpunge;
    if (messages != 0 && (messages & both) != both)
      return grammar_.fail("MessageNew and MessageExpunge go together, and with FlagChange");
    // RFC 5465 §6.1
    if (!group.is_about_selected()) return true;
    if (group.events != messages) return grammar_.fail("The selected mailbox has events of messages only");
    return !std::exchange(has_selected_, true) || grammar_.fail("The selected mailbox is named twice");
  }

  Grammar& grammar_;
  Notify& notify_;
  bool has_selected_ = false;
};

}  // namespace

// notify = "NOTIFY" SP ("SET" [SP "STATUS"] SP event-group *(SP event-group) / "NONE")
bool notify_arguments(Grammar& grammar, Notify& notify) {
  if (!grammar.sp()) return false;
  if (grammar.try_word("NONE")) return true;
  if (!grammar.try_word("SET")) return grammar.fail("Expected SET or NONE");
  if (!grammar.sp()) return false;
  if (grammar.try_word("STATUS")) {
    notify.tells_status = true;
    if (!grammar.sp()) return false;
  }
  NotifyGrammar groups(grammar, notify);
  return grammar.items_to_end([&] { return groups.event_group(); });
}

// "CANCELUPDATE" 1*(SP quoted)
bool cancel_update_arguments(Grammar& grammar, CancelUpdate& cancel) {
  return grammar.sp() && grammar.items_to_end([&] { return grammar.astring(cancel.tags.emplace_back()); });
}

}  // namespace portreeve::imap
