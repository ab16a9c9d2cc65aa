// Where mail for other servers goes: the seam between taking mail in and sending it on.
//
// Threads: both calls on any loop.
#pragma once

#include "protocols/smtp/envelope.h"
#include "storage/store.h"

namespace portreeve::smtp {

class Outbound {
 public:
  virtual ~Outbound() = default;
  // Is mail for this address, which is not here, to be sent on?
  virtual bool takes(const Path& to) const = 0;
  // Keeps the message for its recipients elsewhere; done once that is synced. From then on it, and the reports that the
  // envelope asks for, are in its care.
  virtual void hand_on(Envelope envelope, store::IncomingBody body, store::Done<void> done) = 0;
};

}  // namespace portreeve::smtp
