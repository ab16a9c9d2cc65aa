// Reads a printed ENVELOPE (RFC 3501 §7.4.2), the form in which a message's summary has it.
//
// The parts are asked for in their order; those between are passed over, not copied. What isn't printed as an envelope
// is reads as if it had nothing.
// Threads: values. The text must outlive the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::imap {

// NIL is nullopt.
struct PrintedAddress {
  std::optional<std::string> name;  // as the header has it, with its encoded words
  std::optional<std::string> mailbox;
  std::optional<std::string> host;
};

class PrintedEnvelope {
 public:
  enum class Item : std::uint8_t { date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id };

  explicit PrintedEnvelope(std::string_view printed);

  // An item that is a string. Precondition: neither it nor one behind it has been asked for.
  std::optional<std::string> string(Item item);
  // The first of an item's addresses, which may be the name of a group. Precondition: none behind it has been asked
  // for.
  std::optional<PrintedAddress> first_address(Item item);

 private:
  void go_to(Item item);
  void skip_space();
  void skip_item();
  std::optional<std::string> take_string();

  std::string_view rest_;
  Item next_ = Item::date;
};

}  // namespace portreeve::imap
