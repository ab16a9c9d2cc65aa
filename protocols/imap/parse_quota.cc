// GETQUOTA and SETQUOTA (RFC 9208 §6).
#include <charconv>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

// setquota-resource = resource-name SP resource-limit; resource-limit = number64
bool set_quota_resource(Grammar& grammar, SetQuota& quota) {
  std::string_view name;
  std::string_view digits;
  if (!grammar.atom(name) || !grammar.sp() || !grammar.atom(digits)) return false;
  std::uint64_t limit = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limit);
  if (error != std::errc() || end != digits.data() + digits.size() || limit > INT64_MAX)
    return grammar.fail("Expected a number");
  quota.limits.emplace_back(base::uppered(name), limit);
  return true;
}

}  // namespace

// getquota = "GETQUOTA" SP quota-root-name; quota-root-name = astring
bool get_quota_arguments(Grammar& grammar, GetQuota& quota) { return grammar.sp() && grammar.astring(quota.root); }

// setquota = "SETQUOTA" SP quota-root-name SP "(" [setquota-resource *(SP setquota-resource)] ")"
bool set_quota_arguments(Grammar& grammar, SetQuota& quota) {
  return grammar.sp() && grammar.astring(quota.root) && grammar.sp() &&
         grammar.maybe_empty_list([&] { return set_quota_resource(grammar, quota); });
}

}  // namespace portreeve::imap
