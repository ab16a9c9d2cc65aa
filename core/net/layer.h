// What a Stream reads from and writes to: the bare socket, a TLS session over it, or compression over either.
//
// All calls are non-blocking. A Layer does not own the descriptor.
// Threads: the connection's loop only.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::net {

struct IoStep {
  enum class Status {
    done,        // `bytes` moved; for a handshake or shutdown: finished
    want_read,   // call again when the descriptor is readable
    want_write,  // call again when it is writable
    eof,
    failed,
  };
  Status status = Status::failed;
  std::size_t bytes = 0;
};

// What the log and the trace header say of a connection's encryption.
struct TlsInfo {
  std::string version;      // "TLSv1.3"
  std::string cipher;       // "TLS_AES_128_GCM_SHA256"
  std::string server_name;  // SNI, as the client sent it; empty if none
  bool is_resumed = false;
};

class Layer {
 public:
  virtual ~Layer() = default;

  virtual IoStep handshake() = 0;
  virtual IoStep read(std::span<char> into) = 0;
  virtual IoStep write(std::span<const std::string_view> buffers) = 0;
  // Says goodbye (close_notify); does not wait for the peer's.
  virtual IoStep shutdown() = 0;
  // True if read() would give bytes though the descriptor is not readable.
  virtual bool has_pending() const = 0;
  // Gives back what only a busy connection needs; called when the session goes quiet.
  virtual void shrink() = 0;
  // Null for a layer that doesn't encrypt.
  virtual const TlsInfo* tls() const = 0;
  // What ties something to this encrypted connection (RFC 5056), by the type's name as IANA has it; empty if the layer
  // has none of that type.
  virtual std::string channel_binding(std::string_view type) const {
    (void)type;
    return {};
  }
  // Why the last call failed, for the log.
  virtual std::string failure() const = 0;
};

// The socket as it is.
std::unique_ptr<Layer> make_plain_layer(int fd);

}  // namespace portreeve::net
