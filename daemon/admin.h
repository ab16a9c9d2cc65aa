// The administrator's requests, carried out on a store: by the running server for a client at its control socket, or by
// the command itself when no server runs. The same function for both.
// Threads: run() waits for the store: never on a loop or in a Done.
#pragma once

#include <string>
#include <vector>

#include "storage/store.h"

namespace portreeve::daemon {

// "account.add" ADDRESS VERIFIER · "account.import" (ADDRESS VERIFIER)… · "account.passwd" ADDRESS VERIFIER ·
// "account.remove" ADDRESS · "account.list" · "domain.add" NAME · "domain.remove" NAME · "domain.list" ·
// "backup" ABSOLUTE-PATH · "fsck" [MEND]
struct AdminRequest {
  std::string verb;
  std::vector<std::string> arguments;
};

struct AdminReply {
  int exit_code = 0;
  std::string text;  // lines for people; for stderr unless the exit code is 0
};

AdminReply run(store::Store& store, const AdminRequest& request);

}  // namespace portreeve::daemon
