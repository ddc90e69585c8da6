#pragma once

#include "portcullis/core/http/head.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

/// Small ones, so that they are reached.
inline Limits http_limits() {
  Limits limits;
  limits.http_head_bytes_max = 600;
  limits.http_line_bytes_max = 150;
  limits.http_fields_max = 6;
  limits.http_body_bytes_max = 40;
  return limits;
}

/// Reads one head off the front of a text; says whether it was whole and good.
inline bool read_head(http::HeadReader& reader, std::string_view text) {
  for (const char byte : text) {
    if (reader.feed(byte) != nullptr) return false;
    if (reader.complete()) return true;
  }
  return false;
}

/// Writes the fields out and reads them again behind `start_line`.
inline void fields_survive(http::HeadKind kind, const http::HeadReader& first, const std::string& start_line) {
  std::string text = start_line + "\r\n";
  for (std::size_t i = 0; i < first.fields().size(); ++i) http::append_field(text, first.fields()[i]);
  const Limits limits;
  http::HeadReader second(kind, limits);
  must(read_head(second, text + "\r\n"), "a head that was read is not read again");
  must(second.fields().size() == first.fields().size(), "the number of fields");
  for (std::size_t i = 0; i < first.fields().size(); ++i) {
    must(second.fields()[i].name == first.fields()[i].name, "a field's name");
    must(second.fields()[i].value == first.fields()[i].value, "a field's value");
  }
  must(second.status() == first.status() && second.minor_version() == first.minor_version(), "the status line");
  must(second.method() == first.method() && second.target() == first.target(), "the request line");
}

}  // namespace portcullis::fuzz
