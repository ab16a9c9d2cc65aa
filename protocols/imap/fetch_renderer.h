// Renders the answers to one FETCH, a slice at a time.
//
// What only needs memory is rendered where render() is called; needs_store() tells whether it must be a worker. Bodies
// go straight from the store into the output behind their literals' prefixes, big ones over several slices, so that a
// session holds one slice whatever is asked for. Messages ascend; UID and FLAGS come before any literal, as some
// clients read no further.
//
// Threads: one at a time; the view must not change while a FETCH is rendered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mime/header.h"
#include "core/mime/section.h"
#include "core/mime/summary.h"
#include "protocols/imap/command.h"
#include "protocols/imap/decoded_part.h"
#include "protocols/imap/numbers.h"
#include "protocols/imap/response.h"
#include "protocols/imap/view.h"
#include "storage/store.h"

namespace portreeve::imap {

using mime::Extent;
// RFC 3501 §6.4.5: what lies beyond the end is empty.
Extent clipped(Extent extent, const std::optional<Partial>& partial);

class FetchRenderer {
 public:
  // What is referred to must outlive the renderer. `told` are the ascending numbers of messages whose FLAGS are sent
  // though nobody asked, because \Seen was set on them. `with_mod_seq`: MODSEQ goes with any FLAGS. `is_uid_only`: the
  // responses are UIDFETCH (RFC 9586 §3), with the item UID only if that is asked for.
  FetchRenderer(store::Store& store, const View& view, const Fetch& command, Numbers numbers,
                const SequenceRanges& sequences, std::vector<std::uint32_t> told, bool with_mod_seq = false,
                bool is_uid_only = false);

  bool needs_store() const { return needs_summary_ || !sections_.empty(); }

  enum class Outcome : std::uint8_t {
    more,    // there is a slice of output; call again once it was taken
    done,    // all is in the output
    failed,  // see error(); the output ends behind a whole response
    broken,  // the store failed inside a literal that the client was promised: the session must end
  };
  // Appends about `limit` bytes. `out` is the same string each time, whatever was taken out of it meanwhile.
  Outcome render(std::string& out, std::size_t limit);

  // Were there messages whose bodies are gone? They have no answer.
  bool has_missed() const { return has_missed_; }
  // Were there parts in an encoding that nobody here knows (RFC 3516 §4.3)? They were answered with NIL.
  bool has_unknown_encoding() const { return has_unknown_encoding_; }
  const store::Error& error() const { return error_; }

 private:
  struct Asked {
    std::uint32_t sequence = 0;
    const store::Message* message = nullptr;
    bool is_told_flags = false;
  };
  // A message that is ready to be written: the printed parts of its summary, in texts_, and where its sections lie.
  struct Ready {
    Asked asked;
    std::size_t texts_begin = 0;
    std::size_t text_sizes[3] = {};  // envelope, body, body structure
    std::size_t pieces_begin = 0;    // in pieces_, one a section
  };
  struct Part {
    Extent extent;
    std::uint64_t header_bytes = 0;
  };
  // A section of a message: where it lies, and its bytes if they are small, which are read for many messages at once.
  // Of a part that is decoded first, its header goes along.
  struct Piece {
    std::optional<Extent> extent;
    std::optional<std::uint64_t> header_bytes = {};  // of `extent`: what follows is to be decoded
    std::vector<Part> alternatives = {};             // of a preview: where else there may be text
    enum class Bytes : std::uint8_t { unread, read, gone } bytes = Bytes::unread;
    std::size_t begin = 0;  // in bytes_
    std::size_t size = 0;
  };

  bool has_next() const { return range_ < sequences_.size(); }
  Asked next();
  const store::Message& at(std::uint32_t sequence);
  void gather(std::size_t most, std::uint64_t most_bytes);

  // Each renders or prepares some of what is left. False: nothing is left, or error_ is set.
  bool render_from_memory(std::string& out, std::size_t end);
  bool render_from_summaries(std::string& out, std::size_t end);
  bool prepare();
  void prepare_from_summaries();
  void read_small_pieces();
  std::uint64_t bytes_wanted(std::size_t section, const Extent& extent) const;

  std::uint32_t number_of(const Asked& asked) const { return is_uid_only_ ? asked.message->uid : asked.sequence; }
  void write_head(FetchWriter& fetch, const Asked& asked, const std::string_view (&texts)[3]) const;
  void begin_message(std::string& out);
  bool write_section(std::string& out, std::size_t end);
  bool write_fields(std::string& out, const FetchItem& item, const Piece& piece);
  Piece plan_piece(const FetchItem& item, const mime::Summary& summary) const;
  bool write_decoded(std::string& out, std::size_t end, const FetchItem& item, const Piece& piece);
  bool write_plain(std::string& out, std::size_t end, const FetchItem& item, const Piece& piece);
  bool write_measured(std::string& out, std::size_t end, const FetchItem& item, Extent body,
                      mime::TransferEncoding encoding);
  bool write_preview(std::string& out, const Piece& piece);
  store::Result<std::string> read_up_to(Extent extent, std::uint64_t most);
  bool read_piece(std::string& out, std::size_t end);
  bool give_up_message(std::string& out, store::Error error);

  store::Store& store_;
  const View& view_;
  const SequenceRanges& sequences_;
  const std::vector<std::uint32_t> told_;

  // --- the plan
  bool wants_uid_ = false;
  bool wants_flags_ = false;
  bool wants_date_ = false;
  bool wants_save_date_ = false;
  bool wants_size_ = false;
  bool wants_mod_seq_ = false;
  bool wants_email_id_ = false;
  bool wants_thread_id_ = false;
  const bool with_mod_seq_;
  const bool is_uid_only_;
  bool wants_text_[3] = {};  // envelope, body, body structure
  bool needs_summary_ = false;
  bool reads_texts_ = false;  // not only headers, so that message sizes say how much a batch is
  std::vector<const FetchItem*> sections_;
  std::vector<std::optional<mime::FieldNames>> field_names_;  // in step with sections_

  // --- how far we are
  std::size_t range_ = 0;
  std::uint32_t next_ = 0;  // in sequences_[range_]
  std::size_t next_told_ = 0;
  const store::Block* block_ = nullptr;  // the one that at() used last, and the number of its first message
  std::uint32_t block_first_ = 0;
  std::vector<Asked> gathered_;  // waiting for their summaries
  std::size_t gathered_at_ = 0;
  std::vector<Ready> ready_;
  std::size_t ready_at_ = 0;
  std::string texts_;
  std::vector<Piece> pieces_;
  std::string bytes_;

  // --- the message being written
  std::optional<FetchWriter> writer_;
  std::size_t section_ = 0;
  std::optional<std::size_t> message_mark_;  // where it begins in the output, if that is still there
  Extent literal_;                           // what is still to come of the literal begun
  std::optional<DecodedPart> decoded_;       // where that comes from, if not from the body as it is
  std::uint64_t measured_ = 0;               // bytes decoded in this turn only to know what comes of them

  bool has_missed_ = false;
  bool has_unknown_encoding_ = false;
  store::Error error_{};
  bool has_failed_ = false;
};

}  // namespace portreeve::imap
