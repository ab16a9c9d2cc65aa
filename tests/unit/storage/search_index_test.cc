#include "storage/sqlite/search_index.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/mime/header.h"
#include "core/mime/message_text.h"
#include "core/mime/text.h"
#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

class SearchIndexTest : public StoreTest {
 protected:
  SearchIndexTest() : alice(add_account("alice@example.test")), inbox(mailbox(alice, "INBOX")) {}

  void deliver_all(const std::vector<std::string>& texts) {
    std::vector<Delivery> deliveries;
    for (const std::string& text : texts) deliveries.push_back(delivery_of(text, {{.mailbox = inbox}}));
    ASSERT_TRUE(
        wait<std::vector<Appended>>([&](auto done) { store_->deliver_all(std::move(deliveries), std::move(done)); }));
  }
  // With a number in each, so that each has something that no other has.
  void deliver_numbered(unsigned count, unsigned from = 1'000) {
    std::vector<std::string> texts;
    for (unsigned i = 0; i < count; ++i) {
      texts.push_back("Subject: plain\r\n\r\nthe number is <" + std::to_string(from + i) + ">\r\n");
    }
    deliver_all(texts);
  }
  std::vector<BodyId> bodies(MailboxId of) {
    const SnapshotPtr state = snapshot(of);
    std::vector<BodyId> all;
    for (std::uint32_t i = 1; i <= state->exists(); ++i) all.push_back(state->at(i).body);
    return all;
  }
  std::vector<SearchHint> hints(std::string_view key) { return hints(key, bodies(inbox)); }
  std::vector<SearchHint> hints(std::string_view key, const std::vector<BodyId>& of) {
    std::vector<SearchHint> found;
    store_->search_hints(inbox, of, mime::fold(key), found);
    return found;
  }
  // "12 maybe, 500 absent, 3 unknown"
  std::string counted(std::string_view key) {
    unsigned counts[3] = {};
    for (const SearchHint hint : hints(key)) ++counts[static_cast<std::size_t>(hint)];
    return std::to_string(counts[1]) + " maybe, " + std::to_string(counts[2]) + " absent, " +
           std::to_string(counts[0]) + " unknown";
  }
  void build() {
    hints("something");
    store_->search_index().settle();
  }
  bool scan(BodyId of, std::string_view key) {
    const std::string text = body(of);
    const std::string needle = mime::fold(key);
    const auto read = [&](std::uint64_t offset, std::uint64_t length) {
      return std::string_view(text).substr(offset, length);
    };
    const auto test = [&](std::string_view some) { return mime::contains(some, needle); };
    return test(mime::header_text(mime::header_block(text))) ||
           mime::any_body_text(mime::summarize(text).parts, read, test);
  }
  std::string file() const { return search_path(path()); }
  std::int64_t segments() {
    Connection connection(file(), Connection::Use::reader);
    return connection.number("SELECT count(*) FROM segment", -1);
  }

  const AccountId alice;
  const MailboxId inbox;
};

// Words of several scripts, in the ways that mail writes them.
std::string random_message(std::mt19937& random) {
  static const std::vector<std::string> words = {"harbour", "INVOICE", "Grüße", "straße",    "Ｗｉｄｅ", "ﬁne",
                                                 "порт",    "Łódź",    "港湾",  "e\u0301te", "½ price",  "K9"};
  const auto word = [&] { return words[random() % words.size()] + std::to_string(random() % 50); };
  std::string text;
  for (unsigned i = 3 + random() % 20; i > 0; --i) text += word() + (i % 7 == 0 ? "\r\n" : " ");
  const auto quoted = [](std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      constexpr std::string_view kHex = "0123456789ABCDEF";
      if (byte < 0x80 && c != '=' && c != ' ' && c != '?' && c != '_') {
        out += c;
      } else {
        (out += '=') += kHex[byte >> 4];
        out += kHex[byte & 15];
      }
    }
    return out;
  };
  const std::string subject = "Subject: =?utf-8?Q?" + quoted(word()) + "?= and " + word() + "\r\n";
  switch (random() % 4) {
    case 0: return subject + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text;
    case 1:
      return subject +
             "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>" +
             quoted(text);
    case 2:
      return subject + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + text +
             "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + subject + "\r\nwithin " + word() +
             "\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" + text + "\r\n--b--\r\n";
    default:
      return subject +
             "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xFC\xDF"
             "e " +
             std::to_string(random());
  }
}

TEST_F(SearchIndexTest, RulesOutNothingThatAScanFinds) {
  std::mt19937 random(11);
  std::vector<std::string> texts;
  for (unsigned i = 0; i < 700; ++i) texts.push_back(random_message(random));
  deliver_all(texts);
  EXPECT_EQ(counted("harbour7"), "0 maybe, 0 absent, 700 unknown");
  store_->search_index().settle();

  const std::vector<BodyId> all = bodies(inbox);
  unsigned maybe = 0;
  unsigned found = 0;
  for (const char* key :
       {"harbour7", "Invoice1", "GRÜSSE",    "grüße12", "wide3",     "fine 4", "fine",      "ПОРТ2",  "łódź",  "港湾4",
        "港",       "été1",     "1⁄2 price", "k9",      "subject: ", "within", "not there", "and k9", "b\xFC", "ce4"}) {
    const auto hinted = hints(key);
    const bool is_short = mime::fold(key).size() < kTrigramBytes;
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(hinted[i] == SearchHint::unknown, is_short) << key;
      const bool is_there = scan(all[i], key);
      if (is_there) ASSERT_NE(hinted[i], SearchHint::absent) << key << " in\n" << body(all[i]);
      if (hinted[i] == SearchHint::maybe) ++maybe;
      if (is_there && !is_short) ++found;
    }
  }
  EXPECT_GT(found, 1'000U);
  EXPECT_LT(maybe, found + found / 2);
}

TEST_F(SearchIndexTest, LearnsOfAMailboxOnceThatIsWorthIt) {
  deliver_numbered(255);
  build();
  EXPECT_EQ(counted("<1100>"), "0 maybe, 0 absent, 255 unknown");
  EXPECT_FALSE(std::filesystem::exists(file()));

  deliver_numbered(2, 2'000);
  build();
  EXPECT_EQ(counted("<1100>"), "1 maybe, 256 absent, 0 unknown");
  EXPECT_EQ(segments(), 2);

  // What comes later is unknown until it is enough again, in messages or in bytes.
  deliver_numbered(100, 3'000);
  build();
  EXPECT_EQ(counted("<1100>"), "1 maybe, 256 absent, 100 unknown");
  deliver_all({"Subject: large\r\n\r\n" + std::string(5 << 20, 'x')});
  build();
  EXPECT_EQ(counted("<3050>"), "1 maybe, 357 absent, 0 unknown");
  EXPECT_EQ(counted("xxxx"), "1 maybe, 357 absent, 0 unknown");
}

TEST_F(SearchIndexTest, KnowsACopyAndAMovedMessageAtOnce) {
  deliver_numbered(300);
  build();
  const MailboxId archive = create(alice, "Old");
  ASSERT_TRUE(copy(inbox, {{250, 300}}, archive));
  ASSERT_TRUE(move(inbox, {{1, 10}}, archive));
  const auto hinted = hints("<1009>", bodies(archive));
  ASSERT_EQ(hinted.size(), 61U);
  EXPECT_EQ(std::ranges::count(hinted, SearchHint::maybe), 1);
  EXPECT_EQ(hinted[60], SearchHint::maybe);  // in the mailbox's order, which isn't that of the bodies
  EXPECT_EQ(std::ranges::count(hinted, SearchHint::absent), 60);
}

TEST_F(SearchIndexTest, IsKeptOverARestart) {
  deliver_numbered(300);
  build();
  reopen();
  EXPECT_EQ(counted("<1100>"), "1 maybe, 299 absent, 0 unknown");
  EXPECT_TRUE(problems().empty());
}

TEST_F(SearchIndexTest, StopsWhileItIsBuilt) {
  deliver_numbered(2'000);
  hints("something");
  reopen();
  build();
  EXPECT_EQ(counted("<1100>"), "1 maybe, 1999 absent, 0 unknown");
}

TEST_F(SearchIndexTest, MayBeLost) {
  deliver_numbered(300);
  build();
  shut();
  SearchFile::remove(file());
  reopen();
  EXPECT_EQ(counted("<1100>"), "0 maybe, 0 absent, 300 unknown");
  store_->search_index().settle();
  EXPECT_EQ(counted("<1100>"), "1 maybe, 299 absent, 0 unknown");
}

TEST_F(SearchIndexTest, IsBegunAnewIfItIsNoneOfOurs) {
  deliver_numbered(300);
  const std::vector<std::function<void()>> harms = {
      [&] { std::ofstream(file()) << "no database at all, whatever its name says"; },
      [&] { std::filesystem::resize_file(file(), 5'000); },
      [&] { std::ofstream(file(), std::ios::trunc).flush(); },
      [&] {
        std::filesystem::copy_file(database_path(path()), file(), std::filesystem::copy_options::overwrite_existing);
      },
      [&] { Connection(file(), Connection::Use::upkeep).script("PRAGMA user_version = 99"); },
      [&] { Connection(file(), Connection::Use::upkeep).script("UPDATE info SET value = 'other' WHERE key = 'text'"); },
      [&] { Connection(file(), Connection::Use::upkeep).script("UPDATE info SET value = 1 WHERE key = 'store'"); },
      [&] { Connection(file(), Connection::Use::upkeep).script("UPDATE segment SET last = 100000"); },
  };
  for (std::size_t i = 0; i < harms.size(); ++i) {
    build();
    ASSERT_EQ(counted("<1100>"), "1 maybe, 299 absent, 0 unknown") << i;
    shut();
    harms[i]();
    reopen();
    EXPECT_EQ(counted("<1100>"), "0 maybe, 0 absent, 300 unknown") << i;
  }
}

TEST_F(SearchIndexTest, IsBegunAnewWhenARowIsDamaged) {
  deliver_numbered(300);
  for (const char* harm :
       {"UPDATE page SET data = zeroblob(length(data)) WHERE id = (SELECT min(id) FROM page)",
        "UPDATE page SET data = substr(data, 1, 3)", "UPDATE page SET data = substr(data, 1, 99)",
        "UPDATE page SET id = id + 1", "UPDATE segment SET bodies = zeroblob(100)", "DROP TABLE page"}) {
    build();
    ASSERT_EQ(counted("subject: plain"), "300 maybe, 0 absent, 0 unknown") << harm;
    shut();
    Connection(file(), Connection::Use::upkeep).script(harm);
    reopen();
    // Most keys come upon the damage; what one does find is right.
    for (const char* key : {"subject: plain", "number is", "<1100>", "\t\t\t"}) hints(key);
    store_->search_index().settle();
    EXPECT_EQ(counted("<1100>"), "1 maybe, 299 absent, 0 unknown") << harm;
  }
}

// A page in whose tree is a wrong pointer or count may have lost rows without anybody seeing it.
TEST_F(SearchIndexTest, HidesNothingWhenRowsAreLost) {
  std::vector<std::string> texts;
  std::mt19937 random(3);
  for (unsigned i = 0; i < 300; ++i) {
    std::string text = "Subject: many\r\n\r\nthe number is five ";
    for (unsigned letter = 0; letter < 1'000; ++letter) text += static_cast<char>('a' + random() % 26);
    texts.push_back(std::move(text));
  }
  deliver_all(texts);
  for (const char* harm : {"DELETE FROM page WHERE id & 0xffffff = 0", "DELETE FROM page WHERE id & 0xffffff > 0",
                           "DELETE FROM page", "DELETE FROM page WHERE id >> 24 = 1"}) {
    build();
    ASSERT_EQ(counted("number is five"), "300 maybe, 0 absent, 0 unknown") << harm;
    shut();
    {
      Connection connection(file(), Connection::Use::upkeep);
      connection.script(harm);
      ASSERT_GT(connection.number("SELECT changes()", 0), 0) << harm;
    }
    reopen();
    for (const char* key : {"number is five", "is five", "mber", "the number", "subject: "}) {
      const auto found = hints(key);
      EXPECT_EQ(std::ranges::count(found, SearchHint::absent), 0) << harm << ": " << key;
    }
  }
}

TEST_F(SearchIndexTest, IsRightAfterTheStoreIsPutBack) {
  deliver_numbered(300);
  build();
  const std::string copy = directory_.path() + "/copy.db";
  ASSERT_TRUE(wait<void>([&](auto done) { store_->backup(copy, std::move(done)); }));
  deliver_numbered(300, 5'000);
  build();
  // By hand, which leaves the index. It knows of bodies that are gone now, but their numbers never come again.
  shut();
  std::filesystem::copy_file(copy, database_path(path()), std::filesystem::copy_options::overwrite_existing);
  reopen();
  deliver_numbered(300, 7'000);
  EXPECT_EQ(counted("<7100>"), "0 maybe, 300 absent, 300 unknown");
  // By a restore, which doesn't.
  build();
  shut();
  std::filesystem::remove(database_path(path()));
  ASSERT_TRUE(restore(copy, path()));
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(SearchIndexTest, GivesUpSegmentsOfWhichMostIsGone) {
  deliver_numbered(600);
  build();
  EXPECT_EQ(segments(), 3);
  ASSERT_TRUE(expunge(inbox, {{1, 100}}, false));
  ASSERT_TRUE(expunge(inbox, {{300, 500}}, false));
  store_->settle();
  store_->search_index().sweep_soon();
  store_->search_index().settle();
  EXPECT_EQ(segments(), 2);
  EXPECT_EQ(counted("<1100>"), "1 maybe, 243 absent, 55 unknown");
}

TEST_F(SearchIndexTest, IsNotMadeWithoutRoom) {
  deliver_numbered(300);
  shut();
  hooks_.free_bytes = [] { return std::uint64_t{1}; };
  reopen();
  // The writer looks how much room there is.
  (void)wait<void>([&](auto done) { store_->add_domain("other.test", std::move(done)); });
  build();
  EXPECT_FALSE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace portreeve::store::sqlite
