// The administrator's requests, carried out on a store: by the running server for a client at its control socket, or by
// the command itself when no server runs. The same function for both.
// Threads: run() waits for the store: never on a loop or in a Done.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "storage/store.h"

namespace portreeve::daemon {

// "account.add" ADDRESS VERIFIER · "account.import" (ADDRESS VERIFIER)… · "account.passwd" ADDRESS VERIFIER ·
// "account.quota" ADDRESS BYTES MESSAGES MAILBOXES (each may be empty: as it is) · "account.disable" ADDRESS ·
// "account.enable" ADDRESS · "account.delegate" OWNER DELEGATE [REMOVE] · "account.remove" ADDRESS · "account.list" ·
// "alias.add" ADDRESS MEMBER… · "alias.remove" ADDRESS · "alias.list" · "list.add" ADDRESS OWNER-OR-EMPTY MEMBER… ·
// "list.join" ADDRESS MEMBER… · "list.leave" ADDRESS MEMBER… · "resolve" ADDRESS ·
// "domain.add" NAME · "domain.remove" NAME · "domain.list" · "held.list" · "held.remove" ID ·
// "acl.list" OWNER MAILBOX · "acl.set" OWNER MAILBOX IDENTIFIER RIGHTS · "acl.remove" OWNER MAILBOX IDENTIFIER
// RIGHTS-OR-EMPTY · "backup" ABSOLUTE-PATH · "fsck" [MEND]
struct AdminRequest {
  std::string verb;
  std::vector<std::string> arguments;
};

struct AdminReply {
  int exit_code = 0;
  std::string text;  // lines for people; for stderr unless the exit code is 0
};

// What requests go by beside the store.
struct AdminContext {
  const config::Config& config;
  const std::string& config_file;
  std::mutex& alias_changes;  // who joins and who leaves at the same time must not undo each other
};

AdminReply run(store::Store& store, const AdminContext& context, const AdminRequest& request);

}  // namespace portreeve::daemon
