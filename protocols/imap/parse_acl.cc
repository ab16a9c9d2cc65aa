// The commands of RFC 4314.
#include "core/base/utf8.h"
#include "protocols/imap/grammar.h"
#include "protocols/imap/rights.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxIdentifierBytes = 400;

// RFC 4314 §3: one that can't be prepared is refused with BAD. How names compare is the directory's affair.
bool identifier(Grammar& grammar, std::string& identifier) {
  if (!grammar.astring(identifier)) return false;
  const bool has_control =
      std::ranges::any_of(identifier, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (identifier.empty() || identifier.size() > kMaxIdentifierBytes || has_control || !base::is_utf8(identifier))
    return grammar.fail("That can't be an identifier");
  return true;
}

bool mailbox_and_identifier(Grammar& grammar, std::string& mailbox, std::string& name) {
  return grammar.sp() && grammar.mailbox(mailbox) && grammar.sp() && identifier(grammar, name);
}

}  // namespace

// setacl = "SETACL" SP mailbox SP identifier SP mod-rights; mod-rights = astring (RFC 4314 §7)
bool set_acl_arguments(Grammar& grammar, SetAcl& acl) {
  std::string text;
  if (!mailbox_and_identifier(grammar, acl.mailbox, acl.identifier) || !grammar.sp() || !grammar.astring(text))
    return false;
  std::string_view letters = text;
  if (letters.starts_with('+') || letters.starts_with('-')) {
    acl.change = letters.front() == '+' ? SetAcl::Change::add : SetAcl::Change::remove;
    letters.remove_prefix(1);
  }
  const auto rights = read_rights(letters);
  if (!rights) return grammar.fail("There is no such right");
  acl.rights = *rights;
  return true;
}

// deleteacl = "DELETEACL" SP mailbox SP identifier
bool delete_acl_arguments(Grammar& grammar, DeleteAcl& acl) {
  return mailbox_and_identifier(grammar, acl.mailbox, acl.identifier);
}

// listrights = "LISTRIGHTS" SP mailbox SP identifier
bool list_rights_arguments(Grammar& grammar, ListRights& rights) {
  return mailbox_and_identifier(grammar, rights.mailbox, rights.identifier);
}

}  // namespace portreeve::imap
