#include "daemon/privileges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace portreeve::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Privileges : public testing::Test {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("portreeve-privileges-" + std::to_string(getpid()));

  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
};

TEST_F(Privileges, FindsUsersWithTheirGroups) {
  const std::string passwd = write("passwd",
                                   "root:x:0:0:root:/root:/bin/sh\n"
                                   "portreeve:x:912:913::/nowhere:/usr/sbin/nologin\n");
  const std::string group = write("group",
                                  "root:x:0:\n"
                                  "portreeve:x:913:\n"
                                  "ssl-cert:x:110:other,portreeve\n"
                                  "none:x:111:other\n");
  const auto user = find_user("portreeve", passwd, group);
  ASSERT_TRUE(user) << user.error();
  EXPECT_EQ(user->uid, 912U);
  EXPECT_EQ(user->gid, 913U);
  EXPECT_THAT(user->groups, ElementsAre(913, 110));
  EXPECT_THAT(find_user("portreve", passwd, group).error(), HasSubstr("useradd --system --no-create-home portreve"));
  EXPECT_THAT(find_user("portreeve", folder_ / "missing", group).error(), HasSubstr("can't read"));
}

TEST_F(Privileges, MakesAFolderForItsOwnerAlone) {
  const std::string path = folder_ / "a" / "b";
  ASSERT_TRUE(make_directory(path, nullptr));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  EXPECT_TRUE(make_directory(path, nullptr));
  write("file", "");
  EXPECT_FALSE(make_directory(folder_ / "file", nullptr));
}

TEST_F(Privileges, BecomingOneselfIsNothing) { EXPECT_TRUE(become({"me", geteuid(), getegid(), {}}, Keep::nothing)); }

TEST_F(Privileges, LooksAsAnotherUserInAChild) {
  const auto own = as_user(nullptr, [] { return std::to_string(geteuid()); });
  EXPECT_EQ(own.value(), std::to_string(geteuid()));
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const User nobody{"nobody", 65534, 65534, {65534}};
  const auto theirs = as_user(&nobody, [] { return std::to_string(getuid()) + " " + std::to_string(getgid()); });
  EXPECT_EQ(theirs.value(), "65534 65534");
  EXPECT_EQ(geteuid(), 0U);
}

}  // namespace
}  // namespace portreeve::daemon
