// How a Throttle is written down: a magic word with the version, the secret, three tables with the last heard of first,
// and the SHA-256 of all that. Numbers are little-endian; times are 32 bits of Unix seconds.
#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

#include "core/auth/throttle.h"
#include "core/tls/digest.h"

namespace portreeve::auth {
namespace {

constexpr std::string_view kMagic = "portreeve throttle 1\n";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kDigestBytes = 32;
constexpr double kLevelUnit = 1024;

// Networks take the most, and know the most that is of use after a restart.
constexpr std::size_t kMaxPlaceBytes = Throttle::kMaxPackedBytes / 5;
constexpr std::size_t kMaxAccountBytes = Throttle::kMaxPackedBytes / 5;
constexpr std::size_t kMaxNetworkBytes = Throttle::kMaxPackedBytes / 2;

constexpr std::size_t kPlaceBytes = 8 + 4;
constexpr std::size_t kAccountBytes = 8 + 4 + 4;
constexpr std::size_t kShareBytes = 8 + 4 + 4 + 4;
constexpr std::size_t kNetworkBytes = 8 + 4 + 4 + 4 + 1;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

void put_time(std::string& out, std::int64_t time) {
  put(out, static_cast<std::uint32_t>(std::clamp<std::int64_t>(time, 0, std::numeric_limits<std::uint32_t>::max())));
}

void put_level(std::string& out, double level) {
  put(out, static_cast<std::uint32_t>(
               std::clamp(std::round(level * kLevelUnit), 0.0, double{std::numeric_limits<std::uint32_t>::max()})));
}

// Past the end everything is 0 and is_good() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  Number get() {
    if (bytes_.size() < sizeof(Number)) {
      is_good_ = false;
      bytes_ = {};
      return 0;
    }
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) {
      number |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes_[i])) << (8 * i));
    }
    bytes_.remove_prefix(sizeof number);
    return number;
  }
  std::int64_t get_time() { return get<std::uint32_t>(); }
  double get_level() { return get<std::uint32_t>() / kLevelUnit; }
  std::string_view take(std::size_t length) {
    const std::string_view taken = bytes_.substr(0, length);
    bytes_.remove_prefix(taken.size());
    if (taken.size() < length) is_good_ = false;
    return taken;
  }
  // Whether another entry of a table follows.
  bool next() { return get<std::uint8_t>() == 1; }
  bool is_good() const { return is_good_; }
  bool is_at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool is_good_ = true;
};

std::string digest_of(std::string_view bytes) { return std::string(tls::view(tls::sha256(bytes))); }

// Writes entries for as long as they fit, each after a 1, and a 0 behind them. What is left out is older than what
// isn't.
template <class Entries, class Size, class Write>
void put_table(std::string& out, const Entries& entries, std::size_t max_bytes, Size size_of, Write write) {
  std::size_t used = 0;
  for (const auto& [key, value] : entries) {
    used += 1 + size_of(value);
    if (used > max_bytes) break;
    put(out, std::uint8_t{1});
    put(out, key);
    write(value);
  }
  put(out, std::uint8_t{0});
}

}  // namespace

std::string Throttle::pack() {
  std::string out(kMagic);
  {
    const std::lock_guard lock(mutex_);
    is_dirty_ = false;
    out += secret_;
    put_table(
        out, own_places_.entries(), kMaxPlaceBytes,
        [](const Places& places) { return 8 + 1 + places.size() * kPlaceBytes; },
        [&](const Places& places) {
          put(out, static_cast<std::uint8_t>(places.size()));
          for (const Place& place : places) {
            put(out, place.network);
            put_time(out, place.last_login);
          }
        });
    put_table(
        out, accounts_.entries(), kMaxAccountBytes, [](const Account&) { return kAccountBytes; },
        [&](const Account& account) {
          put_level(out, account.count.level);
          put_time(out, account.count.at);
        });
    put_table(
        out, networks_.entries(), kMaxNetworkBytes,
        [](const Network& network) { return kNetworkBytes + network.shares.size() * kShareBytes; },
        [&](const Network& network) {
          put_level(out, network.count.level);
          put_time(out, network.count.at);
          put_time(out, network.not_before);
          put(out, static_cast<std::uint8_t>(network.shares.size()));
          for (const Share& share : network.shares) {
            put(out, share.account);
            put_level(out, share.count.level);
            put_time(out, share.count.at);
            put_time(out, share.not_before);
          }
        });
  }
  out += digest_of(out);
  return out;
}

bool Throttle::unpack(std::string_view bytes, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  networks_.clear();
  accounts_.clear();
  own_places_.clear();
  is_dirty_ = false;
  if (bytes.size() < kMagic.size() + kSecretBytes + kDigestBytes || bytes.size() > kMaxPackedBytes ||
      !bytes.starts_with(kMagic)) {
    return false;
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kDigestBytes);
  if (digest_of(body) != bytes.substr(body.size())) return false;

  // Read into lists first: the tables are filled from the oldest on, so that the order is as it was.
  Reader reader(body.substr(kMagic.size()));
  const std::string secret(reader.take(kSecretBytes));
  std::vector<std::pair<Key, Places>> places;
  while (reader.next()) {
    auto& [key, list] = places.emplace_back(reader.get<Key>(), Places{});
    for (unsigned left = reader.get<std::uint8_t>(); left > 0 && reader.is_good(); --left) {
      const Key network = reader.get<Key>();
      list.push_back({network, std::min(reader.get_time(), now)});
    }
  }
  std::vector<std::pair<Key, Account>> accounts;
  while (reader.next()) {
    auto& [key, account] = accounts.emplace_back(reader.get<Key>(), Account{});
    account.count.level = reader.get_level();
    account.count.at = std::min(reader.get_time(), now);
  }
  std::vector<std::pair<Key, Network>> networks;
  while (reader.next()) {
    auto& [key, network] = networks.emplace_back(reader.get<Key>(), Network{});
    network.count.level = reader.get_level();
    network.count.at = reader.get_time();
    network.not_before = reader.get_time();
    for (unsigned left = reader.get<std::uint8_t>(); left > 0 && reader.is_good(); --left) {
      Share& share = network.shares.emplace_back();
      share.account = reader.get<Key>();
      share.count.level = reader.get_level();
      share.count.at = reader.get_time();
      share.not_before = reader.get_time();
    }
  }
  if (!reader.is_good() || !reader.is_at_end()) return false;

  secret_ = secret;
  for (auto& [key, value] : std::views::reverse(places)) own_places_.get(key) = std::move(value);
  for (auto& [key, value] : std::views::reverse(accounts)) {
    if (now - value.count.at < options_.memory.count()) accounts_.get(key) = value;
  }
  for (auto& [key, value] : std::views::reverse(networks)) {
    networks_.get(key) = std::move(value);
    recall(key, now);  // which forgets it if it is time
  }
  return true;
}

}  // namespace portreeve::auth
