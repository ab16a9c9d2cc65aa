// The mail that the load sends: what people get, of the size asked for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace portreeve::load {

// Messages of about `size` bytes, one of each kind: plain text, text with an HTML alternative, an attachment in base64,
// and headers and text that are not ASCII. All are 7-bit with lines within RFC 5322 §2.1.1, none begins with a dot, and
// each lacks only what make_fields() gives, to be put in front. A size too small for the headers gives a larger
// message.
std::vector<std::string> make_mail(std::size_t size);

// The fields by which the messages of a writer differ: Message-ID, Date, Subject, References. Each five of them are a
// conversation, each a minute after the one before.
std::string make_fields(unsigned writer, unsigned number);

}  // namespace portreeve::load
