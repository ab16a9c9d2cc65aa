// Domains in their two spellings: "xn--bcher-kva.example" (A-labels, as DNS knows them) and "bücher.example" (U-labels,
// as people write them), by IDNA2008 (RFC 5891) after the mapping of UTS #46, non-transitional: "ß" stays what it is.
//
// DNS allows more than host names need, and mail meets it: underscores, hyphens anywhere. What is plain ASCII is
// therefore hardly judged; what isn't has to be right, label by label.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::idna {

constexpr std::size_t kMaxDomainBytes = 255;  // in A-labels (RFC 5321 §4.5.3.1.2)
constexpr std::size_t kMaxLabelBytes = 63;    // RFC 1035 §2.3.4

// The form by which domains are compared and looked up: A-labels in lower case, without a dot at the end. Takes ASCII
// and UTF-8, ideographic full stops too. Nothing if it is no domain: an empty or too long label, a blank or a mark that
// can't stand in an address, a character that IDNA doesn't know, or an A-label that stands for another name than
// itself. An A-label that can't be read at all (emoji, an older or newer Unicode) stays as it is: DNS may have it.
// An address literal, "[192.0.2.1]", comes back in lower case; what it says isn't looked at.
std::optional<std::string> to_ascii(std::string_view domain);

// For people, and for headers that may hold UTF-8 (RFC 6532). Labels that have no U-label stay as they are.
std::string to_unicode(std::string_view ascii_domain);

// As it was written, in lower case and without a dot at the end: U-labels stay U-labels, and A-labels alone A-labels.
std::optional<std::string> lowered(std::string_view domain);

// What is no domain is the same only as itself, in any case.
bool is_same_domain(std::string_view a, std::string_view b);

}  // namespace portreeve::idna
