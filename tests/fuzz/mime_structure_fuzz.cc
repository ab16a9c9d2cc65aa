// Any bytes as a message: what is printed of it (ENVELOPE, BODY, BODYSTRUCTURE) follows the grammar of RFC 3501 §9 and
// tells of the parts that the summary has, with their sizes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/mime/summary.h"

namespace {

using namespace portreeve::mime;

void require(bool holds) {
  if (!holds) std::abort();
}

class Printed {
 public:
  explicit Printed(std::string_view text) : rest_(text) {}

  void end() const { require(rest_.empty()); }
  bool is_at(std::string_view text) const { return rest_.starts_with(text); }
  void expect(std::string_view text) {
    require(is_at(text));
    rest_.remove_prefix(text.size());
  }

  void nstring() {
    if (is_at("NIL")) return expect("NIL");
    string();
  }
  std::string_view string() {
    if (is_at("{")) return literal();
    expect("\"");
    const std::string_view begin = rest_;
    while (!is_at("\"")) {
      if (is_at("\\")) {
        rest_.remove_prefix(1);
        require(is_at("\"") || is_at("\\"));
      }
      require(!rest_.empty() && rest_.front() != '\r' && rest_.front() != '\n' && rest_.front() != '\0' &&
              static_cast<unsigned char>(rest_.front()) < 0x80);
      rest_.remove_prefix(1);
    }
    const std::string_view text = begin.substr(0, begin.size() - rest_.size());
    expect("\"");
    return text;
  }
  std::uint64_t number() {
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
    require(digits > 0 && digits < 20 && (digits == 1 || rest_.front() != '0'));
    const std::uint64_t value = std::stoull(std::string(rest_.substr(0, digits)));
    rest_.remove_prefix(digits);
    return value;
  }

  void parameters() {
    if (is_at("NIL")) return expect("NIL");
    expect("(");
    for (bool is_first = true; is_first || is_at(" "); is_first = false) {
      if (!is_first) expect(" ");
      string();
      expect(" ");
      string();
    }
    expect(")");
  }
  void envelope() {
    expect("(");
    nstring();
    expect(" ");
    nstring();
    for (int i = 0; i < 6; ++i) {
      expect(" ");
      addresses();
    }
    for (int i = 0; i < 2; ++i) {
      expect(" ");
      nstring();
    }
    expect(")");
  }

 private:
  std::string_view literal() {
    expect("{");
    const std::uint64_t size = number();
    expect("}\r\n");
    require(size <= rest_.size());
    const std::string_view text = rest_.substr(0, size);
    require(!text.contains('\0'));
    rest_.remove_prefix(size);
    return text;
  }
  void addresses() {
    if (is_at("NIL")) return expect("NIL");
    expect("(");
    do {
      expect("(");
      for (int i = 0; i < 4; ++i) {
        if (i > 0) expect(" ");
        nstring();
      }
      expect(")");
    } while (is_at("("));
    expect(")");
  }

  std::string_view rest_;
};

// Walks over a printed structure along with the parts that it is of, which stand in the same order.
class Walk {
 public:
  Walk(const Summary& summary, std::string_view printed, bool is_extended)
      : summary_(summary), printed_(printed), is_extended_(is_extended) {}

  void run() {
    part();
    printed_.end();
    require(next_ == summary_.parts.size());
  }

 private:
  const Part& take() {
    require(next_ < summary_.parts.size());
    return summary_.parts[next_++];
  }

  void part() {
    const Part& here = take();
    printed_.expect("(");
    if (printed_.is_at("(")) {
      require(here.is_multipart);
      while (printed_.is_at("(")) part();
      printed_.expect(" ");
      printed_.string();
      if (is_extended_) {
        printed_.expect(" ");
        printed_.parameters();
        extension();
      }
    } else {
      leaf(here);
    }
    printed_.expect(")");
  }

  void leaf(const Part& here) {
    std::string type(printed_.string());
    for (char& c : type) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    printed_.expect(" ");
    printed_.string();
    printed_.expect(" ");
    printed_.parameters();
    for (int i = 0; i < 2; ++i) {
      printed_.expect(" ");
      printed_.nstring();
    }
    printed_.expect(" ");
    printed_.string();
    printed_.expect(" ");
    require(printed_.number() == here.body_end - here.body_begin);
    if (here.is_message) {
      printed_.expect(" ");
      printed_.envelope();
      printed_.expect(" ");
      part();
    }
    if (here.is_message || type == "text") {
      printed_.expect(" ");
      require(printed_.number() <= here.body_end - here.body_begin);
    }
    if (!is_extended_) return;
    printed_.expect(" ");
    printed_.nstring();
    extension();
  }

  void extension() {
    printed_.expect(" ");
    if (printed_.is_at("(")) {
      printed_.expect("(");
      printed_.string();
      printed_.expect(" ");
      printed_.parameters();
      printed_.expect(")");
    } else {
      printed_.expect("NIL");
    }
    printed_.expect(" ");
    if (printed_.is_at("(")) {
      printed_.expect("(");
      printed_.string();
      while (printed_.is_at(" ")) {
        printed_.expect(" ");
        printed_.string();
      }
      printed_.expect(")");
    } else {
      printed_.nstring();
    }
    printed_.expect(" ");
    printed_.nstring();
  }

  const Summary& summary_;
  Printed printed_;
  bool is_extended_;
  std::size_t next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  Limits limits;
  const unsigned seed = data[0];
  if (seed & 1) limits = {.max_depth = 1 + seed % 5, .max_parts = 1 + seed % 7, .max_header_bytes = 30 + seed};
  const Summary summary = summarize(bytes.substr(1), limits);
  Printed envelope(summary.envelope);
  envelope.envelope();
  envelope.end();
  Walk(summary, summary.body, false).run();
  Walk(summary, summary.body_structure, true).run();
  return 0;
}
