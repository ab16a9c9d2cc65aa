#include "core/mime/content.h"

#include "core/base/ascii.h"
#include "core/mime/lexer.h"
#include "core/mime/parameters.h"
#include "core/mime/print.h"

namespace portreeve::mime {
namespace {

void print_parameters(std::string& out, const Parameters& parameters) {
  if (parameters.empty()) {
    out += "NIL";
    return;
  }
  char before = '(';
  for (const Parameter& parameter : parameters) {
    out += before;
    print_string(out, parameter.name);
    out += ' ';
    print_string(out, parameter.value);
    before = ' ';
  }
  out += ')';
}

void print_disposition(std::string& out, KnownFields::Value value) {
  auto disposition = value ? parse_disposition(*value) : std::nullopt;
  if (!disposition) {
    out += "NIL";
    return;
  }
  out += '(';
  print_string(out, disposition->kind);
  out += ' ';
  print_parameters(out, disposition->parameters);
  out += ')';
}

// Content-Language: tags divided by commas (RFC 3282 §2).
void print_language(std::string& out, KnownFields::Value value) {
  Lexer lexer(value.value_or(""));
  char before = '(';
  while (!lexer.at_end()) {
    std::string tag = lexer.until(",");
    if (!lexer.at_end()) lexer.take();
    if (tag.empty()) continue;
    out += before;
    print_string(out, tag);
    before = ' ';
  }
  out += before == '(' ? "NIL" : ")";
}

void print_tail(std::string& out, const KnownFields& fields) {
  out += ' ';
  print_disposition(out, fields.disposition);
  out += ' ';
  print_language(out, fields.language);
  out += ' ';
  print_field(out, fields.location);
}

// A leaf's type and what follows it up to the encoding.
std::string leaf_fields(const ContentType& type, const KnownFields& fields) {
  std::string out;
  out.reserve(96);
  print_string(out, type.type);
  out += ' ';
  print_string(out, type.subtype);
  out += ' ';
  print_parameters(out, type.parameters);
  out += ' ';
  print_field(out, fields.content_id);
  out += ' ';
  print_field(out, fields.description);
  out += ' ';
  Lexer lexer(fields.transfer_encoding.value_or(""));
  std::string encoding = lexer.until(";");
  print_string(out, encoding.empty() ? "7bit" : encoding);
  return out;
}

std::string leaf_extension(const KnownFields& fields) {
  std::string out = " ";
  print_field(out, fields.md5);
  print_tail(out, fields);
  return out;
}

ContentType default_type(bool in_digest) {
  if (in_digest) return {.type = "message", .subtype = "rfc822", .parameters = {}};
  return {.type = "text", .subtype = "plain", .parameters = {{"charset", "us-ascii"}}};
}

std::string boundary_of(const ContentType& type) {
  const std::string* raw = find_parameter(type.parameters, "boundary");
  std::string boundary = raw ? *raw : decoded_parameter(type.parameters, "boundary").value_or("");
  while (!boundary.empty() && base::is_space(boundary.back())) boundary.pop_back();
  return boundary;
}

}  // namespace

Content read_content(const KnownFields& fields, bool in_digest) {
  auto type = fields.content_type ? parse_content_type(*fields.content_type) : std::nullopt;
  Content content;
  if (type && type->is("multipart", "*")) content.boundary = boundary_of(*type);
  // RFC 2045 §5.2: what is invalid is plain text, and a multipart without a boundary is.
  bool is_valid = type && !(type->is("multipart", "*") && content.boundary.empty());
  if (!is_valid) type = default_type(in_digest && !fields.content_type);
  if (type->is("multipart", "*")) {
    content.kind = Content::Kind::multipart;
    content.is_digest = type->is("multipart", "digest");
    print_string(content.fields, type->subtype);
    content.extension = " ";
    print_parameters(content.extension, type->parameters);
    print_tail(content.extension, fields);
    return content;
  }
  if (type->is("message", "rfc822")) {
    content.kind = Content::Kind::message;
  } else if (type->is("message", "global")) {
    content.kind = Content::Kind::message;
    content.is_global = true;
  } else if (!type->is("text", "*")) {
    content.kind = Content::Kind::basic;
  }
  content.fields = leaf_fields(*type, fields);
  content.extension = leaf_extension(fields);
  return content;
}

void make_opaque(Content& content, const KnownFields& fields) {
  ContentType type{.type = "application", .subtype = "octet-stream", .parameters = {}};
  content = {.kind = Content::Kind::basic,
             .boundary = {},
             .fields = leaf_fields(type, fields),
             .extension = leaf_extension(fields)};
}

}  // namespace portreeve::mime
