#include "core/mime/known_fields.h"

#include <array>

#include "core/base/ascii.h"
#include "core/mime/header.h"

namespace portreeve::mime {
namespace {

struct Single {
  std::string_view name;
  KnownFields::Value KnownFields::* value;
};
constexpr auto kSingles = std::to_array<Single>({{"date", &KnownFields::date},
                                                 {"subject", &KnownFields::subject},
                                                 {"from", &KnownFields::from},
                                                 {"sender", &KnownFields::sender},
                                                 {"reply-to", &KnownFields::reply_to},
                                                 {"in-reply-to", &KnownFields::in_reply_to},
                                                 {"message-id", &KnownFields::message_id},
                                                 {"content-type", &KnownFields::content_type},
                                                 {"content-transfer-encoding", &KnownFields::transfer_encoding},
                                                 {"content-id", &KnownFields::content_id},
                                                 {"content-description", &KnownFields::description},
                                                 {"content-disposition", &KnownFields::disposition},
                                                 {"content-md5", &KnownFields::md5},
                                                 {"content-language", &KnownFields::language},
                                                 {"content-location", &KnownFields::location}});

struct List {
  std::string_view name;
  std::vector<std::string_view> KnownFields::* values;
};
constexpr auto kLists =
    std::to_array<List>({{"to", &KnownFields::to}, {"cc", &KnownFields::cc}, {"bcc", &KnownFields::bcc}});

}  // namespace

KnownFields known_fields(std::string_view header) {
  KnownFields known;
  FieldReader reader(header);
  for (Field field; reader.next(field);) {
    for (const Single& single : kSingles) {
      if (single.name.size() != field.name.size() || !base::equals_ignoring_case(single.name, field.name)) continue;
      auto& value = known.*single.value;
      if (!value) value = field.value;
      break;
    }
    for (const List& list : kLists) {
      if (base::equals_ignoring_case(list.name, field.name)) (known.*list.values).push_back(field.value);
    }
  }
  return known;
}

}  // namespace portreeve::mime
