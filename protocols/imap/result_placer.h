// Finds the places of messages that come into a sorted result, without sorting all of it again: a few are compared
// with those that are there by halving, which reads their sort keys only; many are sorted together with all.
// Threads: one at a time, on a worker.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "protocols/imap/command.h"
#include "protocols/imap/result_list.h"
#include "protocols/imap/sorter.h"
#include "storage/store.h"

namespace portreeve::imap {

class ResultPlacer {
 public:
  // All must outlive it. All of `result` is in `messages`, in the order of the criteria; `added` are ascending numbers
  // of messages that it doesn't have.
  ResultPlacer(store::Store& store, const store::Snapshot& messages, const ResultList& result,
               const std::vector<SortCriterion>& criteria, Comparator comparator, std::vector<std::uint32_t> added);

  bool is_done() const { return is_done_; }
  // Goes on for some milliseconds, or to the end.
  store::Result<> go_on();
  // Once it is done, for put_in(). Messages that are gone are left out.
  std::vector<Placed> take_placed() { return std::move(placed_); }

 private:
  void begin_placing();
  store::Result<> compare_one();
  void read_places(const std::vector<std::uint32_t>& order);

  store::Store& store_;
  const store::Snapshot& messages_;
  const ResultList& result_;
  const std::vector<SortCriterion>& criteria_;
  const Comparator comparator_;
  const std::vector<std::uint32_t> added_;
  const bool sorts_all_;
  Sorter sorter_;
  std::vector<std::uint32_t> order_;  // of the added ones
  std::size_t next_ = 0;              // in order_
  std::size_t low_ = 0;               // it belongs before one of [low_, high_]
  std::size_t high_ = 0;
  bool is_placing_ = false;
  bool is_done_ = false;
  std::vector<Placed> placed_;
};

}  // namespace portreeve::imap
