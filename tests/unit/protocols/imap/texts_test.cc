// What a client may be told is in the tables of languages, or it is said here why not.
#include "protocols/session/texts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/base/ascii.h"

namespace portreeve::imap {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string, std::less<>> kUntranslated = {
    {"Bcc", "a field"},
    {"Content-Disposition", "a field"},
    {"Content-Transfer-Encoding", "a field"},
    {"Content-Type", "a field"},
    {"From", "a field"},
    {"Message-ID", "a field"},
    {"References", "a field"},
    {"Subject", "a field"},
    {"Cc", "a field"},
    {"To", "a field"},
    {"Recent", "a flag"},
    {"CONDSTORE", "a capability"},
    {"Portreeve", "the program's name"},
    {" Portreeve ready", "the greeting, before any language is asked for"},
    {"Other Users", "a namespace's name"},
    {"BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange ",
     "a response code"},
    {"Cannot tell what changed", "for the log"},
    {"HTTP request", "for the log"},
    {"TLS handshake failed", "for the log"},
    {"the summary of body ", "for the log"},
    {" is damaged", "for the log"},
    {"a body is shorter than its summary says", "for the log"},
    {"a text has changed", "for the log"},
    {"below the reserve", "for the log"},
    {"expunged meanwhile", "for the log"},
    {"fatal syntax error", "for the log"},
    {"internal error", "for the log"},
    {"line too long", "for the log"},
    {"no URL of a message here", "for the log"},
    {"no mailbox of that name", "for the log"},
    {"no mailbox that may be looked up", "for the log"},
    {"rights taken away", "for the log"},
    {"server stopping", "for the log"},
    {"store failed", "for the log"},
    {"the rights don't allow it", "for the log"},
    {"timed out", "for the log"},
    {"too many errors", "for the log"},
    {"unauthenticated while compressed", "for the log"},
};

std::string text_of(const fs::path& file) {
  std::stringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

// The string literals of a source, without comments, #include lines and attributes of the build.
std::vector<std::string> literals_of(const std::string& source) {
  std::vector<std::string> literals;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::string_view rest = std::string_view(source).substr(i);
    if (rest.starts_with("//") || rest.starts_with("#include")) {
      i = std::min(source.find('\n', i), source.size());
    } else if (rest.starts_with('\'') && i > 0 && !base::is_digit(source[i - 1])) {
      i += rest[1] == '\\' ? 3 : 2;
    } else if (rest.starts_with('"')) {
      std::string literal;
      for (++i; i < source.size() && source[i] != '"'; ++i) {
        if (source[i] == '\\') ++i;
        literal += source[i];
      }
      literals.push_back(std::move(literal));
    }
  }
  return literals;
}

// As people write: several words with small letters among them, or one that only begins with a capital.
bool is_sentence(std::string_view text) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  if (text.empty() || std::ranges::none_of(text, is_small)) return false;
  if (text.substr(1).contains(' ')) return base::is_alpha(text[0]) || text[0] == '$' || text[0] == ' ';
  return text[0] >= 'A' && text[0] <= 'Z' && std::ranges::all_of(text.substr(1), is_small);
}

// ": why" and "what: " are parts of one.
std::string_view part_of(std::string_view text) {
  if (text.starts_with(": ")) text.remove_prefix(2);
  if (text.ends_with(": ")) text.remove_suffix(2);
  return text;
}

std::vector<fs::path> sources() {
  const fs::path root = PORTREEVE_SOURCE_DIR;
  std::vector<fs::path> files{root / "core/auth/sasl.cc", root / "protocols/urls/imap_url.cc"};
  for (const auto& entry : fs::directory_iterator(root / "protocols/imap")) {
    if (entry.path().extension() == ".cc" || entry.path().extension() == ".h") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST(Texts, OfImapAreTranslated) {
  const auto table = session::german_texts();
  std::set<std::string> used;
  for (const fs::path& file : sources()) {
    for (const std::string& literal : literals_of(text_of(file))) {
      const std::string text(part_of(literal));
      used.insert(text);
      if (!is_sentence(text) || kUntranslated.contains(text) || text.ends_with(':')) continue;
      EXPECT_TRUE(std::ranges::binary_search(table, text, {}, &session::Translation::english))
          << file.filename() << ": \"" << text << "\" is in no protocols/session/texts_*.cc";
    }
  }
  for (const auto& [text, why] : kUntranslated) {
    EXPECT_TRUE(used.contains(text) || why == "a field" || why == "a capability") << text << " is said nowhere";
  }
}

// Everything goes by the session, which knows the language.
TEST(Texts, AreWrittenInTheSessionsLanguage) {
  for (const fs::path& file : sources()) {
    if (file.filename().string().starts_with("response")) continue;
    const std::string source = text_of(file);
    EXPECT_TRUE(!source.contains("write_untagged(") || file.filename() == "context.h")
        << file.filename() << ": Context::tell() knows the language";
  }
}

}  // namespace
}  // namespace portreeve::imap
