// What the program's end tells scripts and systemd, after sysexits(3).
#pragma once

namespace portreeve::daemon {

constexpr int kOk = 0;
constexpr int kFailure = 1;
constexpr int kUsage = 64;      // the command line
constexpr int kTemporary = 75;  // try again later
constexpr int kConfig = 78;     // the configuration

}  // namespace portreeve::daemon
