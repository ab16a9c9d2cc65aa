// DEFLATE (RFC 1951, without a header) over another layer, both ways, as IMAP's COMPRESS has it (RFC 4978).
//
// Writing. What one write() takes to its end is flushed, so that the peer can read all of it at once. Idle sessions
// hold no compressor: shrink() gives it back once little was sent between two rests, and the next write makes a new
// one, which only costs it what it had seen.
//
// Reading. One call inflates no more than the caller has room for, so a small input that stands for a large one takes
// no memory; what it stands for is bounded by whoever reads. The peer may flush as it likes, or not at all. Compressed
// input that goes on without giving a byte fails the layer.
// Threads: the connection's loop.
#pragma once

#include <memory>
#include <string_view>

#include "core/net/layer.h"

namespace portreeve::compress {

// `early` is compressed input that was read from `below` already.
std::unique_ptr<net::Layer> make_deflate_layer(std::unique_ptr<net::Layer> below, std::string_view early);

}  // namespace portreeve::compress
