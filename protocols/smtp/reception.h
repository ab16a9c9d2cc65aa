// One message on its way from the wire to the store.
//
//   DATA or BDAT → faults → (bare newlines mended) → header looked at, a submission's completed → (binary parts
//   converted) → Intake
//
// What can't be accepted any more is dropped at once, while the rest of it is still read. Memory: the store's chunk,
// and of a submission its header. Threads: the session's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "core/mime/binary_converter.h"
#include "protocols/session/intake.h"
#include "protocols/smtp/data.h"
#include "protocols/smtp/header_scanner.h"
#include "protocols/smtp/submission_header.h"
#include "storage/store.h"

namespace portreeve::smtp {

class Reception {
 public:
  struct Settings {
    std::string id;          // as the reply, the trace and the log name the message
    std::string trace;       // goes before the message
    std::string utf8_trace;  // the same for a submission that turns out to have a UTF-8 header (RFC 6532)
    std::string host;        // of a Message-ID made here
    std::string date;        // of a Date made here
    std::uint64_t max_bytes = 0;
    HeaderScanner::Limits header;
    bool is_submission = false;  // its header is completed (RFC 6409 §8)
    bool is_binary = false;      // BODY=BINARYMIME (RFC 3030 §3)
    bool normalises = false;     // mends bare CRs and LFs
    bool keeps_header = false;   // for a report
  };
  enum class Verdict {
    good,
    too_big,
    bare_cr,
    bare_lf,
    nul,
    header_too_big,
    too_many_fields,
    looping,
    not_labelled,    // binary bytes where the header says that there are none
    signed_content,  // binary parts that can't be converted without breaking a signature
    store_failed
  };

  Reception(store::Store& store, async::Loop& loop, Settings settings);

  // Of DATA: takes what is in `input`, which must live until this returns. Gives how much of it is used up: all, or all
  // but the few bytes that only the next ones explain.
  async::Task<std::size_t> take_data(std::string_view input);
  // Of BDAT: all of it.
  async::Task<> take_chunk(std::string_view chunk);
  // After the last chunk; DATA finds its end by itself.
  void end_chunks();
  bool is_complete() const { return is_complete_; }

  // Once complete: passes on what was held back. Only then is the verdict final, and all below known.
  async::Task<> finish();
  Verdict verdict() const;
  const store::Error& store_error() const { return status_.error(); }
  // Of a good message that is finished, once. What isn't taken is dropped with the Reception.
  store::IncomingBody take_body() { return intake_->finish(); }

  const std::string& id() const { return settings_.id; }
  std::uint64_t size() const { return size_; }  // of the message as it came
  // Of a submission: who it says wrote it.
  const std::optional<SubmittedHeader>& submitted() const { return submitted_; }
  // Values of Require-Recipient-Valid-Since.
  const std::vector<std::string>& valid_since() const { return header_.valid_since(); }
  // Up to kMaxKeptHeader bytes of it, if it was to be kept.
  const std::string& header() const { return kept_header_; }

 private:
  async::Task<> accept(std::string_view text);
  async::Task<> pass_on(std::string_view text);
  async::Task<> store(std::string_view text);
  std::string take_header();
  void keep_header(std::string_view text);
  void drop();

  Settings settings_;
  DataScanner scanner_;
  ChunkChecker checker_;
  NewlineMender mender_;
  HeaderScanner header_;
  std::optional<mime::BinaryConverter> converter_;
  std::optional<session::Intake> intake_;  // empty once the message is lost
  store::Result<> status_;
  std::optional<SubmittedHeader> submitted_;
  bool is_at_header_ = true;  // nothing was passed on yet
  std::string beginning_;     // of a submission, held back
  std::string kept_header_;
  bool is_complete_ = false;
  std::uint64_t size_ = 0;
};

}  // namespace portreeve::smtp
