#include "protocols/imap/context.h"

#include <algorithm>
#include <utility>

#include "core/auth/sasl.h"

namespace portreeve::imap {
namespace {

// Numbers rendered between two looks at the queue.
constexpr std::size_t kTellStep = 1024;
// In a line of VANISHED, which so stays below 8 KiB in most mailboxes (RFC 7162 §4).
constexpr std::size_t kVanishedRanges = 500;

std::span<const std::string> keywords_of(const store::Snapshot& messages) {
  if (!messages.keywords) return {};
  return *messages.keywords;
}

std::vector<std::string> announced_mechanisms() {
  std::vector<std::string> names;
  for (const std::string& name : auth::mechanism_names()) names.push_back("AUTH=" + name);
  return names;
}

bool is_off(const CapabilitiesOff& off, std::string_view name) {
  return std::ranges::any_of(off, [&](const std::string& each) {
    return name == each || (name.starts_with(each) && name[each.size()] == '=');
  });
}

}  // namespace

bool Selected::has_news(bool may_expunge) const { return view->is_behind(open->mailbox().snapshot(), may_expunge); }

Changes Selected::advance(bool may_expunge) {
  Changes changes = view->advance(open->mailbox().snapshot(), may_expunge);
  if (changes.has_new_messages) {
    if (is_read_only) {
      view->set_recent(open->mailbox().peek_recent());
    } else {
      view->add_recent(open->mailbox().claim_recent());
    }
  }
  // With ghosts the client may still ask for what they were.
  if (const store::SnapshotPtr known = view->settled()) open->seen(known);
  return changes;
}

Context::Context(net::Connection& connection_, const session::Services& services_, const Options& options_)
    : connection(connection_),
      services(services_),
      options(options_),
      parser(login_limits(options_)),
      append_limit("APPENDLIMIT=" + std::to_string(options_.max_append_bytes)) {}

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
      write_untagged(out(), rejected->reply);
      end({"line too long"});
      co_return std::nullopt;
    }
    stream().consume(step.consumed);
    if (!co_await fill(options.timeouts.command)) co_return std::nullopt;
  }
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

std::vector<std::string_view> capabilities(const Context& context) {
  static const std::vector<std::string> mechanisms = announced_mechanisms();
  std::vector<std::string_view> names{"IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE"};
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
                             "I18NLEVEL=1",
                             "PARTIAL",
                             "SEARCH=FUZZY",
                             "CONDSTORE",
                             "QRESYNC",
                             "STATUS=SIZE",
                             "OBJECTID",
                             "QUOTA",
                             "QUOTA=RES-STORAGE",
                             "METADATA",
                             "LIST-METADATA",
                             "INPROGRESS",
                             "MULTIAPPEND",
                             "BINARY",
                             "REPLACE",
                             "PREVIEW",
                             "UTF8=ACCEPT"});
  names.emplace_back(context.append_limit);  // RFC 7889 §2
  if (!context.is_compressed) {
    names.emplace_back("COMPRESS=DEFLATE");
    if (context.is_logged_in()) names.emplace_back("UNAUTHENTICATE");
  }
  std::erase_if(names, [&](std::string_view name) {
    return is_off(context.options.capabilities_off, name) || (context.client_off && is_off(*context.client_off, name));
  });
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

  if (context.is_qresync_enabled) {
    // RFC 7162 §3.2.4: FETCH responses that nobody asked for have UIDs, and VANISHED stands for EXPUNGE.
    with_uid = true;
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
    write_recent(context.out(), view.recent());
  }
  if (changes.has_new_keywords) {
    write_flags_line(context.out(), keywords);
    write_untagged(context.out(), permanent_flags(*context.selected));
  }
  for (std::size_t i = 0; i < changes.flags.size(); ++i) {
    const store::Message& message = messages->at(changes.flags[i]);
    FetchWriter fetch(context.out(), changes.flags[i]);
    if (with_uid) fetch.uid(message.uid);
    write_message_flags(fetch, message, view);
    if (context.is_condstore_enabled) fetch.mod_seq(message.mod_seq);
    fetch.finish();
    if (i % kTellStep == 0 && !co_await context.relieve()) co_return;
  }
  for (std::size_t i = 0; i < changes.mod_seqs.size(); ++i) {
    const store::Message& message = messages->at(changes.mod_seqs[i]);
    FetchWriter fetch(context.out(), changes.mod_seqs[i]);
    if (with_uid) fetch.uid(message.uid);
    fetch.mod_seq(message.mod_seq).finish();
    if (i % kTellStep == 0 && !co_await context.relieve()) co_return;
  }
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
  return Reply::ok("Flags that are kept",
                   Code::permanent_flags(kAllSystemFlags, keywords, keywords.size() < store::kMaxKeywords));
}

void refuse_append(Context& context, const AppendStretch& stretch) {
  if (!stretch.literal) return;
  if (stretch.literal->is_synchronizing) {
    context.parser.cancel_append();
  } else {
    context.parser.skip_append(stretch.literal->size);
  }
}

Reply welcome(Context& context, const store::Account& account) {
  context.account = account.id;
  context.address = account.address;
  context.errors = 0;
  context.parser.set_limits(user_limits(context.options));
  return Reply::ok("Logged in", Code::capability(capabilities(context)));
}

void forget_user(Context& context) {
  context.selected.reset();
  context.account = 0;
  context.address.clear();
  context.is_condstore_enabled = false;
  context.is_qresync_enabled = false;
  context.name_form = NameForm::modified_utf7;
  context.parser = Parser(login_limits(context.options));
}

}  // namespace portreeve::imap
