#include "command_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace portreeve::imap {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

std::string bracketed(std::string_view text) { return " [" + std::string(text) + "]"; }

std::string number(const SequenceSet& set) {
  if (set.is_saved()) return "$";
  std::string out;
  auto end = [](std::uint32_t value) { return value == SequenceSet::kStar ? "*" : std::to_string(value); };
  for (const NumberRange& range : set.ranges()) {
    if (!out.empty()) out += ',';
    out += end(range.first);
    if (range.last != range.first) out += ":" + end(range.last);
  }
  return out;
}

std::string flags(const FlagList& list) {
  std::string out;
  write_flags(out, list.system, false, (std::uint64_t{1} << list.keywords.size()) - 1, list.keywords);
  return " " + out;
}

std::string day(std::chrono::sys_days point) {
  std::chrono::year_month_day date(point);
  return std::to_string(static_cast<int>(date.year())) + "-" + std::to_string(static_cast<unsigned>(date.month())) +
         "-" + std::to_string(static_cast<unsigned>(date.day()));
}

std::string keys(std::string_view name, const std::vector<SearchKey>& list) {
  std::string out = "(" + std::string(name);
  for (const SearchKey& key : list) out += " " + describe(key);
  return out + ")";
}

std::string status_items(const std::vector<StatusItem>& items) {
  std::vector<std::pair<StatusItem, std::uint64_t>> values;
  values.reserve(items.size());
  for (StatusItem item : items) values.emplace_back(item, 0);
  std::string line;
  write_status(line, "x", values);
  return line.substr(line.find('('), line.find(')') + 1 - line.find('('));
}

std::string fetch_item(const FetchItem& item) {
  using Kind = FetchItem::Kind;
  switch (item.kind) {
    case Kind::flags: return "FLAGS";
    case Kind::internal_date: return "INTERNALDATE";
    case Kind::save_date: return "SAVEDATE";
    case Kind::rfc822_size: return "RFC822.SIZE";
    case Kind::envelope: return "ENVELOPE";
    case Kind::body: return "BODY";
    case Kind::body_structure: return "BODYSTRUCTURE";
    case Kind::uid: return "UID";
    case Kind::mod_seq: return "MODSEQ";
    case Kind::email_id: return "EMAILID";
    case Kind::thread_id: return "THREADID";
    case Kind::preview: return "PREVIEW";
    default: break;
  }
  static constexpr std::string_view kTexts[] = {"all", "header", "fields", "fields-not", "text", "mime"};
  std::string line;
  FetchWriter(line, 1).nil(item);
  std::string out = line.substr(line.find('(') + 1);
  out.resize(out.size() - std::string_view(" NIL").size());
  out += item.is_peek ? "{" : "!{";
  for (std::uint32_t part : item.section.part) out += std::to_string(part) + ".";
  out += kTexts[static_cast<std::size_t>(item.section.text)];
  for (const std::string& field : item.section.fields) out += "," + field;
  if (item.partial) out += " " + std::to_string(item.partial->offset) + "+" + std::to_string(item.partial->length);
  return out + "}";
}

std::string arguments(const Id& id) {
  std::string out;
  for (const auto& [name, value] : id.fields) out += bracketed(name) + "=" + value.value_or("NIL");
  return out;
}
std::string arguments(const Login& login) { return bracketed(login.user) + bracketed(login.password); }
std::string arguments(const Authenticate& authenticate) {
  std::string out = bracketed(authenticate.mechanism);
  return authenticate.initial_response ? out + bracketed(*authenticate.initial_response) : out;
}
std::string arguments(const Select& select) {
  std::string out = bracketed(select.mailbox) + (select.is_read_only ? " read-only" : "");
  if (select.enables_condstore) out += " condstore";
  if (select.resync) {
    out += " qresync:" + std::to_string(select.resync->uid_validity) + "," + std::to_string(select.resync->mod_seq);
    if (select.resync->known_uids) out += ";" + number(*select.resync->known_uids);
    if (!select.resync->known_sequences.empty())
      out += ";" + number(select.resync->known_sequences) + "=" + number(select.resync->their_uids);
  }
  for (const std::string& parameter : select.other_parameters) out += " " + parameter;
  return out;
}
std::string arguments(const Create& create) {
  std::string out = bracketed(create.mailbox);
  for (SpecialUse use : create.uses) out += " " + std::string(special_use_name(use));
  for (const std::string& use : create.unsupported_uses) out += " ?" + use;
  return out;
}
std::string arguments(const Rename& rename) { return bracketed(rename.from) + bracketed(rename.to); }
std::string arguments(const Status& status) { return bracketed(status.mailbox) + " " + status_items(status.items); }
std::string arguments(const List& list) {
  std::string out = bracketed(list.reference);
  for (const std::string& pattern : list.patterns) out += bracketed(pattern);
  if (list.selects_subscribed) out += " select-subscribed";
  if (list.selects_special_use) out += " select-special-use";
  if (list.is_recursive_match) out += " recursive";
  if (list.returns_subscribed) out += " subscribed";
  if (list.returns_children) out += " children";
  if (list.returns_special_use) out += " special-use";
  for (const std::string& entry : list.returns_metadata) out += " metadata:" + entry;
  if (!list.returns_status.empty()) out += " status" + status_items(list.returns_status);
  return out;
}
std::string arguments(const Lsub& lsub) { return bracketed(lsub.reference) + bracketed(lsub.pattern); }
std::string arguments(const Enable& enable) {
  std::string out;
  for (const std::string& capability : enable.capabilities) out += " " + capability;
  return out;
}
std::string arguments(const Compress& compress) { return bracketed(compress.mechanism); }
std::string arguments(const GetMetadata& metadata) {
  static constexpr std::string_view kDepths[] = {"", " depth-1", " depth-infinity"};
  std::string out = bracketed(metadata.mailbox) + std::string(kDepths[static_cast<std::size_t>(metadata.depth)]);
  if (metadata.max_size) out += " <=" + std::to_string(*metadata.max_size);
  for (const std::string& entry : metadata.entries) out += " " + entry;
  return out;
}
std::string arguments(const SetMetadata& metadata) {
  std::string out = bracketed(metadata.mailbox);
  for (const auto& [entry, value] : metadata.entries) out += " " + entry + "=" + value.value_or("NIL");
  return out;
}
std::string arguments(const GetQuota& quota) { return bracketed(quota.root); }
std::string arguments(const SetQuota& quota) {
  std::string out = bracketed(quota.root);
  for (const auto& [name, limit] : quota.limits) out += " " + name + "=" + std::to_string(limit);
  return out;
}
std::string arguments(const UidBatches& batches) {
  std::string out = " " + std::to_string(batches.size);
  if (batches.wanted) out += " " + std::to_string(batches.wanted->first) + ":" + std::to_string(batches.wanted->last);
  return out;
}
std::string arguments(const ResetKey& reset) {
  std::string out = reset.mailbox.empty() ? "" : bracketed(reset.mailbox);
  for (const std::string& mechanism : reset.mechanisms) out += " " + mechanism;
  return out;
}
std::string arguments(const GenUrlAuth& generate) {
  std::string out;
  for (const UrlRump& rump : generate.rumps) out += bracketed(rump.url) + " " + rump.mechanism;
  return out;
}
std::string arguments(const UrlFetch& fetch) {
  std::string out;
  for (const FetchedUrl& url : fetch.urls) {
    out += bracketed(url.url);
    if (url.has_body) out += " body";
    if (url.has_binary) out += " binary";
    if (url.has_structure) out += " structure";
  }
  return out;
}
std::string stretch_text(const AppendStretch& stretch) {
  std::string out;
  for (const std::string& url : stretch.urls) out += " <" + url + ">";
  for (const AppendMessage& message : stretch.messages) {
    out += flags(message.flags);
    if (message.internal_date) out += " @" + std::to_string(*message.internal_date);
    for (const std::string& url : message.urls) out += " <" + url + ">";
  }
  if (!stretch.literal) return out;
  const AppendLiteral& literal = *stretch.literal;
  return out + (literal.is_binary ? " ~{" : " {") + std::to_string(literal.size) +
         (literal.is_synchronizing ? "}" : "+}");
}
std::string arguments(const Append& append) { return bracketed(append.mailbox) + stretch_text(append.first); }
std::string arguments(const Replace& replace) {
  return " " + number(replace.set) + bracketed(replace.mailbox) + stretch_text(replace.first);
}
std::string arguments(const Expunge& expunge) { return expunge.uids ? " " + number(*expunge.uids) : ""; }
std::string page(const Page& page) {
  return std::to_string(page.first) + (page.is_from_end ? "<" : ">") + std::to_string(page.last);
}
std::string returns(const std::optional<SearchReturn>& options) {
  if (!options) return "";
  std::string out = " return";
  if (options->has_min) out += "-min";
  if (options->has_max) out += "-max";
  if (options->has_all) out += "-all";
  if (options->has_count) out += "-count";
  if (options->has_relevancy) out += "-relevancy";
  if (options->is_saved) out += "-save";
  if (options->page) out += "-" + page(*options->page);
  if (options->has_context) out += "-context";
  if (options->is_updated) out += "-update";
  for (const FetchItem& item : options->update_items) out += "+" + fetch_item(item);
  return out;
}
std::string arguments(const Search& search) {
  return returns(search.returns) + (search.charset.empty() ? "" : " " + search.charset) + " " + describe(search.key);
}
std::string arguments(const MultiSearch& search) {
  static constexpr std::string_view kKinds[] = {"selected",   "selected-delayed", "inboxes",     "personal",
                                                "subscribed", "subtree",          "subtree-one", "mailboxes"};
  std::string out;
  for (const MailboxFilter& source : search.sources) {
    out += " " + std::string(kKinds[static_cast<std::size_t>(source.kind)]);
    for (const std::string& name : source.names) out += bracketed(name);
  }
  return out + returns(search.returns) + (search.charset.empty() ? "" : " " + search.charset) + " " +
         describe(search.key);
}
std::string arguments(const SelectComparator& comparator) {
  std::string out;
  for (const std::string& order : comparator.orders) out += bracketed(order);
  return out;
}
std::string arguments(const SelectLanguage& language) {
  std::string out;
  for (const std::string& range : language.ranges) out += bracketed(range);
  return out;
}
std::string arguments(const Sort& sort) {
  static constexpr std::string_view kKeys[] = {"arrival", "cc", "date",         "from",       "size",
                                               "subject", "to", "display-from", "display-to", "relevancy"};
  std::string out = returns(sort.returns);
  for (const SortCriterion& criterion : sort.criteria)
    out += (criterion.is_reverse ? " -" : " +") + std::string(kKeys[static_cast<std::size_t>(criterion.key)]);
  return out + " " + sort.charset + " " + describe(sort.key);
}
std::string arguments(const Notify& notify) {
  static constexpr std::string_view kScopes[] = {"selected",   "delayed", "inboxes",     "personal",
                                                 "subscribed", "subtree", "subtree-one", "mailboxes"};
  std::string out = notify.tells_status ? " status" : "";
  if (notify.has_unknown_event) out += " unknown";
  for (const EventGroup& group : notify.groups) {
    out += " " + std::string(kScopes[static_cast<std::size_t>(group.mailboxes.kind)]);
    for (const std::string& name : group.mailboxes.names) out += bracketed(name);
    out += "=" + std::to_string(group.events);
    for (const FetchItem& item : group.items) out += "+" + fetch_item(item);
  }
  return out;
}
std::string arguments(const CancelUpdate& cancel) {
  std::string out;
  for (const std::string& tag : cancel.tags) out += bracketed(tag);
  return out;
}
std::string arguments(const Thread& thread) {
  static constexpr std::string_view kAlgorithms[] = {" subject ", " references ", " refs "};
  return std::string(kAlgorithms[static_cast<std::size_t>(thread.algorithm)]) + thread.charset + " " +
         describe(thread.key);
}
std::string arguments(const Fetch& fetch) {
  std::string out = " " + number(fetch.set);
  for (const FetchItem& item : fetch.items) out += " " + fetch_item(item);
  if (fetch.changed_since) out += " >" + std::to_string(*fetch.changed_since);
  if (fetch.tells_vanished) out += " vanished";
  if (fetch.page) out += " page:" + page(*fetch.page);
  return out;
}
std::string arguments(const Store& store) {
  static constexpr std::string_view kChanges[] = {" =", " +", " -"};
  const std::string since = store.unchanged_since ? " <=" + std::to_string(*store.unchanged_since) : "";
  return " " + number(store.set) + since + std::string(kChanges[static_cast<std::size_t>(store.change)]) +
         (store.is_silent ? "silent" : "") + flags(store.flags);
}

template <class Body>
std::string arguments(const Body& body) {
  if constexpr (requires { body.set; }) {
    return " " + number(body.set) + bracketed(body.mailbox);
  } else if constexpr (requires { body.mailbox; }) {
    return bracketed(body.mailbox);
  } else {
    static_assert(std::is_empty_v<Body>);
    return "";
  }
}

// A session as far as the parser sees one.
class Session {
 public:
  explicit Session(const Limits& limits) : parser_(limits), limits_(limits) {}

  void feed(std::string_view bytes) {
    buffered_ += bytes;
    while (take_step()) {
    }
  }
  const std::vector<std::string>& events() const { return events_; }

 private:
  void expect(const AppendStretch& stretch) {
    if (stretch.literal) unread_message_ = stretch.literal->size;
  }

  // False: nothing more to do with what is buffered.
  bool take_step() {
    if (unread_message_ > 0) {
      std::size_t taken = std::min<std::size_t>(unread_message_, buffered_.size());
      message_ += buffered_.substr(0, taken);
      buffered_.erase(0, taken);
      unread_message_ -= taken;
      if (unread_message_ > 0) return false;
      events_.push_back("message" + bracketed(message_));
      message_.clear();
    }
    Step step = parser_.next(buffered_);
    EXPECT_LE(step.consumed, buffered_.size());
    buffered_.erase(0, step.consumed);
    bool is_hungry = std::holds_alternative<NeedMore>(step.event);
    if (is_hungry) {
      EXPECT_LT(buffered_.size(), parser_.fill_limit());
      EXPECT_TRUE(buffered_.empty() || parser_.is_within_command());
      return false;
    }
    std::visit(Overloaded{
                   [&](const NeedMore&) {},
                   [&](const AcceptLiteral&) { events_.emplace_back("+"); },
                   [&](const AppendStretch& stretch) {
                     const std::string text = stretch_text(stretch);
                     events_.push_back(text.empty() ? "end" : "more" + text);
                     expect(stretch);
                   },
                   [&](const Line& line) { events_.push_back("line" + bracketed(line.text)); },
                   [&](const Command& command) {
                     events_.push_back(describe(command));
                     if (const auto* stretch = append_stretch(command.body)) expect(*stretch);
                   },
                   [&](const Rejected& rejected) {
                     std::string line;
                     write_tagged(line, rejected.tag, rejected.reply);
                     line.resize(line.size() - 2);
                     events_.push_back((rejected.is_fatal ? "!" : "") + line);
                   },
               },
               step.event);
    return true;
  }

  Parser parser_;
  Limits limits_;
  std::string buffered_;
  std::uint64_t unread_message_ = 0;
  std::string message_;
  std::vector<std::string> events_;
};

}  // namespace

std::string describe(const SearchKey& key) {
  return std::visit(
      Overloaded{
          [](const SearchAll&) { return std::string("all"); },
          [](const SearchFlag& test) { return (test.is_wanted ? "" : "not") + std::string(flag_names(test.flag)); },
          [](const SearchRecent& test) { return std::string(test.is_wanted ? "recent" : "old"); },
          [](const SearchKeyword& test) { return (test.is_wanted ? "keyword:" : "no-keyword:") + test.keyword; },
          [](const SearchNumbers& test) { return (test.is_uid ? "uid:" : "number:") + number(test.set); },
          [](const SearchSize& test) { return (test.is_larger ? "size>" : "size<") + std::to_string(test.octets); },
          [](const SearchWithin& test) {
            return (test.is_younger ? "younger:" : "older:") + std::to_string(test.seconds);
          },
          [](const SearchDate& test) {
            static constexpr std::string_view kRelations[] = {"<", "=", ">="};
            static constexpr std::string_view kWhich[] = {"date", "sent", "saved"};
            return std::string(kWhich[static_cast<std::size_t>(test.which)]) +
                   std::string(kRelations[static_cast<std::size_t>(test.relation)]) + day(test.day);
          },
          [](const SearchHeader& test) { return test.field + ":[" + test.text + "]"; },
          [](const SearchText& test) { return (test.has_header ? "text:[" : "body:[") + test.text + "]"; },
          [](const SearchModSeq& test) { return "modseq>=" + std::to_string(test.at_least); },
          [](const SearchFilter& test) { return "filter:" + test.name; },
          [](const SearchObjectId& test) { return (test.is_thread ? "thread:" : "email:") + test.id; },
          [](const SearchAnd& test) { return keys("and", test.keys); },
          [](const SearchOr& test) { return keys("or", test.keys); },
          [](const SearchNot& test) { return keys("not", test.keys); },
      },
      key.test);
}

std::string describe(const Command& command) {
  std::string out = command.tag + (command.is_uid ? " UID " : " ") + std::string(traits(command.body).name);
  return out + std::visit([](const auto& body) { return arguments(body); }, command.body);
}

std::string events(std::string_view input, Feeding feeding, const Limits& limits) {
  Session session(limits);
  if (feeding == Feeding::byte_by_byte) {
    for (char c : input) session.feed(std::string_view(&c, 1));
  } else if (feeding == Feeding::whole) {
    session.feed(input);
  } else {
    session.feed(std::string(input) + "~ NOOP\r\n");
  }
  std::vector<std::string> seen = session.events();
  if (feeding == Feeding::with_more_behind) {
    EXPECT_EQ(seen.empty() ? "" : seen.back(), "~ NOOP") << "after: " << input;
    if (!seen.empty()) seen.pop_back();
  }
  std::string out;
  for (const std::string& event : seen) out += (out.empty() ? "" : "\n") + event;
  return out;
}

std::string events(std::string_view input, const Limits& limits) {
  std::string whole = events(input, Feeding::whole, limits);
  EXPECT_EQ(events(input, Feeding::byte_by_byte, limits), whole) << "byte by byte: " << input;
  EXPECT_EQ(events(input, Feeding::with_more_behind, limits), whole) << "with more behind: " << input;
  return whole;
}

}  // namespace portreeve::imap
