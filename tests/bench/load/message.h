// The mail that the load sends: what people get, of the size asked for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace portreeve::load {

// Messages of about `size` bytes, one of each kind: plain text, text with an HTML alternative, an attachment in base64,
// and headers and text that are not ASCII. All are 7-bit with lines within RFC 5322 §2.1.1, none begins with a dot, and
// each lacks only the Message-ID, to be put in front. A size too small for the headers gives a larger message.
std::vector<std::string> make_mail(std::size_t size);

}  // namespace portreeve::load
