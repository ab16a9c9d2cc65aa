#include "daemon/control_codec.h"

#include <charconv>

namespace portreeve::daemon {
namespace {

// The first field of each frame: two versions of the program may meet.
constexpr std::string_view kRequestMark = "portreeve-request-1";
constexpr std::string_view kReplyMark = "portreeve-reply-1";

void append_number(std::string& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::size_t number_at(std::string_view bytes) {
  std::size_t number = 0;
  for (char c : bytes.substr(0, kFrameHeaderBytes)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

void append_field(std::string& out, std::string_view field) {
  append_number(out, field.size());
  out += field;
}

std::string framed(const std::string& fields) {
  std::string out;
  out.reserve(kFrameHeaderBytes + fields.size());
  append_field(out, fields);
  return out;
}

std::optional<std::vector<std::string>> fields_of(std::string_view frame) {
  std::vector<std::string> fields;
  while (!frame.empty()) {
    if (frame.size() < kFrameHeaderBytes) return std::nullopt;
    const std::size_t length = number_at(frame);
    frame.remove_prefix(kFrameHeaderBytes);
    if (length > frame.size()) return std::nullopt;
    fields.emplace_back(frame.substr(0, length));
    frame.remove_prefix(length);
  }
  return fields;
}

}  // namespace

std::string encode(const AdminRequest& request) {
  std::string fields;
  append_field(fields, kRequestMark);
  append_field(fields, request.verb);
  for (const std::string& argument : request.arguments) append_field(fields, argument);
  return framed(fields);
}

std::string encode(const AdminReply& reply) {
  std::string fields;
  append_field(fields, kReplyMark);
  append_field(fields, std::to_string(reply.exit_code));
  append_field(fields, reply.text);
  return framed(fields);
}

std::optional<std::size_t> frame_length(std::string_view header) {
  const std::size_t length = number_at(header);
  if (length > kMaxFrameBytes) return std::nullopt;
  return length;
}

std::optional<AdminRequest> decode_request(std::string_view frame) {
  auto fields = fields_of(frame);
  if (!fields || fields->size() < 2 || fields->front() != kRequestMark) return std::nullopt;
  AdminRequest request;
  request.verb = std::move((*fields)[1]);
  request.arguments.assign(std::move_iterator(fields->begin() + 2), std::move_iterator(fields->end()));
  return request;
}

std::optional<AdminReply> decode_reply(std::string_view frame) {
  auto fields = fields_of(frame);
  if (!fields || fields->size() != 3 || fields->front() != kReplyMark) return std::nullopt;
  AdminReply reply;
  const std::string& code = (*fields)[1];
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), reply.exit_code);
  if (error != std::errc() || end != code.data() + code.size()) return std::nullopt;
  reply.text = std::move((*fields)[2]);
  return reply;
}

}  // namespace portreeve::daemon
