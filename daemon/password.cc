#include "daemon/password.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/auth/verifier.h"
#include "core/base/ascii.h"

namespace portreeve::daemon {
namespace {

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

class Silence {
 public:
  explicit Silence(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &silent);
    is_on_ = true;
  }
  ~Silence() {
    if (is_on_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int fd_;
  termios before_{};
  bool is_on_ = false;
};

// A line without its end; nullopt if there is none, or if it is longer than a password can be.
std::expected<std::string, std::string> read_line(std::FILE* file) {
  std::string line;
  int c = 0;
  while ((c = std::fgetc(file)) != EOF && c != '\n') {
    if (line.size() > auth::kMaxPasswordBytes) break;
    line += static_cast<char>(c);
  }
  if (c == EOF && line.empty()) return std::unexpected("no password was given");
  if (line.ends_with('\r')) line.pop_back();
  if (const auto good = check_password(line); !good) return std::unexpected("the password " + good.error());
  return line;
}

void show(std::FILE* terminal, std::string_view text) {
  // Not by stdio, whose buffer is for reading here. A prompt that can't be shown does no harm.
  [[maybe_unused]] const ssize_t written = write(fileno(terminal), text.data(), text.size());
}

std::expected<std::string, std::string> ask(std::FILE* terminal, const std::string& prompt) {
  // First of all: going silent throws away what was typed before.
  const Silence silence(fileno(terminal));
  show(terminal, prompt);
  auto line = read_line(terminal);
  show(terminal, "\n");
  return line;
}

}  // namespace

std::expected<void, std::string> check_password(const std::string& password) {
  if (password.empty()) return std::unexpected("is empty");
  if (password.size() > auth::kMaxPasswordBytes) {
    return std::unexpected(fmt::format("is longer than {} bytes", auth::kMaxPasswordBytes));
  }
  if (std::ranges::any_of(password, base::is_control)) return std::unexpected("has a control character in it");
  return {};
}

std::expected<std::string, std::string> ask_password(const std::string& account) {
  const File terminal(std::fopen("/dev/tty", "r+e"));
  if (!terminal || isatty(STDIN_FILENO) == 0) {
    return std::unexpected("there is no terminal to ask for the password at; give it with --password-stdin");
  }
  auto first = ask(terminal.get(), fmt::format("Password for {}: ", account));
  if (!first) return first;
  const auto second = ask(terminal.get(), "The same again: ");
  if (!second) return second;
  if (*first != *second) return std::unexpected("the two were not the same; nothing was changed");
  return first;
}

std::expected<std::string, std::string> read_password() { return read_line(stdin); }

}  // namespace portreeve::daemon
