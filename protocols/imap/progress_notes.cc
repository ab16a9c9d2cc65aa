#include "protocols/imap/progress_notes.h"

#include <algorithm>

namespace portreeve::imap {

ProgressNotes::ProgressNotes(Context& context)
    : context_(context), due_(context.loop().now() + context.options.progress_interval.count()) {}

void ProgressNotes::set_goal(std::uint64_t steps) {
  goal_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, UINT32_MAX));
}

void ProgressNotes::add_done(std::uint32_t steps) { before_ += std::min(steps, UINT32_MAX - before_); }

async::Task<bool> ProgressNotes::tell(std::uint32_t done, std::uint32_t of) {
  if (goal_ != 0) {
    done += std::min(before_, UINT32_MAX - done);
    of = goal_;
  }
  if (done >= of || context_.loop().now() < due_) co_return true;
  due_ = context_.loop().now() + context_.options.progress_interval.count();
  context_.tell(Reply::ok("Still at it", Code::in_progress(context_.tag, done, of)));
  if (const auto sent = co_await context_.flush(); !sent) {
    context_.lose(sent.error());
    co_return false;
  }
  co_return true;
}

}  // namespace portreeve::imap
