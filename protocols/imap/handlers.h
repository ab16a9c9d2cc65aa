// The handlers, one a command: its RFC, the checks, one call of the store, the untagged data; then the tagged reply.
// Preconditions: the state table allows the command, so that `context.selected` is there for those of a selected
// mailbox. The command outlives the call.
// Threads: the connection's loop.
#pragma once

#include "core/async/task.h"
#include "protocols/imap/command.h"
#include "protocols/imap/context.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/response.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Capability& command);
async::Task<Reply> handle(Context& context, const Noop& command);
async::Task<Reply> handle(Context& context, const Logout& command);
async::Task<Reply> handle(Context& context, const Id& command);
async::Task<Reply> handle(Context& context, const SelectLanguage& command);
async::Task<Reply> handle(Context& context, const StartTls& command);
async::Task<Reply> handle(Context& context, const Login& command);
async::Task<Reply> handle(Context& context, const Authenticate& command);

async::Task<Reply> handle(Context& context, const Select& command);
async::Task<Reply> handle(Context& context, const Create& command);
async::Task<Reply> handle(Context& context, const Delete& command);
async::Task<Reply> handle(Context& context, const Rename& command);
async::Task<Reply> handle(Context& context, const Subscribe& command);
async::Task<Reply> handle(Context& context, const Unsubscribe& command);
async::Task<Reply> handle(Context& context, const Status& command);
async::Task<Reply> handle(Context& context, const List& command);
async::Task<Reply> handle(Context& context, const Lsub& command);
async::Task<Reply> handle(Context& context, const Namespace& command);
async::Task<Reply> handle(Context& context, const Enable& command);
async::Task<Reply> handle(Context& context, const Append& command);
async::Task<Reply> handle(Context& context, const Idle& command);
async::Task<Reply> handle(Context& context, const GetMetadata& command);
async::Task<Reply> handle(Context& context, const SetMetadata& command);
async::Task<Reply> handle(Context& context, const GetQuota& command);
async::Task<Reply> handle(Context& context, const GetQuotaRoot& command);
async::Task<Reply> handle(Context& context, const SetQuota& command);
async::Task<Reply> handle(Context& context, const ResetKey& command);
async::Task<Reply> handle(Context& context, const GenUrlAuth& command);
async::Task<Reply> handle(Context& context, const UrlFetch& command);
async::Task<Reply> handle(Context& context, const MultiSearch& command);
async::Task<Reply> handle(Context& context, const SelectComparator& command);
async::Task<Reply> handle(Context& context, const SetAcl& command);
async::Task<Reply> handle(Context& context, const DeleteAcl& command);
async::Task<Reply> handle(Context& context, const GetAcl& command);
async::Task<Reply> handle(Context& context, const ListRights& command);
async::Task<Reply> handle(Context& context, const MyRights& command);
async::Task<Reply> handle(Context& context, const Compress& command);
async::Task<Reply> handle(Context& context, const Unauthenticate& command);
async::Task<Reply> handle(Context& context, const Notify& command);

async::Task<Reply> handle(Context& context, const Check& command);
async::Task<Reply> handle(Context& context, const Close& command);
async::Task<Reply> handle(Context& context, const Unselect& command);
async::Task<Reply> handle(Context& context, const CancelUpdate& command);
async::Task<Reply> handle(Context& context, const Expunge& command);
async::Task<Reply> handle(Context& context, const Search& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Sort& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Thread& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Fetch& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Store& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Copy& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Move& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const Replace& command, Numbers numbers);
async::Task<Reply> handle(Context& context, const UidBatches& command);

}  // namespace portreeve::imap
