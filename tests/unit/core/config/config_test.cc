#include "core/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace portreeve::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Enough for a server, so that a case adds only what it is about.
constexpr std::string_view kBase =
    "host_name = 'mail.example.test'\n"
    "data_directory = 'data'\n"
    "tls.self_signed = true\n";
constexpr std::string_view kListener =
    "[[listener]]\n"
    "protocol = 'imap'\n"
    "port = 143\n";

std::string joined(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a).append(b).append(c);
}

std::vector<std::string> complaints(std::string_view text) {
  const auto config = parse(text, "/etc/p.toml");
  std::vector<std::string> out;
  if (config) return out;
  for (const Diagnostic& diagnostic : config.error()) {
    out.push_back(diagnostic.text());
    EXPECT_EQ(out.back().find('\n'), std::string::npos) << out.back();
  }
  return out;
}

TEST(Config, FillsInDefaults) {
  const auto config = parse(joined(kBase, kListener), "/etc/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_EQ(config->host_name, "mail.example.test");
  EXPECT_EQ(config->user, "");
  EXPECT_EQ(config->log_level, LogLevel::info);
  EXPECT_EQ(config->limits.max_message_size, 50 * kMiB);
  EXPECT_EQ(config->imap.idle_timeout, std::chrono::minutes(31));
  ASSERT_EQ(config->listeners.size(), 1U);
  EXPECT_EQ(config->listeners[0].protocol, Protocol::imap);
  EXPECT_THAT(config->listeners[0].addresses, ElementsAre("0.0.0.0", "::"));
  EXPECT_EQ(config->listeners[0].tls, TlsMode::starttls);
  EXPECT_FALSE(config->listeners[0].plaintext_auth);
}

TEST(Config, ReadsEachKindOfValue) {
  const auto config = parse(
      "host_name = 'mail.example.test'\n"
      "data_directory = '/data'\n"
      "log.level = 'debug'\n"
      "[limits]\n"
      "max_message_size = 1048576\n"
      "[imap]\n"
      "idle_timeout = '45m'\n"
      "max_command_size = '1MiB'\n"
      "[[tls.certificate]]\n"
      "certificate = 'a.pem'\n"
      "key = '/keys/a.key'\n"
      "[[listener]]\n"
      "protocol = 'submission'\n"
      "address = '::1'\n"
      "port = 587\n"
      "[[listener]]\n"
      "protocol = 'smtp'\n"
      "path = '../run/smtp.sock'\n"
      "mode = '0600'\n"
      "tls = 'none'\n",
      "/etc/portreeve/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_EQ(config->log_level, LogLevel::debug);
  EXPECT_EQ(config->limits.max_message_size, kMiB);
  EXPECT_EQ(config->imap.idle_timeout, std::chrono::minutes(45));
  EXPECT_EQ(config->imap.max_command_size, kMiB);
  EXPECT_EQ(config->tls.certificates.at(0).certificate, "/etc/portreeve/a.pem");
  EXPECT_EQ(config->tls.certificates.at(0).key, "/keys/a.key");
  EXPECT_EQ(config->tls.self_signed_directory, "/data/tls");
  EXPECT_THAT(config->listeners.at(0).addresses, ElementsAre("::1"));
  EXPECT_EQ(config->listeners.at(1).path, "/etc/run/smtp.sock");
  EXPECT_EQ(config->listeners.at(1).mode, 0600U);
  EXPECT_EQ(config->listeners.at(1).tls, TlsMode::none);
}

// Each row: the text after kBase, and the one line that it must get.
struct Wrong {
  std::string text;
  std::string line;
};

TEST(Config, SaysWhatIsWrongInOneLine) {
  const std::string listener(kListener);
  const std::vector<Wrong> rows{
      // wrong types and values
      {"user = 5\n" + listener, "/etc/p.toml:4:8: user: expected a user's name from /etc/passwd, not the number 5"},
      {listener + "[server]\nthreads = 'many'\n",
       "/etc/p.toml:8:11: server.threads: expected a whole number from 0 to 256, not \"many\""},
      {listener + "[server]\nthreads = 1.5\n",
       "/etc/p.toml:8:11: server.threads: expected a whole number from 0 to 256, not the number 1.5"},
      {listener + "[server]\nthreads = -1\n",
       "/etc/p.toml:8:11: server.threads: expected a whole number from 0 to 256, not the number -1"},
      {listener + "[limits]\nmax_message_size = '50 megs'\n",
       "/etc/p.toml:8:20: limits.max_message_size: expected a size from \"64KiB\" to \"2GiB\", not \"50 megs\""},
      {listener + "[limits]\nmax_message_size = '3GiB'\n",
       "/etc/p.toml:8:20: limits.max_message_size: expected a size from \"64KiB\" to \"2GiB\", not \"3GiB\""},
      {listener + "[imap]\nidle_timeout = 30\n",
       "/etc/p.toml:8:16: imap.idle_timeout: expected a time from \"1s\" to \"1d\", not the number 30"},
      {listener + "[log]\nlevel = 'loud'\n",
       "/etc/p.toml:8:9: log.level: expected \"debug\", \"info\", \"warning\" or \"error\", not \"loud\""},
      {listener + "tickets = 'yes'\n", "/etc/p.toml:7:11: listener[1].tickets: expected true or false, not \"yes\""},
      {listener + "address = 'localhost'\n",
       "/etc/p.toml:7:11: listener[1].address: expected an IP address such as \"127.0.0.1\" or \"::1\", or an array of "
       "them, not \"localhost\""},
      {listener + "address = ['::1', 5]\n",
       "/etc/p.toml:7:11: listener[1].address: expected an IP address such as \"127.0.0.1\" or \"::1\", or an array of "
       "them, not an array"},
      {"[[listener]]\nprotocol = 'imap'\nport = 70000\n",
       "/etc/p.toml:6:8: listener[1].port: expected a whole number from 0 to 65535, not the number 70000"},
      {"[[listener]]\nprotocol = 'smtp'\npath = 's'\nmode = '999'\n",
       "/etc/p.toml:7:8: listener[1].mode: expected permissions such as \"0660\", not \"999\""},
      {"user = \"a\\u0000b\"\n" + listener,
       "/etc/p.toml:4:8: user: expected a user's name from /etc/passwd, not \"a?b\""},
      // sections
      {"server = 5\n" + listener,
       "/etc/p.toml:4:10: server: is a section: write [server] and its keys below, not the number 5"},
      {"[listener]\nport = 5\n",
       "/etc/p.toml:4:1: listener: there may be several: write [[listener]] for each, not a section"},
      // unknown keys
      {"usr = 'mail'\n" + listener,
       "/etc/p.toml:4:1: usr: unknown key; did you mean user? It is a user's name from /etc/passwd"},
      {listener + "prot = 5\n",
       "/etc/p.toml:7:1: listener[1].prot: unknown key; did you mean port? It is a whole number from 0 to 65535"},
      {listener + "[sever]\n", "/etc/p.toml:7:2: sever: unknown section; did you mean [server]?"},
      {listener + "[[listenner]]\n",
       "/etc/p.toml:7:3: listenner: unknown key; did you mean listener? It is written "
       "[[listener]]"},
      {"max_recipients = 5\n" + listener,
       "/etc/p.toml:4:1: max_recipients: unknown key; did you mean the one of section [limits]?"},
      {listener + "[pop3]\nhost_name = 'x'\n",
       "/etc/p.toml:8:1: pop3.host_name: unknown key; host_name stands above the first [section]"},
      {listener + "[pop3]\ncolour = 5\n",
       "/etc/p.toml:8:1: pop3.colour: unknown key; known here: login_timeout, idle_timeout"},
      {listener + "[pop3]\n\"a\\nb\" = 5\n",
       "/etc/p.toml:8:1: pop3.a?b: unknown key; known here: login_timeout, idle_timeout"},
      // missing ones
      {"[[listener]]\nport = 5\n",
       "/etc/p.toml:4:1: listener[1].protocol: is missing: \"smtp\", \"submission\", \"pop3\" or \"imap\" (what is "
       "spoken here; \"smtp\" takes mail from strangers, \"submission\" from your users)"},
      {"[[listener]]\nprotocol = 'smtp'\n",
       "/etc/p.toml:4:1: listener[1].port: is missing: a port, or the path of a Unix socket"},
      {"", "/etc/p.toml:1:1: listener: is missing: at least one [[listener]], or nobody can reach the server"},
      // keys that don't go together
      {"[[listener]]\nprotocol = 'smtp'\nport = 5\npath = 's'\n",
       "/etc/p.toml:6:8: listener[1].port: goes not with path: a listener is on a port or on a Unix socket"},
      {"[[listener]]\nprotocol = 'imap'\nport = 5\ntls = 'none'\n",
       "/etc/p.toml:7:7: listener[1].tls: \"none\" lets nobody log in: choose \"starttls\" or \"implicit\", or set "
       "plaintext_auth = true"},
      {listener + "[[tls.certificate]]\ncertificate = 'a'\nkey = 'b'\n",
       "/etc/p.toml:3:19: tls.self_signed: goes not with [[tls.certificate]]: remove one of them"},
      // the same port twice
      {listener + listener,
       "/etc/p.toml:9:8: listener[2].port: 143 is given twice: the listener of line 6 has it; each needs its own"},
      {listener + listener + "address = '127.0.0.1'\n",
       "/etc/p.toml:9:8: listener[2].port: 143 is given twice: the listener of line 6 has it; each needs its own"},
      {"[[listener]]\nprotocol = 'smtp'\npath = 's'\n[[listener]]\nprotocol = 'smtp'\npath = './s'\n",
       "/etc/p.toml:9:8: listener[2].path: /etc/s is given twice: the listener of line 6 has it; each needs its own"},
      // not TOML
      {"port == 5\n",
       "/etc/p.toml:4:7: this is not TOML: Error while parsing key-value pair: encountered unexpected "
       "character '=' when parsing value"},
      // where the parser asserts before it checks
      {"[[[\n", "this is not TOML: "},
      {"[.]\n", "this is not TOML: "},
      {"[[.]]\n", "this is not TOML: "},
      {"[\n", "this is not TOML: "},
  };
  for (const Wrong& row : rows) {
    // toml++ words its syntax errors a little differently from release to release.
    const auto lines = complaints(joined(kBase, row.text));
    if (row.line.find("not TOML") != std::string::npos) {
      EXPECT_THAT(lines, ElementsAre(HasSubstr("this is not TOML: "))) << row.text;
      continue;
    }
    EXPECT_THAT(lines, ElementsAre(row.line)) << row.text;
  }
}

TEST(Config, TakesPortsThatDoNotClash) {
  constexpr std::string_view kHead = "[[listener]]\nprotocol = 'imap'\nport = 143\naddress = ";
  const std::string head(kHead);
  EXPECT_THAT(complaints(joined(kBase, head + "'127.0.0.1'\n", head + "'127.0.0.2'\n")), ElementsAre());
  EXPECT_THAT(complaints(joined(kBase, head + "'0.0.0.0'\n", head + "'::'\n")), ElementsAre());
  EXPECT_EQ(complaints(joined(kBase, head + "'::'\n", head + "['127.0.0.1', '::1']\n")).size(), 1U);
  const std::string any = "[[listener]]\nprotocol = 'imap'\nport = 0\n";
  EXPECT_THAT(complaints(joined(kBase, any, any)), ElementsAre());
}

TEST(Config, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  const auto lines = complaints(
      "hostname = 'x'\n"
      "[server]\n"
      "threads = 'a'\n"
      "max_connections = 0\n"
      "[[listener]]\n"
      "protocol = 'gopher'\n");
  EXPECT_THAT(
      lines,
      ElementsAre(HasSubstr(":1:1: data_directory: is missing"), HasSubstr(":1:1: host_name: is missing"),
                  HasSubstr(":1:1: hostname: unknown key; did you mean host_name?"), HasSubstr(":3:11: server.threads"),
                  HasSubstr(":4:19: server.max_connections"), HasSubstr(":5:1: listener[1].port"),
                  HasSubstr(":5:1: listener[1].tls"), HasSubstr(":6:12: listener[1].protocol: expected")));
}

TEST(Config, AsksForACertificateWhereTlsIsOffered) {
  const std::string head = "host_name = 'a.test'\ndata_directory = 'd'\n";
  EXPECT_THAT(complaints(joined(head, kListener)),
              ElementsAre(HasSubstr("listener[1].tls: \"starttls\" needs a cert")));
  EXPECT_THAT(complaints(joined(head, kListener, "tls = 'none'\nplaintext_auth = true\n")), ElementsAre());
}

TEST(Config, ChecksHostNames) {
  const auto is_taken = [](const std::string& name) {
    return complaints("host_name = '" + name + "'\ndata_directory = 'd'\ntls.self_signed = true\n" +
                      std::string(kListener))
        .empty();
  };
  for (const char* name : {"a", "mail.example.org", "a-b.c1", "1.2.3.4.in-addr"}) EXPECT_TRUE(is_taken(name)) << name;
  for (const std::string name : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a-.b", "a b", "a_b", "münchen"}) {
    EXPECT_FALSE(is_taken(name)) << name;
  }
  EXPECT_FALSE(is_taken(std::string(256, 'a')));
}

class ConfigFile : public testing::Test {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / (std::string("portreeve-") + std::to_string(getpid()));
  std::string file_ = folder_ / "p.toml";

  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, std::string_view text) { std::ofstream(folder_ / name) << text; }
};

TEST_F(ConfigFile, NamesAFileThatIsMissing) {
  const auto config = load(file_);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().at(0).text(),
            file_ +
                ": can't read it: No such file or directory; name another with --config FILE, or begin with a copy of "
                "conf/portreeve.toml, which explains every key");
}

TEST_F(ConfigFile, RefusesAHugeFile) {
  write("p.toml", std::string((1 << 20) + 1, '#'));
  EXPECT_THAT(load(file_).error().at(0).text(), HasSubstr("larger than 1 MiB"));
}

TEST_F(ConfigFile, LooksForTheFilesThatItNames) {
  write("p.toml", joined("host_name = 'a.test'\ndata_directory = 'd'\n", kListener,
                         "[[tls.certificate]]\ncertificate = 'a.pem'\nkey = '.'\n"));
  const auto config = load(file_);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 2U);
  EXPECT_EQ(config.error()[0].text(), file_ + ":7:15: tls.certificate[1].certificate: there is no file " +
                                          (folder_ / "a.pem").string() +
                                          "; relative paths begin at the folder of this file");
  EXPECT_THAT(config.error()[1].text(), HasSubstr("is not a file"));
}

TEST(Config, TellsWhatAReloadChanges) {
  const auto before = parse(joined(kBase, kListener), "/etc/p.toml");
  ASSERT_TRUE(before);
  Config after = *before;
  EXPECT_TRUE(changes(*before, after).empty());
  after.limits.max_errors = 5;
  after.server.threads = 3;
  after.listeners[0].port = 144;
  std::vector<std::string> told;
  for (const Change& change : changes(*before, after)) told.push_back(change.key + (change.is_live ? " live" : ""));
  EXPECT_THAT(told, ElementsAre("server.threads", "limits.max_errors live", "listener[1].port"));
  after = *before;
  after.listeners.emplace_back();
  EXPECT_EQ(changes(*before, after).at(0).key, "listener");
}

// Two configurations that differ in every key that can differ.
TEST(Config, AReloadChangesTheLiveKeysAndNoOthers) {
  const auto running = parse(joined("host_name = 'a.test'\ndata_directory = 'd'\n",
                                    "[[tls.certificate]]\ncertificate = 'a'\nkey = 'b'\n", kListener),
                             "/etc/p.toml");
  const auto fresh = parse(
      "host_name = 'b.test'\ndata_directory = 'e'\nuser = 'u'\nlog.level = 'debug'\n"
      "[server]\nthreads = 1\nmax_connections = 1\nmax_connections_per_address = 1\nshutdown_grace = '1s'\n"
      "[storage]\nreaders = 1\nreserve = '1MiB'\nmax_staged = '16MiB'\nmailbox_cache = '1MiB'\n"
      "[tls]\nself_signed_directory = 'f'\n[[tls.certificate]]\ncertificate = 'c'\nkey = 'd'\n"
      "[limits]\nmax_message_size = '1MiB'\nmax_recipients = 100\nmax_errors = 3\nhandshake_timeout = '1s'\n"
      "command_timeout = '1s'\ntransfer_timeout = '1s'\n"
      "[smtp]\nidle_timeout = '1s'\n[pop3]\nlogin_timeout = '1s'\nidle_timeout = '1s'\n"
      "[imap]\nlogin_timeout = '1s'\nidle_timeout = '1s'\nidle_nudge = '1s'\nmax_command_size = '8KiB'\n"
      "[[listener]]\nprotocol = 'pop3'\naddress = '::1'\nport = 1\nmode = '0600'\ntls = 'implicit'\n"
      "plaintext_auth = true\ntickets = false\n",
      "/etc/p.toml");
  ASSERT_TRUE(running);
  ASSERT_TRUE(fresh) << fresh.error().front().text();
  const Config after = with_live_keys(*running, *fresh);
  for (const Change& change : changes(*running, after)) EXPECT_TRUE(change.is_live) << change.key;
  for (const Change& change : changes(*fresh, after)) EXPECT_FALSE(change.is_live) << change.key;
  // All keys but the two that contradict others: self_signed and path.
  EXPECT_EQ(changes(*running, *fresh).size(), keys().size() - 2);
}

std::string read_text(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(ShippedConfig, IsRight) {
  for (const char* name : {"portreeve.toml", "dev.toml", "lab.toml"}) {
    const std::string path = std::string(PORTREEVE_SOURCE_DIR "/conf/") + name;
    const auto config = parse(read_text(path), path);
    EXPECT_TRUE(config) << (config ? "" : config.error().front().text());
  }
}

// Every key of the table is in the annotated file, and each value there is the default.
TEST(ShippedConfig, NamesEveryKey) {
  const std::string text = read_text(PORTREEVE_SOURCE_DIR "/conf/portreeve.toml");
  const std::string docs = read_text(PORTREEVE_SOURCE_DIR "/docs/configuration.md");
  for (const KeyInfo& key : keys()) {
    const std::string name = key.path.substr(key.path.rfind('.') + 1);
    EXPECT_THAT(text, HasSubstr("\n" + name + " = ")) << key.path;
    EXPECT_THAT(docs, HasSubstr("`" + name + "`")) << key.path;
    EXPECT_FALSE(key.help.empty()) << key.path;
  }
  const auto shipped = parse(text, "/etc/portreeve/portreeve.toml");
  ASSERT_TRUE(shipped);
  for (const Change& change : changes(Config(), *shipped)) {
    const bool is_own = change.key == "host_name" || change.key == "data_directory" || change.key == "user" ||
                        change.key.starts_with("tls.") || change.key == "listener";
    EXPECT_TRUE(is_own) << change.key << " differs from its default";
  }
}

}  // namespace
}  // namespace portreeve::config
