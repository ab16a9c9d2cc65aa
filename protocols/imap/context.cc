#include "protocols/imap/context.h"

#include <algorithm>
#include <utility>

#include "core/auth/sasl.h"
#include "core/base/ascii.h"
#include "protocols/imap/notifications.h"
#include "protocols/imap/update_contexts.h"
#include "protocols/session/sasl.h"

namespace portreeve::imap {
namespace {

// Numbers rendered between two looks at the queue.
constexpr std::size_t kTellStep = 1024;
// In a line of VANISHED, which so stays below 8 KiB in most mailboxes (RFC 7162 §4).
constexpr std::size_t kVanishedRanges = 500;

constexpr std::string_view kLiteralPlus = "LITERAL+";
constexpr std::string_view kLiteralMinus = "LITERAL-";
constexpr std::uint64_t kLiteralMinusBytes = 4096;  // RFC 7888 §5

std::span<const std::string> keywords_of(const store::Snapshot& messages) {
  if (!messages.keywords) return {};
  return *messages.keywords;
}

std::vector<std::string> prefixed(const std::vector<std::string>& mechanisms) {
  std::vector<std::string> names;
  for (const std::string& name : mechanisms) names.push_back("AUTH=" + name);
  return names;
}

// What capabilities() gives views of.
const std::vector<std::string>& announced_mechanisms(const Context& context) {
  static const std::vector<std::string> without_binding = prefixed(auth::mechanism_names(false));
  static const std::vector<std::string> with_binding = prefixed(auth::mechanism_names(true));
  const bool is_plus = session::announces_channel_binding(context.connection, context.options.security);
  return is_plus ? with_binding : without_binding;
}

FetchWriter begin_fetch(Context& context, std::uint32_t sequence, store::Uid uid) {
  return {context.out(), context.is_uid_only ? uid : sequence, context.is_uid_only};
}

bool is_off(const CapabilitiesOff& off, std::string_view name) {
  return std::ranges::any_of(off, [&](const std::string& each) {
    return base::equals_ignoring_case(name, each) || (name.starts_with(each) && name[each.size()] == '=');
  });
}

bool is_off(const Context& context, std::string_view name) {
  return is_off(context.options.capabilities_off, name) || (context.client_off && is_off(*context.client_off, name));
}

Limits login_limits(const Options& options) {
  Limits limits;
  limits.max_line_bytes = std::min<std::size_t>(options.max_line_bytes, std::size_t{8} * 1024);
  limits.max_literal_bytes = std::size_t{4} * 1024;
  limits.max_command_bytes = std::min<std::size_t>(options.max_command_bytes, std::size_t{16} * 1024);
  limits.max_literals = 8;
  limits.max_list_items = 60;  // RFC 2971 §3.3: 30 pairs of ID
  limits.max_append_bytes = options.max_append_bytes;
  limits.max_skipped_bytes = std::size_t{256} * 1024;
  return limits;
}

Limits user_limits(const Options& options) {
  Limits limits;
  limits.max_line_bytes = options.max_line_bytes;
  limits.max_command_bytes = options.max_command_bytes;
  limits.max_append_bytes = options.max_append_bytes;
  limits.max_skipped_bytes = 2 * options.max_append_bytes;
  return limits;
}

}  // namespace

Selected::Selected(net::Stream::Notifier news) : notifier(std::move(news)) {}
Selected::~Selected() = default;

bool Selected::has_news(bool may_expunge) const { return view->is_behind(open->mailbox().snapshot(), may_expunge); }

Changes Selected::advance(bool may_expunge) {
  Changes changes = view->advance(open->mailbox().snapshot(), may_expunge);
  if (changes.has_new_messages) update_recent();
  if (contexts) note_changes(*contexts, changes);
  // With ghosts the client may still ask for what they were.
  if (const store::SnapshotPtr known = view->settled()) open->seen(known);
  return changes;
}

void Selected::update_recent() {
  // \Recent is the owner's to claim.
  const bool only_looks = is_read_only || is_anothers;
  const store::UidRange recent = only_looks ? open->mailbox().peek_recent() : open->mailbox().claim_recent();
  if (!has_recent) return;
  if (only_looks) {
    view->set_recent(recent);
  } else {
    view->add_recent(recent);
  }
}

void Selected::forget_recent() {
  has_recent = false;
  view->set_recent({1, 0});
}

Context::Context(net::Connection& connection_, const session::Services& services_, const Options& options_)
    : connection(connection_),
      services(services_),
      options(options_),
      parser(login_limits(options_)),
      append_limit("APPENDLIMIT=" + std::to_string(options_.max_append_bytes)),
      message_limit(options_.message_limit == 0 ? "" : "MESSAGELIMIT=" + std::to_string(options_.message_limit)) {
  parser.set_limits(parser_limits(*this));
}

Context::~Context() = default;

async::Task<net::Result<>> Context::flush() const {
  stream().set_deadline(options.timeouts.transfer);
  return stream().flush();
}

async::Task<bool> Context::relieve() {
  if (stream().queued_bytes() <= kMaxQueued) co_return true;
  if (const auto sent = co_await flush(); !sent) {
    lose(sent.error());
    co_return false;
  }
  co_return true;
}

async::Task<bool> Context::fill(async::Milliseconds deadline) {
  if (stream().queued_bytes() > 0) {
    if (const auto sent = co_await flush(); !sent) {
      lose(sent.error());
      co_return false;
    }
  }
  stream().set_deadline(deadline);
  if (const auto filled = co_await stream().fill_command(parser.fill_limit()); !filled) {
    end({net::describe(filled.error()),
         filled.error() == net::Errc::timeout ? "Waited too long for your command" : ""});
    co_return false;
  }
  if (stream().is_stop_requested()) {
    end(kStopping);
    co_return false;
  }
  co_return true;
}

async::Task<std::optional<std::string_view>> Context::read_line(std::size_t& length) {
  for (;;) {
    const Step step = parser.next_line(stream().buffered());
    if (const auto* line = std::get_if<Line>(&step.event)) {
      length = step.consumed;
      co_return line->text;
    }
    if (const auto* rejected = std::get_if<Rejected>(&step.event)) {
      tell(rejected->reply);
      end({"line too long"});
      co_return std::nullopt;
    }
    stream().consume(step.consumed);
    if (!co_await fill(options.timeouts.command)) co_return std::nullopt;
  }
}

Limits parser_limits(const Context& context) {
  Limits limits = context.is_logged_in() ? user_limits(context.options) : login_limits(context.options);
  limits.name_form = context.name_form;
  // RFC 7888 §5: without LITERAL+ there is LITERAL-, which IMAP4rev2 has at all times (RFC 9051 §4.3).
  if (is_off(context, kLiteralPlus)) limits.max_unasked_literal_bytes = kLiteralMinusBytes;
  return limits;
}

std::vector<std::string_view> capabilities(const Context& context) {
  const std::vector<std::string>& mechanisms = announced_mechanisms(context);
  std::vector<std::string_view> names{"IMAP4rev1", "IMAP4rev2", kLiteralPlus, kLiteralMinus, "SASL-IR", "ID", "ENABLE"};
  if (!context.is_logged_in()) {
    const session::Security& security = context.options.security;
    if (session::can_start_tls(context.connection, security)) names.emplace_back("STARTTLS");
    if (session::may_ask_password(context.connection, security)) {
      names.insert(names.end(), mechanisms.begin(), mechanisms.end());
    } else {
      names.emplace_back("LOGINDISABLED");
    }
  }
  names.insert(names.end(), {"IDLE",
                             "NAMESPACE",
                             "LANGUAGE",
                             "CHILDREN",
                             "SPECIAL-USE",
                             "CREATE-SPECIAL-USE",
                             "LIST-EXTENDED",
                             "LIST-STATUS",
                             "UNSELECT",
                             "UIDPLUS",
                             "MOVE",
                             "ESEARCH",
                             "SEARCHRES",
                             "WITHIN",
                             "SORT",
                             "SORT=DISPLAY",
                             "ESORT",
                             "THREAD=ORDEREDSUBJECT",
                             "THREAD=REFERENCES",
                             "THREAD=REFS",
                             "I18NLEVEL=2",
                             "MULTISEARCH",
                             "FILTERS",
                             "PARTIAL",
                             "CONTEXT=SEARCH",
                             "CONTEXT=SORT",
                             "NOTIFY",
                             "SEARCH=FUZZY",
                             "CONDSTORE",
                             "QRESYNC",
                             "STATUS=SIZE",
                             "OBJECTID",
                             "SAVEDATE",
                             "UIDBATCHES",
                             "QUOTA",
                             "QUOTA=RES-STORAGE",
                             "QUOTA=RES-MESSAGE",
                             "QUOTA=RES-MAILBOX",
                             "METADATA",
                             "LIST-METADATA",
                             "ACL",
                             "RIGHTS=texk",
                             "LIST-MYRIGHTS",
                             "INPROGRESS",
                             "MULTIAPPEND",
                             "BINARY",
                             "REPLACE",
                             "PREVIEW",
                             "CATENATE",
                             "URL-PARTIAL",
                             "URLAUTH",
                             "URLAUTH=BINARY",
                             "UTF8=ACCEPT"});
  names.emplace_back(context.append_limit);  // RFC 7889 §2
  if (!context.message_limit.empty()) names.emplace_back(context.message_limit);
  if (context.options.allows_uid_only) names.emplace_back("UIDONLY");
  if (!context.options.administrators.empty()) names.emplace_back("QUOTASET");
  if (!context.is_compressed) {
    names.emplace_back("COMPRESS=DEFLATE");
    if (context.is_logged_in()) names.emplace_back("UNAUTHENTICATE");
  }
  std::erase_if(names, [&](std::string_view name) { return is_off(context, name); });
  // RFC 7888 §5: never both.
  if (std::ranges::find(names, kLiteralPlus) != names.end()) std::erase(names, kLiteralMinus);
  return names;
}

async::Task<> tell_vanished(Context& context, std::vector<NumberRange> uids, bool is_earlier) {
  for (std::span<const NumberRange> rest = uids; !rest.empty();) {
    const auto line = rest.first(std::min(rest.size(), kVanishedRanges));
    write_vanished(context.out(), line, is_earlier);
    rest = rest.subspan(line.size());
    if (!co_await context.relieve()) co_return;
  }
}

async::Task<> tell_changes(Context& context, Changes changes, bool with_uid) {
  const View& view = *context.selected->view;
  const store::SnapshotPtr messages = view.current();
  const std::span<const std::string> keywords = keywords_of(*messages);

  if (context.selected->contexts) {
    tell_removed(context);
    if (!co_await context.relieve()) co_return;
  }
  if (context.is_rev2 && !context.is_uid_only) with_uid = true;  // RFC 9051 §7.5.2
  if (context.is_qresync_enabled || context.is_uid_only) {
    // RFC 7162 §3.2.4: FETCH responses that nobody asked for have UIDs, and VANISHED stands for EXPUNGE; the latter
    // with UIDONLY too (RFC 9586 §3).
    with_uid = !context.is_uid_only;
    changes.expunged.clear();
    co_await tell_vanished(context, std::move(changes.vanished), false);
    if (context.is_over()) co_return;
  }
  for (std::size_t i = 0; i < changes.expunged.size(); ++i) {
    write_expunge(context.out(), changes.expunged[i]);
    if (i % kTellStep == 0 && !co_await context.relieve()) co_return;
  }
  if (changes.has_new_messages) {
    write_exists(context.out(), messages->exists());
    if (!context.is_rev2) write_recent(context.out(), view.recent());
  }
  if (changes.has_new_keywords) {
    write_flags_line(context.out(), keywords);
    context.tell(permanent_flags(*context.selected));
  }
  for (std::size_t i = 0; i < changes.flags.size(); ++i) {
    const store::Message& message = messages->at(changes.flags[i]);
    FetchWriter fetch = begin_fetch(context, changes.flags[i], message.uid);
    if (with_uid) fetch.uid(message.uid);
    write_message_flags(fetch, message, view);
    if (context.is_condstore_enabled) fetch.mod_seq(message.mod_seq);
    fetch.finish();
    if (i % kTellStep == 0 && !co_await context.relieve()) co_return;
  }
  for (std::size_t i = 0; i < changes.mod_seqs.size(); ++i) {
    const store::Message& message = messages->at(changes.mod_seqs[i]);
    FetchWriter fetch = begin_fetch(context, changes.mod_seqs[i], message.uid);
    if (with_uid) fetch.uid(message.uid);
    fetch.mod_seq(message.mod_seq).finish();
    if (i % kTellStep == 0 && !co_await context.relieve()) co_return;
  }
  if (context.selected->contexts || (context.notifications && changes.has_new_messages))
    co_await tell_found_news(context, changes.first_new);
}

void write_message_flags(FetchWriter& fetch, const store::Message& message, const View& view) {
  static_assert(kSeen == store::kSeen && kAnswered == store::kAnswered && kFlagged == store::kFlagged &&
                kDeleted == store::kDeleted && kDraft == store::kDraft);
  fetch.flags(static_cast<SystemFlags>(message.flags & kAllSystemFlags), view.is_recent(message.uid),
              message.flags >> store::kFirstKeywordBit, keywords_of(view.messages()));
}

Reply permanent_flags(const Selected& selected) {
  if (selected.is_read_only) return Reply::ok("No flags can be changed", Code::permanent_flags(0, {}, false));
  const auto keywords = keywords_of(selected.view->messages());
  const store::Flags changeable = store::changeable_flags(selected.rights);
  const bool has_keywords = (changeable & store::kKeywordFlags) != 0;
  return Reply::ok("Flags that are kept",
                   Code::permanent_flags(static_cast<SystemFlags>(changeable & kAllSystemFlags),
                                         has_keywords ? keywords : std::span<const std::string>(),
                                         has_keywords && keywords.size() < store::kMaxKeywords));
}

bool renew_rights(Context& context) {
  Selected* const selected = context.selected.get();
  if (selected == nullptr || !selected->is_anothers) return true;
  const store::Rights rights = context.services.store.acls()->rights(selected->owner, selected->id(), context.account);
  if (rights == selected->rights) return true;
  selected->rights = rights;
  if (!selected->may(store::kRead)) {
    context.selected.reset();
    context.end({"rights taken away", "You may no longer read this mailbox"});
    return false;
  }
  write_flags_line(context.out(), keywords_of(selected->view->messages()));
  context.tell(permanent_flags(*selected));
  return true;
}

void refuse_append(Context& context, const AppendStretch& stretch) {
  if (!stretch.literal) return;
  if (stretch.literal->is_synchronizing) {
    context.parser.cancel_append();
  } else {
    context.parser.skip_append(stretch.literal->size);
  }
}

bool is_administrator(const Context& context) {
  const store::DirectoryPtr directory = context.services.store.directory();
  return std::ranges::any_of(context.options.administrators, [&](const std::string& address) {
    const store::Account* account = directory->find_address(address);
    return account != nullptr && account->id == context.account;
  });
}

Reply welcome(Context& context, const store::Account& account) {
  context.account = account.id;
  context.address = account.address;
  context.errors = 0;
  context.parser.set_limits(parser_limits(context));
  return Reply::ok("Logged in", Code::capability(capabilities(context)));
}

void forget_user(Context& context) {
  context.selected.reset();
  context.notifications.reset();
  context.account = 0;
  context.address.clear();
  context.is_condstore_enabled = false;
  context.is_qresync_enabled = false;
  context.is_uid_only = false;
  context.is_rev2 = false;
  context.comparator = {};
  context.language = session::Language::i_default;
  context.name_form = NameForm::modified_utf7;
  context.parser = Parser(parser_limits(context));
}

}  // namespace portreeve::imap
