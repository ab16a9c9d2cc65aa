// What BoringSSL says went wrong, in words. Its error queue belongs to the thread, not to the connection: callers empty
// it before a call whose failure they will explain.
// Threads: the calling thread's queue.
#pragma once

#include <string>

namespace portreeve::tls {

// The oldest error of the queue, such as "no shared cipher"; empties the queue.
std::string take_error();

}  // namespace portreeve::tls
