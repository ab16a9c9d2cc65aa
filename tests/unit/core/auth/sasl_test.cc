#include "core/auth/sasl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portreeve::auth {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;

// A step in one line: "? prompt", "= authzid|authcid|password", "! why".
std::string shown(const Step& step) {
  if (const auto* challenge = std::get_if<Challenge>(&step)) return "? " + challenge->text;
  if (const auto* claim = std::get_if<Credentials>(&step)) {
    return "= " + claim->authorization + "|" + claim->authentication + "|" + claim->password;
  }
  return "! " + std::get<Malformed>(step).why;
}

struct Exchange {
  std::optional<std::string> initial;
  std::vector<std::string> responses;
  std::vector<std::string> steps;
};

void expect_exchange(const char* name, const Exchange& exchange) {
  const auto mechanism = make_mechanism(name);
  ASSERT_NE(mechanism, nullptr);
  std::vector<std::string> steps{shown(mechanism->start(exchange.initial))};
  for (const std::string& response : exchange.responses) steps.push_back(shown(mechanism->respond(response)));
  EXPECT_EQ(steps, exchange.steps);
}

TEST(Sasl, MechanismsAreFoundByNameWithoutCase) {
  EXPECT_THAT(mechanism_names(false), ElementsAre("SCRAM-SHA-256", "PLAIN", "LOGIN"));
  EXPECT_THAT(mechanism_names(true), ElementsAre("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"));
  for (const char* name : {"PLAIN", "plain", "Login"}) EXPECT_NE(make_mechanism(name), nullptr) << name;
  for (const char* name : {"", "PLAI", "PLAIN ", "CRAM-MD5", "SCRAM-SHA-256"}) {
    EXPECT_EQ(make_mechanism(name), nullptr) << name;
  }
}

TEST(Sasl, PlainTakesOneResponse) {
  const Exchange rows[] = {
      // RFC 4616 §4's examples.
      {"\0tim\0tanstaaftanstaaf"s, {}, {"= |tim|tanstaaftanstaaf"}},
      {std::nullopt, {"Ursel\0Kurt\0xipj3plmq"s}, {"? ", "= Ursel|Kurt|xipj3plmq"}},
      {"\0a@example.test\0p"s, {}, {"= |a@example.test|p"}},
      {"\0gr\xc3\xbcn\0\xc3\x9f"s, {}, {"= |gr\xc3\xbcn|\xc3\x9f"}},
      // What is no such message.
      {""s, {}, {"! two NULs are expected"}},
      {"tim"s, {}, {"! two NULs are expected"}},
      {"\0tim"s, {}, {"! two NULs are expected"}},
      {"\0tim\0pass\0word"s, {}, {"! two NULs are expected"}},
      {"\0\0pass"s, {}, {"! the name is empty"}},
      {"\0tim\0"s, {}, {"! the password is empty"}},
      {std::nullopt, {""}, {"? ", "! two NULs are expected"}},
      // Limits.
      {"\0"s + std::string(512, 'n') + "\0p"s, {}, {"= |" + std::string(512, 'n') + "|p"}},
      {"\0"s + std::string(513, 'n') + "\0p"s, {}, {"! the name is too long"}},
      {std::string(513, 'z') + "\0n\0p"s, {}, {"! the name is too long"}},
      {"\0n\0"s + std::string(1024, 'p'), {}, {"= |n|" + std::string(1024, 'p')}},
      {"\0n\0"s + std::string(1025, 'p'), {}, {"! the password is too long"}},
  };
  for (const Exchange& row : rows) expect_exchange("PLAIN", row);
}

TEST(Sasl, LoginPromptsWordForWord) {
  const Exchange rows[] = {
      {std::nullopt, {"tim", "secret"}, {"? Username:", "? Password:", "= |tim|secret"}},
      {"tim", {"secret"}, {"? Password:", "= |tim|secret"}},
      {std::nullopt, {""}, {"? Username:", "! the name is empty"}},
      {"", {}, {"! the name is empty"}},
      {"tim", {""}, {"? Password:", "! the password is empty"}},
      {"tim\0x"s, {}, {"! there is a NUL in the response"}},
      {"tim", {"sec\0ret"s}, {"? Password:", "! there is a NUL in the response"}},
      {std::string(513, 'n'), {"p"}, {"? Password:", "! the name is too long"}},
      {std::string(1025, 'n'), {}, {"! the response is too long"}},
      {"tim", {std::string(1025, 'p')}, {"? Password:", "! the response is too long"}},
  };
  for (const Exchange& row : rows) expect_exchange("LOGIN", row);
}

}  // namespace
}  // namespace portreeve::auth
