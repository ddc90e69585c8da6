#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/http/fault.h"
#include "portcullis/core/limits.h"

namespace portcullis::http {

/// A field of an HTTP head, or one that the caller adds to ours.
struct Field {
  std::string_view name;
  std::string_view value;
};

/// The fields of a head in their order. Names are looked up without regard to ASCII case; values are trimmed.
class FieldsView {
 public:
  /// Where a field lies in the head; its name ends at the colon.
  struct Entry {
    std::uint32_t name, colon, end;
  };

  FieldsView() = default;
  FieldsView(std::string_view text, std::span<const Entry> entries) noexcept : text_(text), entries_(entries) {}

  std::size_t size() const noexcept { return entries_.size(); }
  Field operator[](std::size_t index) const noexcept;
  /// Gives the values of all fields of that name.
  std::vector<std::string_view> all(std::string_view name) const;
  /// Gives the value of the first of them.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// Gives the elements of a list field over all its lines, without the empty ones. Source: WS-HT-11.
  std::vector<std::string_view> elements(std::string_view name) const;
  /// Says whether one of the names occurs more than once.
  bool repeats(std::initializer_list<std::string_view> names) const;
  /// Says whether a list field has the element, whatever its letter case.
  bool lists(std::string_view name, std::string_view element) const;

 private:
  std::string_view text_;
  std::span<const Entry> entries_;
};

/// Puts a field line at the end of a head. The caller has checked both parts.
void append_field(std::string& head, const Field& field);

/// Splits at a separator that stands outside quoted strings; the pieces are trimmed and may be empty.
std::vector<std::string_view> split(std::string_view text, char separator);

enum class HeadKind : std::uint8_t { Request, Response, Trailer };

/// Reads one HTTP/1.1 head, or the trailer of a chunked body, a byte at a time.
///
/// Errors:   a broken rule comes at the first byte that makes it certain, a limit before the byte over it is kept.
/// Source:   RFC 9112 sections 2 to 5; requirements WS-HT-1 to WS-HT-13, WS-HT-22.
class HeadReader {
 public:
  HeadReader(HeadKind kind, const Limits& limits) noexcept
      : limits_(&limits), kind_(kind), started_(kind == HeadKind::Trailer) {}

  const Fault* feed(char byte);
  bool complete() const noexcept { return complete_; }

  FieldsView fields() const noexcept { return {text_, entries_}; }
  int status() const noexcept { return status_; }  ///< 0 before the status line is read
  int minor_version() const noexcept { return minor_version_; }
  const std::string& method() const noexcept { return method_; }  ///< empty before the request line is read
  const std::string& target() const noexcept { return target_; }  ///< path and query

 private:
  const Fault* end_line();
  const Fault* read_status_line(std::string_view line) noexcept;
  const Fault* read_request_line(std::string_view line);
  const Fault* read_field(std::string_view line);

  const Limits* limits_;
  std::string text_;         ///< the head as it came, but for folds
  std::size_t line_at_ = 0;  ///< where the line at hand starts in it
  std::vector<FieldsView::Entry> entries_;
  std::string method_;
  std::string target_;
  int status_ = 0;
  int minor_version_ = 0;
  HeadKind kind_;
  std::uint8_t blank_lines_ = 0;
  bool started_;
  bool return_read_ = false;
  bool complete_ = false;
};

}  // namespace portcullis::http
