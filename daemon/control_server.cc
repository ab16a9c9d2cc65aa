#include "daemon/control_server.h"

#include "core/base/log.h"
#include "daemon/control_codec.h"
#include "daemon/exit_codes.h"

namespace portreeve::daemon {
namespace {

constexpr async::Milliseconds kRequestTime{30'000};
constexpr async::Milliseconds kReplyTime{60'000};

async::Task<net::Result<AdminRequest>> read_request(net::Stream& stream) {
  std::size_t wanted = kFrameHeaderBytes;
  while (stream.buffered().size() < wanted) {
    if (const auto filled = co_await stream.fill(wanted); !filled) co_return std::unexpected(filled.error());
    if (wanted != kFrameHeaderBytes || stream.buffered().size() < wanted) continue;
    const auto length = frame_length(stream.buffered());
    if (!length) co_return std::unexpected(net::Errc::too_long);
    wanted += *length;
  }
  auto request = decode_request(stream.buffered().substr(kFrameHeaderBytes));
  stream.consume(wanted);
  // An unreadable request is told apart from none by its empty verb, which run() doesn't know.
  co_return request ? std::move(*request) : AdminRequest{};
}

}  // namespace

std::string control_path(const std::string& data_directory) { return data_directory + "/control.sock"; }

async::Task<> serve_control(net::Connection& connection, async::WorkerPool& workers, const AdminHandler& handle) {
  net::Stream& stream = connection.stream;
  stream.set_deadline(kRequestTime);
  const auto request = co_await read_request(stream);
  if (!request) co_return;
  // A backup takes as long as it takes.
  stream.clear_deadline();
  const auto work = [&handle, &request] { return handle(*request); };
  const AdminReply reply = co_await async::offload(workers, stream.loop(), work);
  base::log::info("admin", {{"id", connection.id}, {"request", request->verb}, {"exit_code", reply.exit_code}});
  stream.write(encode(reply));
  stream.set_deadline(kReplyTime);
  if (co_await stream.flush()) co_await stream.close();
}

}  // namespace portreeve::daemon
