// Checks names and passwords for all protocols, in one place: same words, same time, whether the account exists or not.
//
// A password that was right is remembered for a while as an HMAC under a key made at the start, so that clients which
// log in for every request don't cost a slow hash each; a wrong one always costs the slow hash.
//
// Who fails too often, by network or by account, is turned away for a while before the password is looked at: see
// core/auth/throttle.h. Peers on Unix sockets and those that `is_exempt` names are not. What failed outlives a restart,
// as a note in the store.
// Threads: any loop; save() and save_if_dirty() are for a worker, set() may come from anywhere.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/task.h"
#include "core/async/worker_pool.h"
#include "core/auth/sasl.h"
#include "core/auth/throttle.h"
#include "core/auth/verifier.h"
#include "core/net/server.h"
#include "storage/store.h"

namespace portreeve::session {

enum class Denied {
  wrong,        // name, password or authorization identity; never say which
  throttled,    // too many have failed: nothing was looked at, so there is nothing to say of name and password
  unavailable,  // our fault: try later
};

// How an attempt ended, and why: the log says it, the peer is told one word for all that is wrong.
enum class Outcome {
  ok,
  throttled,
  unknown_account,
  disabled,
  wrong_authorization,
  wrong_password,
  damaged_verifier,
};

// Who tries, and how.
struct Attempt {
  net::Connection& connection;
  std::string_view protocol;   // "imap", "pop3", "submission"
  std::string_view mechanism;  // of SASL, or the command that stands for one: "LOGIN", "USER"
};

// An attempt under way.
struct Begun {
  store::DirectoryPtr directory;
  const store::Account* account = nullptr;  // of `directory`; null: there is none of that name
  std::string name;                         // the account's address, or the key of the name that was said
  std::string network;                      // the client's, for what is counted
  bool is_counted = true;                   // false: this peer is never throttled
  bool is_throttled = false;                // nothing may be looked at; end() it with Outcome::throttled
};

// What can be said of an attempt before its password is looked at. `authorization`: whom the peer wants to act as, or
// empty.
Outcome examine(const Begun& begun, std::string_view authorization);

struct LoginOptions {
  auth::ThrottleOptions throttle;
  std::function<bool(const net::Endpoint&)> is_exempt;  // from throttling; empty: nobody. Called from any thread.
};

// Unix seconds.
using UnixClock = std::function<std::int64_t()>;
std::int64_t unix_now();

class Login {
 public:
  Login(store::Store& store, async::WorkerPool& hashers, LoginOptions options = {}, UnixClock clock = unix_now);
  ~Login();

  // Takes up what failed before a restart. Before the first session; reads from the disk.
  void load();
  // Hands what has changed to the store: when it is due (a big note is written less often), or whatever there is.
  // Neither waits until it is synced; Store::close() does.
  void save_if_dirty();
  void save();
  void set(LoginOptions options);

  // A name and a password: begin(), a look at the password, end().
  async::Task<std::expected<store::Account, Denied>> check(const Attempt& attempt, auth::Credentials credentials);

  // For mechanisms that look at something else than a password. begin() is followed by end(), unless the client gave up
  // before there was anything to judge.
  Begun begin(const Attempt& attempt, std::string_view name);
  // What SCRAM is tried with: those of the account, or made-up ones that nothing fits.
  std::vector<auth::ScramKeys> scram_keys(const Begun& begun) const;
  // Counts what failed and logs the outcome under the connection's id, never a secret. Outcome::ok gives the account.
  async::Task<std::expected<store::Account, Denied>> end(const Attempt& attempt, Begun begun, Outcome outcome);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::session
