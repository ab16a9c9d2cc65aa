// What passes over the control socket: frames of a 4-byte length (network order) and that many bytes, which are fields
// of a 4-byte length and their bytes each. A request is one frame, its answer another.
//
// No I/O here. Limits: kMaxFrameBytes, which decides memory; fields can't be more than the frame has room for.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin.h"

namespace portreeve::daemon {

constexpr std::size_t kFrameHeaderBytes = 4;
constexpr std::size_t kMaxFrameBytes = std::size_t{64} << 20;  // an import of some 300,000 accounts

std::string encode(const AdminRequest& request);
std::string encode(const AdminReply& reply);

// The length of what follows. nullopt: over the limit. Precondition: header.size() >= kFrameHeaderBytes.
std::optional<std::size_t> frame_length(std::string_view header);
// From a frame without its header; nullopt if it is not one.
std::optional<AdminRequest> decode_request(std::string_view frame);
std::optional<AdminReply> decode_reply(std::string_view frame);

}  // namespace portreeve::daemon
