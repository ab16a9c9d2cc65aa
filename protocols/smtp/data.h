// The text of a message as it comes in, by DATA or BDAT, and the bytes in it that may not be there.
//
// DataScanner: where the text behind DATA ends, and without its transparency dots (RFC 5321 §4.5.2).
//
// Nothing but CRLF "." CRLF ends it. A bare CR, a bare LF or a NUL is a fault: it ends nothing, and the session must
// refuse the message once it has read it to its end. To take such bytes, or to mend them, is how a second message is
// smuggled past a server that reads them otherwise.
//
// Text comes out as views of the input, whole chunks at a time where no line begins with a dot. Lines may be of any
// length (RFC 5321 §4.5.3.1.6 asks for 1000 octets and no limit where that is possible); nothing is held in memory.
// Threads: belongs to its session.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::smtp {

enum class DataFault { none, bare_cr, bare_lf, nul };

class DataScanner {
 public:
  struct Piece {
    std::size_t consumed = 0;  // 0 and not at the end: more input is needed behind what was given
    std::string_view text;     // within the input
    bool is_end = false;
  };

  // Gives the next piece of `input`, which begins where the last piece's `consumed` bytes ended. Not after the end.
  Piece next(std::string_view input);
  // All pieces that are in `input` as one. Where that takes a copy, since a dot was dropped between them, it is made in
  // `scratch`.
  Piece next_all(std::string_view input, std::string& scratch);

  // The first fault so far, or a NUL, which nothing mends.
  DataFault fault() const { return fault_; }

 private:
  std::size_t scan(std::string_view text);
  std::size_t scan_closely(std::string_view text, std::size_t at, std::size_t end);

  // DATA's own CRLF begins the first line.
  char previous_ = '\n';
  bool is_line_start_ = true;  // a CRLF is just behind
  DataFault fault_ = DataFault::none;
};

// Looks for the same faults in text that comes in chunks (RFC 3030 §2), where a dot means nothing.
class ChunkChecker {
 public:
  void feed(std::string_view text);
  // A CR at the very end is bare.
  void finish();
  // The first fault so far, or a NUL, which nothing mends.
  DataFault fault() const { return fault_; }

 private:
  char previous_ = '\n';
  DataFault fault_ = DataFault::none;
};

// Makes a CRLF of each bare CR and LF, for those who would rather take such mail than refuse it.
class NewlineMender {
 public:
  // Appends what the text gives; a CR at its end is held back until the next byte is known.
  void feed(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  bool has_cr_ = false;  // held back
};

}  // namespace portreeve::smtp
