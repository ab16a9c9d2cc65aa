// The tokens that commands are made of (RFC 3501 §9), read from the front of an assembled text.
//
// The text is a command from its first byte to the end of the last line that is here, literals within. Functions bear
// the ABNF's names: they take what they name and answer true, or record why not and answer false; the first reason
// stays. try_… functions answer false without complaint and take nothing.
// A literal whose bytes aren't here yet ends the parse as pending: the caller gets it and parses anew. That keeps the
// grammar the one judge of where a literal may stand; Limits::max_literals bounds the repetition.
// Internal to the codec. Threads: belongs to one parse.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ascii.h"
#include "protocols/imap/command.h"
#include "protocols/imap/parser.h"

namespace portreeve::imap {

struct LiteralHeader {
  std::uint64_t size = 0;
  bool is_synchronizing = true;
};

// "{12}" or "{12+}" with CRLF at the end of `line`: what a literal would need to begin behind it. For skipping what a
// refused command sends. Sizes that don't fit are the largest that does.
std::optional<LiteralHeader> literal_at_end(std::string_view line);

// A keyword in capitals, cut short if it is longer than any known one.
class Word {
 public:
  void add(char c) {
    if (size_ < text_.size()) text_[size_++] = base::to_upper(c);
  }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {text_.data(), size_}; }
  bool operator==(std::string_view name) const { return view() == name; }

 private:
  std::array<char, 24> text_;
  std::size_t size_ = 0;
};

class Grammar {
 public:
  Grammar(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  // --- outcome
  const std::optional<LiteralHeader>& pending() const { return pending_; }
  Reply failure() const;
  const Limits& limits() const { return limits_; }
  std::size_t position() const { return position_; }
  std::string_view rest() const { return text_.substr(position_); }
  std::string_view text_from(std::size_t begin) const { return text_.substr(begin, position_ - begin); }
  // How many literals have been taken since `begin` bytes of the text.
  std::size_t literals() const { return literals_; }

  // Answers false, for `return fail("…")`.
  bool fail(std::string_view why);
  // NO instead of BAD: the syntax is right, but it can never be done.
  bool fail_cannot(std::string_view why);

  // --- tokens
  // The text ends with a line end, which no token takes, so there is always one more character.
  char peek() const { return position_ < text_.size() ? text_[position_] : '\n'; }
  bool try_char(char c);
  bool try_text(std::string_view text);
  // Takes nothing; case is ignored.
  bool is_next(std::string_view text) const;
  bool expect(char c, std::string_view why);
  bool sp() { return expect(' ', "Expected a space"); }
  // Blanks and the line end. Trailing blanks are a common slip and harm nothing.
  bool end_of_command();
  bool is_at_end() const;

  bool tag(std::string& tag);
  // A keyword of letters, digits, '.' and '-'; what it means is the caller's to judge.
  bool word(Word& word, std::string_view why);
  bool try_word(std::string_view name);
  bool atom(std::string_view& atom);
  bool string(std::string& text);
  bool nstring(std::optional<std::string>& text);
  bool astring(std::string& text);
  // nstring / literal8 (RFC 4466 §6): any bytes.
  bool binary_nstring(std::optional<std::string>& text);
  // Passes over a value of a parameter that nothing here knows: a string, number, set or atom (RFC 4466 §6).
  bool any_value();
  bool number(std::uint32_t& number);
  bool nz_number(std::uint32_t& number);
  // mod-sequence-valzer (RFC 7162 §7): 63 bits. 0 is taken where the grammar has none too: clients send it.
  bool mod_sequence(std::uint64_t& number);
  bool sequence_set(SequenceSet& set);
  // The message of APPEND: its header only, at the end of the text.
  bool literal_header(LiteralHeader& header);

  // --- phrases that several commands have
  // `given` as mailbox_name() has it.
  bool mailbox(std::string& name, std::string* given = nullptr);
  // The same, or an empty name for the server as a whole (RFC 5464 §3.3).
  bool mailbox_or_server(std::string& name);
  // A mailbox with wildcards, or LIST's reference; not canonicalized.
  bool list_mailbox(std::string& pattern);
  // The name of an annotation (RFC 5464 §3.2), in lower case.
  bool entry(std::string& name);
  bool flag(FlagList& flags);
  bool flag_list(FlagList& flags);
  bool date(std::chrono::sys_days& day);
  bool date_time(std::int64_t& unix_seconds);

  // "(" item *(SP item) ")", bounded. `item` takes one and answers true.
  template <class Item>
  bool list(Item item) {
    return expect('(', "Expected a parenthesis") && list_rest(item);
  }
  // The same where "()" may be, too.
  template <class Item>
  bool maybe_empty_list(Item item) {
    if (!expect('(', "Expected a parenthesis")) return false;
    return try_char(')') || list_rest(item);
  }
  // item *(SP item) until the command's end.
  template <class Item>
  bool items_to_end(Item item) {
    for (std::size_t count = 1;; ++count) {
      if (count > limits_.max_list_items) return fail("The list is too long");
      if (!item()) return false;
      if (is_at_end()) return true;
      if (!sp()) return false;
    }
  }

 private:
  template <class Item>
  bool list_rest(Item& item) {
    for (std::size_t count = 1;; ++count) {
      if (count > limits_.max_list_items) return fail("The list is too long");
      if (!item()) return false;
      if (try_char(')')) return true;
      if (!sp()) return false;
    }
  }
  bool quoted(std::string& text);
  // A quoted string without escapes, where it stands.
  bool quoted_view(std::string_view& text);
  bool literal(std::string& text, bool may_have_nul = false);
  bool decimal(std::uint32_t& number);
  bool canonicalize(std::string& name, std::string* given = nullptr);

  std::string_view text_;
  const Limits& limits_;
  std::size_t position_ = 0;
  std::size_t literals_ = 0;
  std::optional<LiteralHeader> pending_;
  std::string_view why_;  // empty: nothing failed
  bool is_cannot_ = false;
};

// --- the commands: what stands behind the name, with its leading space
bool parse_command(Grammar& grammar, Command& command);  // all of it, with tag and name
bool fetch_arguments(Grammar& grammar, Fetch& fetch);
bool fetch_att_list(Grammar& grammar, std::vector<FetchItem>& items);  // in parentheses
bool search_arguments(Grammar& grammar, Search& search);
bool multi_search_arguments(Grammar& grammar, MultiSearch& search);
bool sort_arguments(Grammar& grammar, Sort& sort);
bool thread_arguments(Grammar& grammar, Thread& thread);
// What these share.
bool return_options(Grammar& grammar, SearchReturn& returns);  // behind the word RETURN
bool charset(Grammar& grammar, std::string& charset);
bool page(Grammar& grammar, Page& page);
struct SearchRules {
  bool needs_fuzzy = false;  // there must be a key that is FUZZY
  bool may_be_saved = true;  // "$" may stand for messages
};
// What a search has used up of its limits, which those of its filters have part in.
struct SearchBudget {
  std::size_t keys = 0;
  std::size_t saved = 0;
};
bool search_program(Grammar& grammar, SearchKey& key, SearchRules rules = {}, SearchBudget* budget = nullptr);
// filter-mailboxes of RFC 5465 §8; names of ESEARCH and NOTIFY.
bool mailbox_filter(Grammar& grammar, MailboxFilter& filter);
bool list_arguments(Grammar& grammar, List& list);
bool lsub_arguments(Grammar& grammar, Lsub& lsub);
bool status_arguments(Grammar& grammar, Status& status);
bool select_arguments(Grammar& grammar, Select& select);
bool create_arguments(Grammar& grammar, Create& create);
bool get_metadata_arguments(Grammar& grammar, GetMetadata& metadata);
bool set_metadata_arguments(Grammar& grammar, SetMetadata& metadata);
bool get_quota_arguments(Grammar& grammar, GetQuota& quota);
bool set_quota_arguments(Grammar& grammar, SetQuota& quota);
bool reset_key_arguments(Grammar& grammar, ResetKey& reset);
bool gen_url_auth_arguments(Grammar& grammar, GenUrlAuth& generate);
bool url_fetch_arguments(Grammar& grammar, UrlFetch& fetch);
bool set_acl_arguments(Grammar& grammar, SetAcl& acl);
bool delete_acl_arguments(Grammar& grammar, DeleteAcl& acl);
bool list_rights_arguments(Grammar& grammar, ListRights& rights);
bool append_arguments(Grammar& grammar, Append& append);
bool replace_arguments(Grammar& grammar, Replace& replace);
bool notify_arguments(Grammar& grammar, Notify& notify);
bool cancel_update_arguments(Grammar& grammar, CancelUpdate& cancel);
// What follows a message's literal, to the end of its line.
bool append_rest(Grammar& grammar, AppendPlace place, AppendStretch& stretch);

}  // namespace portreeve::imap
