#include "core/mime/envelope.h"

#include <span>

#include "core/mime/address.h"
#include "core/mime/print.h"

namespace portreeve::mime {
namespace {

void print_nonempty(std::string& out, const std::string& text) {
  if (text.empty()) {
    out += "NIL";
  } else {
    print_string(out, text);
  }
}

void print_address(std::string& out, const Address& address) {
  using enum Address::Kind;
  if (address.kind == group_end) {
    out += "(NIL NIL NIL NIL)";
    return;
  }
  out += '(';
  if (address.kind == group_begin) {
    // A NIL host with a name marks a group; a NIL name would end one.
    out += "NIL NIL ";
    print_string(out, address.name);
    out += " NIL";
  } else {
    print_nonempty(out, address.name);
    out += ' ';
    print_nonempty(out, address.route);
    out += ' ';
    print_string(out, address.local);
    out += ' ';
    // NIL here would make it a group's mark, so a missing host is an empty one.
    print_string(out, address.domain);
  }
  out += ')';
}

void print_list(std::string& out, std::span<const std::string_view> values) {
  std::size_t begin = out.size();
  out += '(';
  bool in_group = false;
  bool has_room = true;
  for (std::string_view value : values) {
    AddressReader reader(value);
    for (Address address; has_room && reader.next(address);) {
      print_address(out, address);
      if (address.kind != Address::Kind::mailbox) in_group = address.kind == Address::Kind::group_begin;
      has_room = out.size() < kMaxEnvelopeBytes;
    }
  }
  if (in_group)
    print_address(out, {.kind = Address::Kind::group_end, .name = {}, .route = {}, .local = {}, .domain = {}});
  if (out.size() == begin + 1) {
    out.replace(begin, 1, "NIL");
  } else {
    out += ')';
  }
}

std::string printed_list(KnownFields::Value value) {
  std::string out;
  print_list(out, value ? std::span(&*value, 1) : std::span<const std::string_view>{});
  return out;
}

}  // namespace

std::string print_envelope(const KnownFields& fields) {
  std::string out;
  out.reserve(512);
  out += '(';
  print_field(out, fields.date);
  out += ' ';
  print_field(out, fields.subject);
  out += ' ';
  std::string from = printed_list(fields.from);
  out += from;
  // RFC 3501 §7.4.2: these are the From if they are missing or empty.
  for (const auto& value : {fields.sender, fields.reply_to}) {
    std::string own = printed_list(value);
    out += ' ';
    out += own == "NIL" ? from : own;
  }
  for (const auto* list : {&fields.to, &fields.cc, &fields.bcc}) {
    out += ' ';
    print_list(out, *list);
  }
  out += ' ';
  print_field(out, fields.in_reply_to);
  out += ' ';
  print_field(out, fields.message_id);
  out += ')';
  return out;
}

}  // namespace portreeve::mime
