#include "protocols/smtp/submission_header.h"

#include <utility>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/address.h"
#include "core/mime/charset.h"
#include "core/mime/header.h"

namespace portreeve::smtp {
namespace {

bool has_blank_line(std::string_view block) {
  return block == "\n" || block == "\r\n" || block.ends_with("\n\n") || block.ends_with("\n\r\n");
}

class Examination {
 public:
  SubmittedHeader result;

  void take(const mime::Field& field) {
    if (base::equals_ignoring_case(field.name, "From")) {
      result.has_from = true;
      take_mailboxes(field.value, result.authors);
    } else if (base::equals_ignoring_case(field.name, "Sender")) {
      result.has_sender = true;
      take_mailboxes(field.value, result.senders);
    } else if (base::equals_ignoring_case(field.name, "Resent-From")) {
      result.has_resent_from = true;
      take_mailboxes(field.value, result.resent_authors);
    }
  }

 private:
  void take_mailboxes(std::string_view value, std::vector<Path>& mailboxes) {
    mime::AddressReader reader(value);
    for (mime::Address address; reader.next(address);) {
      if (address.kind != mime::Address::Kind::mailbox) continue;
      if (count_ == kMaxAuthors) {
        result.has_too_many = true;
        return;
      }
      ++count_;
      mailboxes.push_back({std::move(address.local), std::move(address.domain)});
    }
  }

  std::size_t count_ = 0;
};

}  // namespace

SubmittedHeader examine_submission(std::string_view header) {
  Examination examination;
  mime::FieldReader reader(header);
  for (mime::Field field; reader.next(field);) examination.take(field);
  const std::string_view block = mime::header_block(header);
  if (!mime::is_ascii(block)) {
    examination.result.is_utf8 = base::is_utf8(block);
    examination.result.has_bad_bytes = !examination.result.is_utf8;
  }
  return std::move(examination.result);
}

std::string complete_submission(std::string_view header, std::string_view date, std::string_view message_id) {
  std::string kept;
  kept.reserve(header.size() + 2);
  bool has_date = false;
  bool has_message_id = false;
  std::size_t done = 0;
  mime::FieldReader reader(header);
  for (mime::Field field; reader.next(field);) {
    has_date = has_date || base::equals_ignoring_case(field.name, "Date");
    has_message_id = has_message_id || base::equals_ignoring_case(field.name, "Message-ID");
    if (!base::equals_ignoring_case(field.name, "Bcc") && !base::equals_ignoring_case(field.name, "Resent-Bcc")) {
      continue;
    }
    const auto begin = static_cast<std::size_t>(field.raw.data() - header.data());
    kept.append(header.substr(done, begin - done));
    done = begin + field.raw.size();
  }
  kept.append(header.substr(done));
  if (!has_blank_line(mime::header_block(header))) {
    if (!kept.empty() && !kept.ends_with('\n')) kept.append("\r\n");
    kept.append("\r\n");
  }

  std::string out;
  if (!has_date) out.append("Date: ").append(date).append("\r\n");
  if (!has_message_id) out.append("Message-ID: ").append(message_id).append("\r\n");
  return out.append(kept);
}

}  // namespace portreeve::smtp
