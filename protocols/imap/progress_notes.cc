#include "protocols/imap/progress_notes.h"

namespace portreeve::imap {

ProgressNotes::ProgressNotes(Context& context)
    : context_(context), due_(context.loop().now() + context.options.progress_interval.count()) {}

async::Task<bool> ProgressNotes::tell(std::uint32_t done, std::uint32_t of) {
  if (done >= of || context_.loop().now() < due_) co_return true;
  due_ = context_.loop().now() + context_.options.progress_interval.count();
  write_untagged(context_.out(), Reply::ok("Still at it", Code::in_progress(context_.tag, done, of)));
  if (const auto sent = co_await context_.flush(); !sent) {
    context_.lose(sent.error());
    co_return false;
  }
  co_return true;
}

}  // namespace portreeve::imap
