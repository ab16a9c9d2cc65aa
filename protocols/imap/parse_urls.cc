// RESETKEY, GENURLAUTH and URLFETCH (RFC 4467 §9, RFC 5524 §5). What stands in the URLs is for the handlers to see.
#include <algorithm>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

// mechanism = "INTERNAL" / 1*(ALPHA / DIGIT / "-" / ".")
bool mechanism(Grammar& grammar, std::string& name) {
  Word word;
  if (!grammar.word(word, "Expected a mechanism")) return false;
  name = word.view();
  return true;
}

// url-fetch-param = "BODY" / "BINARY" / "BODYPARTSTRUCTURE" / atom
bool url_fetch_param(Grammar& grammar, FetchedUrl& fetched) {
  Word name;
  if (!grammar.word(name, "Expected BODY, BINARY or BODYPARTSTRUCTURE")) return false;
  bool* asked = nullptr;
  if (name == "BODY") asked = &fetched.has_body;
  if (name == "BINARY") asked = &fetched.has_binary;
  if (name == "BODYPARTSTRUCTURE") asked = &fetched.has_structure;
  if (asked == nullptr) return grammar.fail("Expected BODY, BINARY or BODYPARTSTRUCTURE");
  if (*asked) return grammar.fail("The same is asked for twice");
  *asked = true;
  // RFC 5524 §3.1
  return !(fetched.has_body && fetched.has_binary) || grammar.fail("BODY and BINARY can't be had together");
}

// url-fetch-arg = url-fetch-simple / url-fetch-ext; url-fetch-ext = "(" url-full *(SP url-fetch-param) ")"
bool url_fetch_arg(Grammar& grammar, FetchedUrl& fetched) {
  if (!grammar.try_char('(')) return grammar.astring(fetched.url);
  if (!grammar.astring(fetched.url)) return false;
  while (!grammar.try_char(')')) {
    if (!grammar.sp() || !url_fetch_param(grammar, fetched)) return false;
  }
  return true;
}

}  // namespace

// resetkey = "RESETKEY" [SP mailbox *(SP mechanism)]
bool reset_key_arguments(Grammar& grammar, ResetKey& reset) {
  if (grammar.is_at_end()) return true;
  if (!grammar.sp() || !grammar.mailbox(reset.mailbox)) return false;
  while (!grammar.is_at_end()) {
    if (reset.mechanisms.size() == grammar.limits().max_list_items) return grammar.fail("The list is too long");
    if (!grammar.sp() || !mechanism(grammar, reset.mechanisms.emplace_back())) return false;
  }
  return true;
}

// genurlauth = "GENURLAUTH" 1*(SP url-rump SP mechanism)
bool gen_url_auth_arguments(Grammar& grammar, GenUrlAuth& generate) {
  return grammar.sp() && grammar.items_to_end([&] {
    UrlRump& rump = generate.rumps.emplace_back();
    return grammar.astring(rump.url) && grammar.sp() && mechanism(grammar, rump.mechanism);
  });
}

// urlfetch = "URLFETCH" 1*(SP url-fetch-arg)
bool url_fetch_arguments(Grammar& grammar, UrlFetch& fetch) {
  return grammar.sp() && grammar.items_to_end([&] { return url_fetch_arg(grammar, fetch.urls.emplace_back()); });
}

}  // namespace portreeve::imap
