// Whether some bytes stand in others: what a scan of many texts spends its time with.
// Threads: pure functions.
#pragma once

#include <string_view>

namespace portreeve::mime {

// An empty needle stands everywhere.
bool has_bytes(std::string_view haystack, std::string_view needle);

}  // namespace portreeve::mime
