#include "core/mime/tree.h"

#include <utility>

namespace portreeve::mime {

std::size_t Tree::add(std::int32_t parent, std::uint32_t number, std::uint64_t offset) {
  Part part;
  part.parent = parent;
  part.number = number;
  part.header_begin = part.body_begin = part.body_end = offset;
  parts_.push_back(part);
  nodes_.emplace_back();
  return parts_.size() - 1;
}

void Tree::set_content(std::size_t index, Content content) {
  kept_bytes_ += content.fields.size() + content.extension.size();
  if (kept_bytes_ > kMaxKeptBytes) {
    KnownFields nothing;
    Content::Kind kind = content.kind;
    if (kind == Content::Kind::multipart) {
      content.fields = "\"mixed\"";
      content.extension = " NIL NIL NIL NIL";
    } else if (kind == Content::Kind::message) {
      bool is_global = content.is_global;
      content = read_content(nothing, true);
      content.is_global = is_global;
    } else if (kind == Content::Kind::text) {
      content = read_content(nothing, false);
    } else {
      make_opaque(content, nothing);
    }
  }
  parts_[index].is_message = content.kind == Content::Kind::message;
  parts_[index].is_multipart = content.kind == Content::Kind::multipart;
  nodes_[index].content = std::move(content);
}

void Tree::set_envelope(std::size_t index, std::string envelope) {
  kept_bytes_ += envelope.size();
  if (kept_bytes_ > kMaxKeptBytes) envelope = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
  nodes_[index].envelope = std::move(envelope);
}

std::size_t Tree::print(std::size_t index, bool with_extension, std::string& out) const {
  const Part& part = parts_[index];
  const Node& node = nodes_[index];
  const Content& content = node.content;
  std::size_t next = index + 1;
  out += '(';
  if (content.kind == Content::Kind::multipart) {
    while (next < parts_.size() && parts_[next].parent == static_cast<std::int32_t>(index)) {
      next = print(next, with_extension, out);
    }
    out += ' ';
    out += content.fields;
  } else {
    out += content.fields;
    out += ' ';
    out += std::to_string(part.body_end - part.body_begin);
    // RFC 3501 knows the long form for message/rfc822 only; message/global is any other type to it.
    bool is_long = content.kind == Content::Kind::message && !content.is_global;
    if (is_long) {
      out.append(" ").append(nodes_[next].envelope).append(" ");
      next = print(next, with_extension, out);
    }
    while (next < parts_.size() && parts_[next].parent >= static_cast<std::int32_t>(index)) ++next;
    if (is_long || content.kind == Content::Kind::text) out.append(" ").append(std::to_string(node.lines));
  }
  if (with_extension) out += content.extension;
  out += ')';
  return next;
}

void Tree::finish(Summary& summary) {
  summary.envelope = std::move(nodes_.front().envelope);
  print(0, false, summary.body);
  print(0, true, summary.body_structure);
  summary.parts = std::move(parts_);
}

}  // namespace portreeve::mime
