#include "protocols/imap/response_acl.h"

#include "protocols/imap/response.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr Rights kAll = (1U << kRightLetters.size()) - 1;

}  // namespace

// acl-data = "ACL" SP mailbox *(SP identifier SP rights) (RFC 4314 §7)
void write_acl(std::string& out, std::string_view mailbox, std::span<const std::pair<std::string, Rights>> entries,
               NameForm form) {
  out += "* ACL ";
  write_mailbox(out, mailbox, form);
  for (const auto& [identifier, rights] : entries) {
    out += ' ';
    write_astring(out, identifier);
    out += ' ';
    write_astring(out, printed_rights(rights));
  }
  out += kLineEnd;
}

// listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
void write_list_rights(std::string& out, std::string_view mailbox, std::string_view identifier, bool has_all,
                       NameForm form) {
  out += "* LISTRIGHTS ";
  write_mailbox(out, mailbox, form);
  out += ' ';
  write_astring(out, identifier);
  if (has_all) {
    out += ' ';
    out += printed_rights(kAll);
  } else {
    out += " \"\"";
    // RFC 4314 §2.1.1: "c" and "d" by themselves, as what they stand for isn't tied to anything.
    for (const char letter : printed_rights(kAll)) {
      out += ' ';
      out += letter;
    }
  }
  out += kLineEnd;
}

// myrights-data = "MYRIGHTS" SP mailbox SP rights
void write_my_rights(std::string& out, std::string_view mailbox, Rights rights, NameForm form) {
  out += "* MYRIGHTS ";
  write_mailbox(out, mailbox, form);
  out += ' ';
  write_astring(out, printed_rights(rights));
  out += kLineEnd;
}

}  // namespace portreeve::imap
