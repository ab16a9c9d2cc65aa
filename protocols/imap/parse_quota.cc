// GETQUOTA and SETQUOTA (RFC 9208 §6).
#include <algorithm>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxLimitDigits = 19;  // number64

// setquota-resource = resource-name SP resource-limit
bool set_quota_resource(Grammar& grammar) {
  std::string_view name;
  std::string_view limit;
  if (!grammar.atom(name) || !grammar.sp() || !grammar.atom(limit)) return false;
  return (limit.size() <= kMaxLimitDigits && std::ranges::all_of(limit, base::is_digit)) ||
         grammar.fail("Expected a number");
}

}  // namespace

// getquota = "GETQUOTA" SP quota-root-name; quota-root-name = astring
bool get_quota_arguments(Grammar& grammar, GetQuota& quota) { return grammar.sp() && grammar.astring(quota.root); }

// setquota = "SETQUOTA" SP quota-root-name SP "(" [setquota-resource *(SP setquota-resource)] ")"
bool set_quota_arguments(Grammar& grammar, SetQuota& quota) {
  return grammar.sp() && grammar.astring(quota.root) && grammar.sp() &&
         grammar.maybe_empty_list([&] { return set_quota_resource(grammar); });
}

}  // namespace portreeve::imap
