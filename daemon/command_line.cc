#include "daemon/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/nearest.h"
#include "daemon/exit_codes.h"

namespace portreeve::daemon {
namespace {

constexpr const char* kConfigFooter = "--config FILE may stand anywhere; not given: /etc/portreeve/portreeve.toml\n";

class Parser {
 public:
  Parser() {
    app_.require_subcommand(1);
    app_.option_defaults()->always_capture_default();
    app_.add_option("--config", line_.config_file, "the configuration file")->type_name("FILE");
    add(app_, "serve", "run the mail server", Command::serve);
    add(app_, "check", "look the configuration over without starting: keys, ports, rights", Command::check);
    add_accounts();
    add_aliases();
    add_domains();
    add_acls();
    add_held();
    CLI::App* backup = add(app_, "backup",
                           "write one consistent copy of all mail and accounts, also while the server "
                           "runs",
                           Command::backup);
    subject(backup, "FILE", "the file to write; must not exist");
    CLI::App* restore =
        add(app_, "restore", "fill an empty store from a backup; the server has to be stopped", Command::restore);
    subject(restore, "FILE", "the backup");
    CLI::App* fsck = add(app_, "fsck", "look at the whole store and say what is wrong", Command::fsck);
    fsck->add_flag("--mend", line_.mends, "put right what can be");
    add(app_, "version", "print the version", Command::version);
  }

  std::expected<CommandLine, Ending> parse(int argc, const char* const* argv) {
    words_.assign(argv + std::min(argc, 1), argv + argc);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return std::unexpected(Ending{kOk, app_.help()});
    } catch (const CLI::ParseError& error) {
      return std::unexpected(Ending{kUsage, complaint(error)});
    }
    return line_;
  }

 private:
  CLI::App* add(CLI::App& above, const std::string& name, const std::string& what, Command command) {
    CLI::App* sub = above.add_subcommand(name, what);
    // --config may stand behind the subcommand, too.
    sub->fallthrough();
    sub->footer(kConfigFooter);
    sub->callback([this, command] { line_.command = command; });
    return sub;
  }

  CLI::App* add_group(const std::string& name, const std::string& what) {
    CLI::App* group = app_.add_subcommand(name, what);
    group->fallthrough();
    group->require_subcommand(1);
    group->footer(kConfigFooter);
    return group;
  }

  void subject(CLI::App* sub, const std::string& name, const std::string& what) {
    sub->add_option(name, line_.subject, what)->required()->type_name("");
  }

  void password_option(CLI::App* sub) {
    sub->add_flag("--password-stdin", line_.takes_password_from_stdin,
                  "read the password from standard input instead of asking for it");
  }

  void add_accounts() {
    CLI::App* accounts = add_group("account", "who has mail here");
    CLI::App* one =
        add(*accounts, "add", "make an account with its folders; its domain too if it is new", Command::account_add);
    subject(one, "ADDRESS", "such as alice@example.org");
    password_option(one);
    add(*accounts, "list", "print all accounts", Command::account_list);
    one = add(*accounts, "passwd", "set a new password", Command::account_passwd);
    subject(one, "ADDRESS", "the account");
    password_option(one);
    one = add(*accounts, "quota", "limit how much mail an account may have", Command::account_quota);
    subject(one, "ADDRESS", "the account");
    one->add_option("SIZE", line_.value, "such as 500MiB; none for no limit")->type_name("");
    one->add_option("--messages", line_.messages, "how many messages it may have, or none")->type_name("NUMBER");
    one->add_option("--mailboxes", line_.mailboxes, "how many folders it may have, or none")->type_name("NUMBER");
    subject(add(*accounts, "disable", "take no more mail for an account and let nobody in; its mail stays",
                Command::account_disable),
            "ADDRESS", "the account");
    subject(add(*accounts, "enable", "undo a disable", Command::account_enable), "ADDRESS", "the account");
    one = add(*accounts, "delegate", "let one account send under the addresses of another", Command::account_delegate);
    subject(one, "OWNER", "the account whose addresses they are");
    one->add_option("DELEGATE", line_.value, "the account that may send")->required()->type_name("");
    one->add_flag("--remove", line_.removes, "let it no longer");
    one = add(*accounts, "verifier", "print what is kept of a password, for the configuration file",
              Command::account_verifier);
    password_option(one);
    one = add(*accounts, "remove", "remove an account with all its mail", Command::account_remove);
    subject(one, "ADDRESS", "the account");
    one->add_flag("--yes", line_.is_sure, "don't ask");
    one = add(*accounts, "import",
              "make many accounts at once, all or none: a line an account, the address, a blank, "
              "and the password or its SCRAM-SHA-256 verifier",
              Command::account_import);
    subject(one, "FILE", "the file; - for standard input");
  }

  void members(CLI::App* sub) {
    sub->add_option("MEMBER", line_.members, "addresses, which may be aliases in turn")->required()->type_name("");
  }

  void add_aliases() {
    CLI::App* aliases = add_group("alias", "addresses that lead to others");
    CLI::App* one = add(*aliases, "add", "make an alias", Command::alias_add);
    subject(one, "ADDRESS", "such as sales@example.org; @example.org catches all that is nobody's");
    members(one);
    add(*aliases, "list", "print all aliases and lists", Command::alias_list);
    subject(add(*aliases, "remove", "remove an alias or a list", Command::alias_remove), "ADDRESS",
            "the alias or list");

    CLI::App* lists = add_group("list", "mailing lists: mail through one bears its owner as the sender");
    one = add(*lists, "add", "make a list", Command::list_add);
    subject(one, "ADDRESS", "such as team@example.org");
    members(one);
    one->add_option("--owner", line_.owner, "who hears of what can't be delivered")->type_name("ADDRESS");
    one = add(*lists, "join", "add members", Command::list_join);
    subject(one, "ADDRESS", "the list");
    members(one);
    one = add(*lists, "leave", "take members out", Command::list_leave);
    subject(one, "ADDRESS", "the list");
    members(one);
    subject(add(*lists, "remove", "remove a list", Command::alias_remove), "ADDRESS", "the list");

    subject(add(app_, "resolve", "tell who gets the mail for an address, and why", Command::resolve), "ADDRESS",
            "any address");
  }

  void add_acls() {
    CLI::App* acls = add_group("acl", "what others may do with a mailbox");
    const auto add_one = [&](const char* name, const char* what, Command command) {
      CLI::App* one = add(*acls, name, what, command);
      subject(one, "OWNER", "the account whose mailbox it is");
      one->add_option("MAILBOX", line_.value, "such as INBOX or Team/Orders")->required()->type_name("");
      return one;
    };
    const auto identifier = [&](CLI::App* one) {
      one->add_option("IDENTIFIER", line_.identifier, "an account, or anyone")->required()->type_name("");
      one->add_flag("--deny", line_.denies, "it is about rights that they shall not have, whatever else gives them");
    };
    add_one("list", "print who has which rights", Command::acl_list);
    CLI::App* one = add_one("set", "give rights", Command::acl_set);
    identifier(one);
    one->add_option("RIGHTS", line_.rights, "letters of lrswipkxtea; +lr adds to what there is")
        ->required()
        ->type_name("");
    one = add_one("remove", "take rights away", Command::acl_remove);
    identifier(one);
    one->add_option("RIGHTS", line_.rights, "letters of lrswipkxtea; without them all")->type_name("");
  }

  void add_held() {
    CLI::App* held = add_group("held", "messages that their senders have held back until later");
    add(*held, "list", "print all of them", Command::held_list);
    subject(add(*held, "remove", "remove one; nobody gets it", Command::held_remove), "ID", "as `held list` has it");
  }

  void add_domains() {
    CLI::App* domains = add_group("domain", "whose mail is taken here");
    subject(add(*domains, "add", "take mail for a domain", Command::domain_add), "DOMAIN", "such as example.org");
    add(*domains, "list", "print all domains", Command::domain_list);
    subject(add(*domains, "remove", "take no more mail for a domain", Command::domain_remove), "DOMAIN",
            "one without accounts");
  }

  static std::vector<const CLI::App*> subcommands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
  }

  // The deepest subcommand that the words name, and the word behind it that is none.
  const CLI::App& level_reached(std::string* stray = nullptr) const {
    const CLI::App* level = &app_;
    bool may_be_value = false;  // of the option before it
    for (const std::string& word : words_) {
      const bool is_after_option = std::exchange(may_be_value, word.starts_with('-'));
      if (word.starts_with('-')) continue;
      const CLI::App* next = nullptr;
      for (const CLI::App* sub : subcommands_of(*level)) {
        if (sub->get_name() == word) next = sub;
      }
      if (next != nullptr) {
        level = next;
        continue;
      }
      if (stray != nullptr && stray->empty() && !is_value_of_option(word)) *stray = word;
      // What stands behind a command that isn't one may bear the name of another.
      if (!is_after_option) break;
    }
    return *level;
  }

  bool is_value_of_option(const std::string& word) const { return word == line_.config_file || word == line_.owner; }

  // What was meant by a word that the level doesn't know.
  static std::string guess(const CLI::App& level, const std::string& word) {
    std::vector<std::string> names;
    const bool is_option = word.starts_with('-');
    for (const CLI::App* app = &level; app != nullptr; app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options()) {
        if (is_option) names.push_back(option->get_name());
      }
      if (is_option) continue;
      for (const CLI::App* sub : subcommands_of(*app)) {
        names.push_back(sub->get_name());
      }
      break;
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    return std::string(base::nearest(word, known));
  }

  // "The following arguments were not expected: first second".
  static std::string unexpected_word(const std::string& message) {
    constexpr std::string_view kBefore = "expected: ";
    const std::size_t at = message.find(kBefore);
    if (at == std::string::npos) return "";
    const std::string words = message.substr(at + kBefore.size());
    // CLI11 puts what stands behind an option it doesn't know before it.
    const std::size_t option = words.find("--");
    const std::size_t begin = option == std::string::npos ? 0 : option;
    return words.substr(begin, words.find(' ', begin) - begin);
  }

  std::string complaint(const CLI::ParseError& error) const {
    std::string stray;
    const CLI::App& level = level_reached(&stray);
    std::string path = "portreeve";
    if (level.get_parent() != nullptr) {
      const std::string& group = level.get_parent()->get_name();
      path += (level.get_parent() == &app_ ? " " : " " + group + " ") + level.get_name();
    }
    std::string what = error.what();
    const bool wants_command = !subcommands_of(level).empty();
    const bool has_extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    if (has_extras) stray = unexpected_word(what);
    if (stray.starts_with("-")) {
      what = fmt::format("there is no option {}", stray);
    } else if (wants_command) {
      what = stray.empty() ? "which command?" : fmt::format("there is no command \"{}\"", stray);
    } else if (has_extras) {
      what = fmt::format("\"{}\" is one word too many", stray);
    } else {
      stray.clear();
    }
    if (const std::string near = stray.empty() ? "" : guess(level, stray); !near.empty()) {
      what += fmt::format("; did you mean {}?", near);
    }
    return fmt::format("{}: {}\n`{} --help` says what there is\n", path, what, path);
  }

  CommandLine line_;
  CLI::App app_{"Portreeve, a mail server: SMTP, POP3 and IMAP over one store.", "portreeve"};
  std::vector<std::string> words_;
};

}  // namespace

std::expected<CommandLine, Ending> parse_command_line(int argc, const char* const* argv) {
  return Parser().parse(argc, argv);
}

std::string version_text() { return "portreeve " PORTREEVE_VERSION "\n"; }

}  // namespace portreeve::daemon
