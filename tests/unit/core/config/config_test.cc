#include "core/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
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
       "/etc/p.toml:7:19: listener[1].address: expected an IP address such as \"127.0.0.1\" or \"::1\", or an array of "
       "them, not the number 5"},
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
       "/etc/p.toml:8:1: pop3.colour: unknown key; known here: login_timeout, idle_timeout, "
       "max_sessions_per_account, gives_way_after, login_delay"},
      {listener + "[pop3]\n\"a\\nb\" = 5\n",
       "/etc/p.toml:8:1: pop3.a?b: unknown key; known here: login_timeout, idle_timeout, "
       "max_sessions_per_account, gives_way_after, login_delay"},
      // missing ones
      {"[[listener]]\nport = 5\n",
       "/etc/p.toml:4:1: listener[1].protocol: is missing: \"smtp\", \"submission\", \"lmtp\", \"pop3\" or \"imap\" "
       "(what is spoken here; \"smtp\" takes mail from strangers, \"submission\" from your users, \"lmtp\" from "
       "programs that deliver)"},
      {"[[listener]]\nprotocol = 'smtp'\n",
       "/etc/p.toml:4:1: listener[1].port: is missing: a port, or the path of a Unix socket"},
      {"", "/etc/p.toml:1:1: listener: is missing: at least one [[listener]], or nobody can reach the server"},
      // networks, rates, arrays of numbers
      {listener + "[smtp]\nmessage_rate_per_client = '5'\n",
       "/etc/p.toml:8:27: smtp.message_rate_per_client: expected \"none\", or so many in a s, m, h or d, such as "
       "\"600/h\", not \"5\""},
      {listener + "[quota]\nwarn_at = 80\n",
       "/etc/p.toml:8:11: quota.warn_at: expected an array of whole numbers from 1 to 99, not the number 80"},
      {listener + "[quota]\nwarn_at = [80, 100]\n",
       "/etc/p.toml:8:11: quota.warn_at: expected an array of whole numbers from 1 to 99, not an array"},
      {listener + "proxy_from = ['10.0.0.0/33']\n",
       "/etc/p.toml:7:15: listener[1].proxy_from: expected an array of networks such as \"10.0.0.0/8\" or "
       "\"2001:db8::/32\", of addresses, or \"unix\", not \"10.0.0.0/33\""},
      {listener + "[[imap.client]]\nname = 'x'\ncapabilities_off = ['IDLE', 'IDEL']\n",
       "/etc/p.toml:9:29: imap.client[1].capabilities_off: expected an array of IMAP capabilities such as COMPRESS or "
       "QUOTA, not \"IDEL\""},
      {listener + "[smtp]\nsubaddress_delimiters = 'a'\n",
       "/etc/p.toml:8:25: smtp.subaddress_delimiters: expected up to 8 signs such as \"+\" or \"+-\", or \"\", not "
       "\"a\""},
      {listener + "[smtp]\npostmaster = 'me'\n",
       "/etc/p.toml:8:14: smtp.postmaster: expected an address such as \"alice@example.org\", or \"\", not \"me\""},
      // accounts and aliases
      {listener + "[[account]]\naddress = 'a@x.test'\n",
       "/etc/p.toml:7:1: account[1].verifier: is missing: `portreeve account verifier` makes one of a password"},
      {listener + "[[account]]\naddress = 'a@x.test'\npassword = 'p'\nverifier = 'SCRAM-SHA-256$1:a$b:c'\n",
       "/etc/p.toml:9:12: account[1].password: goes not with verifier: remove one of them"},
      {listener + "[[account]]\naddress = 'a'\npassword = 'p'\n",
       "/etc/p.toml:8:11: account[1].address: expected an address such as \"alice@example.org\", not \"a\""},
      {listener +
           "[[account]]\naddress = 'a@x.test'\npassword = 'p'\n[[account]]\naddress = 'A@X.test'\npassword = 'q'\n",
       "/etc/p.toml:11:11: account[2].address: A@x.test is given twice: the account of line 7 has it"},
      {listener +
           "[[account]]\naddress = 'a@x.test'\npassword = 'p'\n[[alias]]\naddress = 'a@x.test'\nto = 'b@x.test'\n",
       "/etc/p.toml:11:11: alias[1].address: a@x.test is given twice: the account of line 7 has it"},
      {listener + "[[alias]]\naddress = '@x.test'\nto = 'b@x.test'\nlist = true\n",
       "/etc/p.toml:10:8: alias[1].list: a list needs an address: what catches all of a domain can be none"},
      {listener + "[[alias]]\naddress = 'a@x.test'\nto = 'b@x.test'\nowner = 'c@x.test'\n",
       "/etc/p.toml:10:9: alias[1].owner: goes with list = true only"},
      {listener + "[[alias]]\naddress = 'a@x.test'\nto = []\n",
       "/etc/p.toml:9:6: alias[1].to: expected an address, or an array of them, not an array"},
      // secrets are not for the log
      {listener + "[[account]]\naddress = 'a@x.test'\npassword = 12345\n",
       "/etc/p.toml:9:12: account[1].password: expected a password in quotes, not what is there"},
      {listener + "[[account]]\naddress = 'a@x.test'\nverifier = 'secret'\n",
       "/etc/p.toml:9:12: account[1].verifier: expected what `portreeve account verifier` prints, not what is there"},
      // keys that don't go together
      {"[[listener]]\nprotocol = 'lmtp'\npath = 's'\nplaintext_auth = true\n",
       "/etc/p.toml:7:18: listener[1].plaintext_auth: nobody logs in over lmtp"},
      {listener + "extensions_off = ['SIZE']\n",
       "/etc/p.toml:7:18: listener[1].extensions_off: SIZE is none of imap's extensions"},
      {"[[listener]]\nprotocol = 'smtp'\nport = 5\nextensions_off = ['idle']\n",
       "/etc/p.toml:7:18: listener[1].extensions_off: IDLE is none of smtp's extensions"},
      {"[[listener]]\nprotocol = 'pop3'\nport = 5\nextensions_off = ['IDLE']\n",
       "/etc/p.toml:7:18: listener[1].extensions_off: goes not with pop3"},
      {listener + "xclient_from = ['unix']\n",
       "/etc/p.toml:7:16: listener[1].xclient_from: goes with smtp, submission and lmtp only"},
      {"[[listener]]\nprotocol = 'smtp'\nport = 5\nhide_client_address = true\n",
       "/etc/p.toml:7:23: listener[1].hide_client_address: goes with submission only"},
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

TEST(Config, ReadsListenersForMail) {
  const auto config = parse(joined(kBase,
                                   "[[listener]]\nprotocol = 'lmtp'\npath = 's'\n"
                                   "extensions_off = ['chunking', 'VRFY']\nproxy_from = []\n"
                                   "xclient_from = ['unix', '10.0.0.0/8', '2001:db8::/32', '::1', '0.0.0.0/0']\n"),
                            "/etc/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  const Listener& listener = config->listeners.at(0);
  EXPECT_EQ(listener.protocol, Protocol::lmtp);
  EXPECT_EQ(listener.tls, TlsMode::none);
  EXPECT_THAT(listener.extensions_off, ElementsAre("CHUNKING", "VRFY"));
  EXPECT_THAT(listener.proxy_from, ElementsAre());
  EXPECT_EQ(listener.xclient_from.size(), 5U);
  for (const char* network :
       {"10.0.0.0/", "10.0.0.0/x", "10.0.0/8", "::/129", "/8", "", "10.0.0.0/08", "example.org", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(complaints(joined(kBase, kListener, "proxy_from = ['" + std::string(network) + "']\n")).empty())
        << network;
  }
}

TEST(Config, ReadsWhatImapLeavesOut) {
  const auto config = parse(joined(kBase, kListener,
                                   "extensions_off = ['compress', 'QUOTA=RES-STORAGE', 'RIGHTS=texk']\n"
                                   "[[imap.client]]\nname = 'Some Program'\ncapabilities_off = 'idle'\n"),
                            "/etc/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_THAT(config->listeners.at(0).extensions_off, ElementsAre("COMPRESS", "QUOTA=RES-STORAGE", "RIGHTS=TEXK"));
  EXPECT_EQ(config->imap.clients.at(0).name, "Some Program");
  EXPECT_THAT(config->imap.clients.at(0).capabilities_off, ElementsAre("IDLE"));
  for (const char* wrong : {"capabilities_off = ['SIZE']", "capabilities_off = []", "capabilities_off = 'IMAP4REV1'"}) {
    EXPECT_FALSE(
        complaints(joined(kBase, kListener, "[[imap.client]]\nname = 'x'\n" + std::string(wrong) + "\n")).empty())
        << wrong;
  }
}

TEST(Config, ReadsAccountsAndAliases) {
  const auto config = parse(joined(kBase, kListener,
                                   "[quota]\ndefault = '1GiB'\nwarn_at = []\n"
                                   "[[account]]\naddress = 'Alice@X.test'\npassword = 'secret'\n"
                                   "delegates = 'bob@x.test'\n"
                                   "[[account]]\naddress = 'bob@x.test'\nverifier = 'SCRAM-SHA-256$4096:a$b:c'\n"
                                   "quota = 0\ndisabled = true\n"
                                   "[[alias]]\naddress = '@X.test'\nto = 'bob@x.test'\n"
                                   "[[alias]]\naddress = 'all@x.test'\nto = ['alice@x.test', 'bob@x.test']\n"
                                   "list = true\nowner = 'bob@x.test'\n"),
                            "/etc/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  ASSERT_EQ(config->accounts.size(), 2U);
  EXPECT_EQ(config->accounts[0].address, "Alice@x.test");
  EXPECT_EQ(config->accounts[0].quota, kGiB);
  EXPECT_EQ(config->accounts[0].line, 10U);
  EXPECT_THAT(config->accounts[0].delegates, ElementsAre("bob@x.test"));
  EXPECT_EQ(config->accounts[1].quota, 0U);
  EXPECT_TRUE(config->accounts[1].is_disabled);
  ASSERT_EQ(config->aliases.size(), 2U);
  EXPECT_EQ(config->aliases[0].address, "@x.test");
  EXPECT_THAT(config->aliases[1].to, ElementsAre("alice@x.test", "bob@x.test"));
  EXPECT_TRUE(config->aliases[1].is_list);
  EXPECT_EQ(config->aliases[1].owner, "bob@x.test");
  EXPECT_THAT(config->quota.warn_at, ElementsAre());
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
  constexpr std::string_view kSubmission = "[[listener]]\nprotocol = 'submission'\nport = 587\n";
  const auto running = parse(joined("host_name = 'a.test'\ndata_directory = 'd'\n",
                                    "[[tls.certificate]]\ncertificate = 'a'\nkey = 'b'\n"
                                    "[[imap.client]]\nname = 'x'\ncapabilities_off = ['IDLE']\n",
                                    kListener) +
                                 std::string(kSubmission) +
                                 "[[account]]\naddress = 'a@x.test'\nverifier = 'SCRAM-SHA-256$1:a$b:c'\n"
                                 "[[alias]]\naddress = 'b@x.test'\nto = 'a@x.test'\n",
                             "/etc/p.toml");
  const auto fresh = parse(
      "host_name = 'b.test'\ndata_directory = 'e'\nuser = 'u'\nlog.level = 'debug'\n"
      "[server]\nthreads = 1\nmax_connections = 1\nmax_connections_per_address = 1\nshutdown_grace = '1s'\n"
      "connection_rate_per_address = '1/s'\n"
      "[storage]\nreaders = 1\nreserve = '1MiB'\nmax_staged = '16MiB'\nmailbox_cache = '1MiB'\n"
      "[tls]\nself_signed_directory = 'f'\n[[tls.certificate]]\ncertificate = 'c'\nkey = 'd'\n"
      "[limits]\nmax_message_size = '1MiB'\nmax_recipients = 100\nmax_errors = 3\nhandshake_timeout = '1s'\n"
      "command_timeout = '1s'\ntransfer_timeout = '1s'\n"
      "[smtp]\nidle_timeout = '1s'\nbare_newlines = 'normalise'\ngreeting_delay = '1s'\n"
      "max_messages_per_connection = 1\nmax_idle_commands = 10\nmax_received = 10\nmax_header_size = '16KiB'\n"
      "max_header_fields = 100\nmessage_rate_per_client = '1/s'\nmessage_rate_per_account = '1/s'\n"
      "subaddress_delimiters = '-'\nfile_subaddresses = true\npostmaster = 'a@x.test'\nmax_hold = '0s'\n"
      "[quota]\ndefault = '1GiB'\ndefault_messages = 5\ndefault_mailboxes = 6\nwarn_at = [50]\n"
      "[auth]\nmax_failures_per_account = 1\nmax_failures_per_address = 1\nfailure_memory = '1s'\n"
      "never_throttle = ['::1']\nadministrators = ['c@x.test']\nannounce_channel_binding = true\n"
      "[pop3]\nlogin_timeout = '1s'\nidle_timeout = '1s'\nmax_sessions_per_account = 2\ngives_way_after = '1s'\n"
      "login_delay = '1s'\n"
      "[imap]\nlogin_timeout = '1s'\nidle_timeout = '1s'\nidle_nudge = '1s'\nmax_command_size = '8KiB'\n"
      "message_limit = 7\nuid_only = true\n"
      "[[imap.client]]\nname = 'y'\ncapabilities_off = ['MOVE']\n"
      "[[listener]]\nprotocol = 'pop3'\naddress = '::1'\nport = 1\nmode = '0600'\ntls = 'implicit'\n"
      "plaintext_auth = true\ntickets = false\nproxy_from = ['10.0.0.1']\n"
      "[[listener]]\nprotocol = 'submission'\nport = 587\nextensions_off = ['SIZE']\nproxy_from = ['10.0.0.2']\n"
      "xclient_from = ['unix']\nhide_client_address = true\n"
      "[[account]]\naddress = 'c@x.test'\npassword = 'p'\ndisabled = true\ndelegates = 'd@x.test'\n"
      "[[alias]]\naddress = 'e@x.test'\nto = 'c@x.test'\nlist = true\nowner = 'c@x.test'\n",
      "/etc/p.toml");
  ASSERT_TRUE(running);
  ASSERT_TRUE(fresh) << fresh.error().front().text();
  const Config after = with_live_keys(*running, *fresh);
  for (const Change& change : changes(*running, after)) EXPECT_TRUE(change.is_live) << change.key;
  for (const Change& change : changes(*fresh, after)) EXPECT_FALSE(change.is_live) << change.key;
  EXPECT_THAT(after.listeners[1].xclient_from, ElementsAre("unix"));
  // All keys but the two that contradict others: self_signed and path.
  std::set<std::string> changed;
  for (const Change& change : changes(*running, *fresh)) {
    changed.insert(change.key.find('[') == std::string::npos
                       ? change.key
                       : change.key.substr(0, change.key.find('[')) + change.key.substr(change.key.find(']') + 1));
  }
  EXPECT_EQ(changed.size(), keys().size() - 2);
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

// What is made active by taking the # away that no blank follows.
std::string with_examples(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const bool is_example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += line.substr(is_example ? 1 : 0) + "\n";
  }
  return out;
}

TEST(ShippedConfig, HasExamplesThatAreRight) {
  const auto config = parse(with_examples(read_text(PORTREEVE_SOURCE_DIR "/conf/portreeve.toml")), "/etc/p.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_EQ(config->accounts.size(), 2U);
  EXPECT_EQ(config->aliases.size(), 1U);
}

// Every key of the table is in the annotated file, and each value there is the default.
TEST(ShippedConfig, NamesEveryKey) {
  const std::string text = read_text(PORTREEVE_SOURCE_DIR "/conf/portreeve.toml");
  const std::string docs = read_text(PORTREEVE_SOURCE_DIR "/docs/configuration.md");
  for (const KeyInfo& key : keys()) {
    const std::string name = key.path.substr(key.path.rfind('.') + 1);
    const bool is_example =
        key.path.starts_with("account.") || key.path.starts_with("alias.") || key.path.starts_with("imap.client.");
    EXPECT_THAT(text, HasSubstr((is_example ? "\n#" : "\n") + name + " = ")) << key.path;
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
