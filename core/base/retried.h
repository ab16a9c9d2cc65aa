// System calls that a signal may interrupt.
#pragma once

#include <cerrno>

namespace portreeve::base {

// The result of `call`, made again for as long as a signal cuts it short (signal(7)).
template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

}  // namespace portreeve::base
