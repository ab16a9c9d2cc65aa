#include "storage/sqlite/packing.h"

#include <cstdlib>

namespace portreeve::store::sqlite {
namespace {

constexpr char kVersion = 1;
constexpr char kBlockVersion = 2;  // 1 had no save dates

void put(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

// Zigzag: small numbers of either sign become small numbers.
void put_signed(std::string& out, std::int64_t value) {
  put(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

// Differences wrap around, so that any two values have one.
std::int64_t difference(std::uint64_t to, std::uint64_t from) { return static_cast<std::int64_t>(to - from); }

class Reader {
 public:
  explicit Reader(std::string_view bytes, char newest = kVersion) : bytes_(bytes) {
    is_good_ = !bytes_.empty() && bytes_.front() >= 1 && bytes_.front() <= newest;
    if (!is_good_) return;
    version_ = bytes_.front();
    bytes_.remove_prefix(1);
  }

  char version() const { return version_; }

  std::uint64_t get() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    is_good_ = false;
    return 0;
  }

  std::uint64_t get_difference() {
    const std::uint64_t value = get();
    return (value >> 1) ^ (0 - (value & 1));
  }

  // How many items of at least one byte each follow.
  std::size_t get_count() {
    const std::uint64_t count = get();
    if (count > bytes_.size()) is_good_ = false;
    return is_good_ ? static_cast<std::size_t>(count) : 0;
  }

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return is_good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  char version_ = 0;
  bool is_good_ = false;
};

// A message's save date is mostly its internal date or close to that of the message before, so the smaller difference
// is written; the lowest bit says which.
void put_save_date(std::string& out, const Message& message, const Message& last) {
  const std::int64_t from_internal = difference(message.save_date, static_cast<std::uint32_t>(message.internal_date));
  const std::int64_t from_last = difference(message.save_date, last.save_date);
  const bool is_from_last = std::abs(from_last) <= std::abs(from_internal);
  const auto shortest = static_cast<std::uint64_t>(is_from_last ? from_last : from_internal);
  put(out, (shortest << 2) ^ (static_cast<std::uint64_t>(static_cast<std::int64_t>(shortest) >> 63) << 1) ^
               (is_from_last ? 0U : 1U));
}

std::uint32_t get_save_date(Reader& reader, const Message& message, const Message& last) {
  const std::uint64_t coded = reader.get();
  const auto base = (coded & 1) != 0 ? static_cast<std::uint32_t>(message.internal_date) : last.save_date;
  const std::uint64_t zigzag = coded >> 1;
  return static_cast<std::uint32_t>(base + ((zigzag >> 1) ^ (0 - (zigzag & 1))));
}

}  // namespace

std::string pack_block(const Block& block) {
  std::string out(1, kBlockVersion);
  out.reserve(16 + block.size() * 13);
  put(out, block.size());
  Message last;
  for (const Message& message : block) {
    put(out, message.uid - last.uid);
    put(out, message.size);
    put_signed(out, difference(message.pop3_size, message.size));
    put_signed(out, difference(message.mod_seq, last.mod_seq));
    put(out, message.flags);
    put_signed(out, difference(static_cast<std::uint64_t>(message.internal_date),
                               static_cast<std::uint64_t>(last.internal_date)));
    put_signed(out, difference(static_cast<std::uint64_t>(message.body), static_cast<std::uint64_t>(last.body)));
    put_save_date(out, message, last);
    last = message;
  }
  return out;
}

std::optional<Block> unpack_block(std::string_view packed) {
  Reader reader(packed, kBlockVersion);
  const std::size_t count = reader.get_count();
  if (count == 0 || count > kBlockMessages) return std::nullopt;
  Block block;
  block.reserve(count);
  Message last;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t uid_step = reader.get();
    if (uid_step == 0 || uid_step > UINT32_MAX - last.uid) return std::nullopt;
    Message message;
    message.uid = last.uid + static_cast<Uid>(uid_step);
    message.size = static_cast<std::uint32_t>(reader.get());
    message.pop3_size = static_cast<std::uint32_t>(message.size + reader.get_difference());
    message.mod_seq = last.mod_seq + reader.get_difference();
    message.flags = reader.get();
    message.internal_date =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(last.internal_date) + reader.get_difference());
    message.body = static_cast<BodyId>(static_cast<std::uint64_t>(last.body) + reader.get_difference());
    if (reader.version() >= 2) message.save_date = get_save_date(reader, message, last);
    block.push_back(message);
    last = message;
  }
  if (!reader.is_at_end()) return std::nullopt;
  return block;
}

std::string pack_bodies(const std::vector<BodyId>& bodies) {
  std::string out(1, kVersion);
  put(out, bodies.size());
  BodyId last = 0;
  for (const BodyId body : bodies) {
    put_signed(out, difference(static_cast<std::uint64_t>(body), static_cast<std::uint64_t>(last)));
    last = body;
  }
  return out;
}

std::optional<std::vector<BodyId>> unpack_bodies(std::string_view packed) {
  Reader reader(packed);
  const std::size_t count = reader.get_count();
  std::vector<BodyId> bodies;
  bodies.reserve(count);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    last += reader.get_difference();
    bodies.push_back(static_cast<BodyId>(last));
  }
  if (!reader.is_at_end()) return std::nullopt;
  return bodies;
}

std::string pack_uids(const UidSet& uids) {
  std::string out(1, kVersion);
  put(out, uids.size());
  Uid last = 0;
  for (const UidRange& range : uids) {
    put(out, range.first - last);
    put(out, range.last - range.first);
    last = range.last;
  }
  return out;
}

std::optional<UidSet> unpack_uids(std::string_view packed) {
  Reader reader(packed);
  const std::size_t count = reader.get_count();
  UidSet uids;
  uids.reserve(count);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t first = last + reader.get();
    last = first + reader.get();
    if (last > UINT32_MAX) return std::nullopt;
    uids.push_back({static_cast<Uid>(first), static_cast<Uid>(last)});
  }
  if (!reader.is_at_end()) return std::nullopt;
  return uids;
}

std::string pack_keywords(const std::vector<std::string>& keywords) {
  std::string out;
  for (const std::string& keyword : keywords) {
    if (!out.empty()) out += '\n';
    out += keyword;
  }
  return out;
}

std::vector<std::string> unpack_keywords(std::string_view packed) {
  std::vector<std::string> keywords;
  while (!packed.empty()) {
    const std::size_t end = packed.find('\n');
    keywords.emplace_back(packed.substr(0, end));
    packed.remove_prefix(end == std::string_view::npos ? packed.size() : end + 1);
  }
  return keywords;
}

}  // namespace portreeve::store::sqlite
