// Object identifiers as clients see them (RFC 8474): a letter and the number under which the store has the object. The
// store never gives a number out again.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::imap {

enum class ObjectKind : char { mailbox = 'M', email = 'E' };

// "M12". Precondition: `number` > 0.
void write_object_id(std::string& out, ObjectKind kind, std::int64_t number);
// Nullopt for what write_object_id() doesn't print.
std::optional<std::int64_t> object_number(ObjectKind kind, std::string_view id);

// Could it be anybody's: objectid of RFC 8474 §7?
bool is_object_id(std::string_view id);

}  // namespace portreeve::imap
