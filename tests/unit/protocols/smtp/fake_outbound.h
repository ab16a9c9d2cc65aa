// Takes mail for elsewhere.example, and keeps what it is given.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_store.h"
#include "protocols/smtp/outbound.h"

namespace portreeve::smtp {

class FakeOutbound final : public Outbound {
 public:
  struct Handed {
    Envelope envelope;
    std::string text;
  };

  explicit FakeOutbound(FakeStore& store) : store_(store) {}

  std::optional<store::Error> failure;

  std::vector<Handed> handed() const {
    const std::lock_guard lock(mutex_);
    return handed_;
  }

  bool takes(const Path& to) const override { return to.domain == "elsewhere.example" || to.domain.starts_with('['); }
  void hand_on(Envelope envelope, store::IncomingBody body, store::Done<void> done) override {
    if (failure) return done(std::unexpected(*failure));
    {
      const std::lock_guard lock(mutex_);
      handed_.push_back({std::move(envelope), store_.text_of(body)});
    }
    done({});
  }

 private:
  FakeStore& store_;
  mutable std::mutex mutex_;
  std::vector<Handed> handed_;  // guarded by mutex_
};

}  // namespace portreeve::smtp
