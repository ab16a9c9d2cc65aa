// Looks at a message's header as it streams by, and holds none of it but the few fields that a server acts on.
//
// The header ends at the first blank line; before a line that is neither a field nor the continuation of one, since a
// message needn't have a header at all; or where a limit is passed. A name is what RFC 5322 §3.6.8 allows, with blanks
// behind it as §4.5 does, and no longer than a line may be.
//
// The result is the same however the text was cut. Time is linear; memory is bounded by kMaxValues and kMaxValueBytes.
// Threads: belongs to its session.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::smtp {

class HeaderScanner {
 public:
  struct Limits {
    std::size_t max_fields = 0;
    std::size_t max_bytes = 0;     // with the blank line
    std::size_t max_received = 0;  // Received fields: with more of them the message goes in circles (RFC 5321 §6.3)
  };
  enum class Fault { none, too_many_fields, too_big, looping };

  // Of each kind of kept field so many are kept, so much of each; what is beyond is left out.
  static constexpr std::size_t kMaxValues = 100;
  static constexpr std::size_t kMaxValueBytes = 1'000;

  explicit HeaderScanner(Limits limits) : limits_(limits) {}

  // The next piece of the message. Does nothing once the header has ended.
  void feed(std::string_view text);
  // The message is over, and so is its header.
  void finish();

  bool has_ended() const { return state_ == State::ended; }
  // What made it end, if no legal end did.
  Fault fault() const { return fault_; }
  bool has_blank_line() const { return has_blank_line_; }
  // Bytes of the header, with its blank line. While it hasn't ended, those that are sure to belong to it.
  std::size_t size() const { return size_; }

  std::size_t fields() const { return fields_; }
  std::size_t received() const { return received_; }
  bool has_eight_bit() const { return has_eight_bit_; }

  // Values of the fields of a name, in their order, unfolded and without blanks at their ends. Complete once the header
  // has ended.
  const std::vector<std::string>& valid_since() const { return kept_[0]; }   // Require-Recipient-Valid-Since, RFC 7293
  const std::vector<std::string>& priorities() const { return kept_[1]; }    // MT-Priority, RFC 6758
  const std::vector<std::string>& tls_required() const { return kept_[2]; }  // RFC 8689

 private:
  enum class State { line_start, cr_at_line_start, name, blanks_behind_name, value, ended };

  void scan(std::string_view text);
  void take_at_line_start(char c);
  void take_name(char c);
  std::size_t take_value(std::string_view text);
  void begin_field();
  void close_field();
  void end(Fault fault = Fault::none);

  Limits limits_;
  State state_ = State::line_start;
  Fault fault_ = Fault::none;
  bool has_blank_line_ = false;
  bool has_eight_bit_ = false;
  std::size_t seen_ = 0;
  std::size_t size_ = 0;
  std::size_t fields_ = 0;
  std::size_t received_ = 0;
  std::string name_;                 // its beginning
  std::size_t name_length_ = 0;      // with blanks behind it
  std::optional<std::size_t> open_;  // of kept_: the field that is being read is the last there
  std::array<std::vector<std::string>, 3> kept_;
};

}  // namespace portreeve::smtp
