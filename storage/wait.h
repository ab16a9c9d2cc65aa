// Waits for the store.
// Threads: any but a loop's and the store's writer's.
#pragma once

#include <future>
#include <utility>

#include "storage/types.h"

namespace portreeve::store {

// `start` gets the Done that it is to hand to the store.
template <class T = void, class Start>
Result<T> wait_for(Start start) {
  std::promise<Result<T>> promise;
  start(Done<T>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
  return promise.get_future().get();
}

}  // namespace portreeve::store
