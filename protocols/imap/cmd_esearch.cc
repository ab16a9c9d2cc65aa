// The command ESEARCH (RFC 7377): a search of several mailboxes, whether one is selected or not.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "protocols/imap/failure.h"
#include "protocols/imap/find_messages.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailbox_choice.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/other_users.h"
#include "protocols/imap/saved_result.h"

namespace portreeve::imap {
namespace {

// A mailbox to be searched, by the name that it has now.
struct Source {
  store::MailboxId id = 0;
  std::string name;
  std::uint32_t messages = 0;
};

// One that isn't selected, held open so that what is found in it stays there meanwhile.
struct Visited {
  std::unique_ptr<store::OpenMailbox> open;
  std::unique_ptr<View> view;
};

bool searches_selected(const MultiSearch& command) {
  return std::ranges::find(command.sources, MailboxFilter::Kind::selected, &MailboxFilter::kind) !=
         command.sources.end();
}

// The selected mailbox of another, which may be one that isn't listed; nullopt if it went away. On a worker.
store::Result<std::optional<Source>> selected_of(store::Store& store, store::AccountId owner,
                                                 store::MailboxId selected) {
  const auto mailboxes = store.mailboxes(owner);
  if (!mailboxes) return std::unexpected(mailboxes.error());
  const store::MailboxInfo* const mailbox = (*mailboxes)->find(selected);
  const store::DirectoryPtr directory = store.directory();
  const store::Account* const account = directory->find(owner);
  if (mailbox == nullptr || account == nullptr) return std::nullopt;
  auto name = other_users_name(account->address, mailbox->name);
  if (!name) return std::nullopt;
  return Source{mailbox->id, std::move(*name), mailbox->status.messages};
}

// By name, each once. On a worker.
store::Result<std::vector<Source>> sources_of(const Context& context, const MultiSearch& command) {
  const auto visible = read_visible(context);
  if (!visible) return std::unexpected(visible.error());
  const store::MailboxId selected = context.selected && searches_selected(command) ? context.selected->id() : 0;
  const MailboxChoice choice(command.sources, *visible->list);
  std::vector<Source> sources;
  bool has_selected = false;
  for (const store::MailboxInfo& mailbox : visible->list->mailboxes) {
    // RFC 7377 §2.2: what one may not read is passed over.
    if ((visible->rights(mailbox.id) & store::kRead) == 0) continue;
    const bool is_selected = mailbox.id == selected;
    has_selected |= is_selected;
    if (is_selected || choice.has(mailbox.name, !visible->owner(mailbox.id)))
      sources.push_back({mailbox.id, mailbox.name, mailbox.status.messages});
  }
  if (selected == 0 || has_selected || !context.selected->is_anothers) return sources;
  auto unlisted = selected_of(context.services.store, context.selected->owner, selected);
  if (!unlisted) return std::unexpected(std::move(unlisted.error()));
  if (*unlisted) sources.push_back(std::move(**unlisted));
  return sources;
}

// On a worker.
store::Result<Visited> visit(store::Store& store, store::MailboxId mailbox) {
  auto open = store.open(mailbox, [] {});
  if (!open) return std::unexpected(std::move(open.error()));
  Visited visited{.open = std::move(*open), .view = nullptr};
  const store::UidRange recent = visited.open->mailbox().peek_recent();
  visited.view = std::make_unique<View>(visited.open->mailbox().snapshot());
  visited.view->set_recent(recent);
  return visited;
}

class Searching {
 public:
  Searching(Context& context, const MultiSearch& command, const SearchKey& key)
      : context_(context), command_(command), key_(key), notes_(context) {}

  async::Task<Reply> run(std::vector<Source> sources) {
    std::uint64_t messages = 0;
    for (const Source& source : sources) messages += source.messages;
    notes_.set_goal(messages);
    for (const Source& source : sources) {
      if (auto refusal = co_await search(source)) co_return std::move(*refusal);
      notes_.add_done(source.messages);
    }
    co_return found_reply(has_missed_);
  }

 private:
  async::Task<std::optional<Reply>> search(const Source& source) {
    if (context_.selected && context_.selected->id() == source.id)
      co_return co_await search(source, *context_.selected->view);
    if (context_.stream().is_stop_requested()) {
      context_.end(kStopping);
      co_return Reply::no("Going down");
    }
    const auto visited = co_await async::offload(context_.services.readers, context_.loop(),
                                                 [this, &source] { return visit(context_.services.store, source.id); });
    // It went away meanwhile, as one that nobody may search (RFC 7377 §2.2).
    if (!visited && visited.error().code == store::Errc::not_found) co_return std::nullopt;
    if (!visited) co_return failure(context_, "Cannot search", visited.error());
    co_return co_await search(source, *visited->view);
  }

  async::Task<std::optional<Reply>> search(const Source& source, const View& view) {
    auto found = co_await find_messages(context_, view, key_, wanted(command_.returns), notes_);
    if (!found) co_return found.error();
    has_missed_ |= found->has_missed;
    if (command_.returns.is_saved)
      context_.selected->saved = saved_uids(meant_by(command_.returns, found->sequences), view.messages());
    // RFC 7377 §2.1: nothing is told of a mailbox without any.
    if (found->sequences.empty() || !command_.returns.tells()) co_return std::nullopt;
    tell_found(context_, view, std::move(*found), command_.returns,
               {.tag = context_.tag,
                .mailbox = source.name,
                .uid_validity = view.messages().uid_validity,
                .form = context_.name_form});
    if (!co_await context_.relieve()) co_return Reply::no("Lost");
    co_return std::nullopt;
  }

  Context& context_;
  const MultiSearch& command_;
  const SearchKey& key_;
  ProgressNotes notes_;
  bool has_missed_ = false;
};

}  // namespace

async::Task<Reply> handle(Context& context, const MultiSearch& command) {
  if (!context.selected && searches_selected(command)) co_return Reply::bad("Select a mailbox first");
  // RFC 5182 §2.1: a search that fails leaves nothing.
  if (command.returns.is_saved) context.selected->saved.clear();
  const bool is_of_selected = std::ranges::all_of(
      command.sources, [](const MailboxFilter& each) { return each.kind == MailboxFilter::Kind::selected; });
  const auto ready = co_await ready_key(context, command.charset, command.key, is_of_selected);
  if (!ready) co_return ready.error();

  auto sources = co_await async::offload(context.services.readers, context.loop(),
                                         [&context, &command] { return sources_of(context, command); });
  if (!sources) co_return failure(context, "Cannot search", sources.error());
  Searching searching(context, command, ready->key());
  co_return co_await searching.run(std::move(*sources));
}

}  // namespace portreeve::imap
