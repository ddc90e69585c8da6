#include "portcullis/core/websocket/http.h"

#include <algorithm>

#include "portcullis/core/websocket/text.h"

namespace portcullis::websocket {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::uint8_t kBlankLinesMax = 2;

/// Gives path and query of a request target, in origin form or as an absolute http(s) URI; empty when it is neither.
std::string target_of(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '#'; })) return {};
  if (text.starts_with('/')) return std::string(text);
  const std::size_t scheme = text.find("://");
  const std::string_view name = text.substr(0, scheme);
  if (scheme == std::string_view::npos || !(same_ignoring_case(name, "http") || same_ignoring_case(name, "https"))) return {};
  const std::size_t path = text.find_first_of("/?", scheme + 3);
  if (path == scheme + 3) return {};
  const std::string_view rest = path == std::string_view::npos ? std::string_view{} : text.substr(path);
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

}  // namespace

Field FieldsView::operator[](std::size_t index) const noexcept {
  const Entry& entry = entries_[index];
  return {text_.substr(entry.name, entry.value - entry.name), trimmed(text_.substr(entry.value, entry.end - entry.value))};
}

std::size_t FieldsView::count(std::string_view name) const noexcept {
  std::size_t found = 0;
  for (std::size_t i = 0; i < size(); ++i) found += same_ignoring_case((*this)[i].name, name) ? 1 : 0;
  return found;
}

std::optional<std::string_view> FieldsView::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < size(); ++i)
    if (const Field field = (*this)[i]; same_ignoring_case(field.name, name)) return field.value;
  return std::nullopt;
}

std::vector<std::string_view> FieldsView::elements(std::string_view name) const {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < size(); ++i)
    if (const Field field = (*this)[i]; same_ignoring_case(field.name, name))
      for (const std::string_view piece : split(field.value, ','))
        if (!piece.empty()) found.push_back(piece);
  return found;
}

bool FieldsView::lists(std::string_view name, std::string_view element) const {
  return std::ranges::any_of(elements(name), [&](std::string_view one) { return same_ignoring_case(one, element); });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == separator && !quoted)) {
      pieces.push_back(trimmed(text.substr(start, i - start)));
      start = i + 1;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '\\' && quoted && i + 1 < text.size()) {
      ++i;
    }
  }
  return pieces;
}

const Fault* LineReader::feed(char byte, const Fault& too_long) {
  if (return_read_) {
    complete_ = byte == '\n';
    return complete_ ? nullptr : &fault::kFieldByte;
  }
  if (byte == '\n') return &fault::kLineEnd;
  return_read_ = byte == '\r';
  if (return_read_) return nullptr;
  if (!is_field_byte(byte)) return &fault::kFieldByte;
  if (text_.size() >= bytes_max_) return &too_long;
  text_ += byte;
  return nullptr;
}

void LineReader::restart() noexcept {
  text_.clear();
  return_read_ = complete_ = false;
}

const Fault* HeadReader::feed(char byte) {
  if (bytes_++ >= limits_->http_head_bytes_max) return &fault::kHeadTooLarge;
  const bool starting = !started_ && kind_ != HeadKind::Trailer;
  const std::size_t at = line_.text().size();
  if (starting && kind_ == HeadKind::Response && at < kVersion.size() && byte != kVersion[at])
    return at < kVersion.find('1') ? &fault::kStatusLine : &fault::kStatusVersion;
  if (const Fault* const fault = line_.feed(byte, starting ? fault::kStartLineTooLong : fault::kHeadTooLarge)) return fault;
  if (!line_.complete()) return nullptr;
  const Fault* const fault = end_line();
  line_.restart();
  return fault;
}

const Fault* HeadReader::end_line() {
  const std::string_view line = line_.text();
  if (!started_ && kind_ != HeadKind::Trailer) {
    if (line.empty() && blank_lines_++ < kBlankLinesMax) return nullptr;  // never so in a response: its first byte is H
    started_ = true;
    return kind_ == HeadKind::Request ? read_request_line(line) : read_status_line(line);
  }
  complete_ = line.empty();
  if (complete_) return nullptr;
  return is_space(line.front()) ? unfold(line) : read_field(line);
}

const Fault* HeadReader::read_status_line(std::string_view line) noexcept {
  // HTTP/1.1 101 Reason
  constexpr std::size_t kBare = 12;
  const bool shaped = line.size() >= kBare && is_digit(line[7]) && line[8] == ' ' && line[9] >= '1' && line[9] <= '5' &&
                      is_digit(line[10]) && is_digit(line[11]) && (line.size() == kBare || line[kBare] == ' ');
  if (!shaped) return &fault::kStatusLine;
  minor_version_ = line[7] - '0';
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return nullptr;
}

const Fault* HeadReader::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || !is_token(line.substr(0, first))) return &fault::kRequestLine;
  const std::string_view version = line.substr(second + 1);
  const bool shaped = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
                      is_digit(version[7]);
  if (!shaped || second == first + 1) return &fault::kRequestLine;
  if (version[5] != '1' || version[7] == '0') return &fault::kRequestVersion;
  if (line.substr(0, first) != "GET") return &fault::kMethod;
  target_ = target_of(line.substr(first + 1, second - first - 1));
  return target_.empty() ? &fault::kTarget : nullptr;
}

const Fault* HeadReader::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon != std::string_view::npos && !name.empty() && is_space(name.back())) return &fault::kFieldSpace;
  if (colon == std::string_view::npos || !is_token(name)) return &fault::kFieldName;
  if (entries_.size() >= limits_->http_fields_max) return &fault::kHeadTooLarge;
  const auto at = static_cast<std::uint32_t>(text_.size());
  text_.append(name).append(line.substr(colon + 1));
  entries_.push_back({at, at + static_cast<std::uint32_t>(colon), static_cast<std::uint32_t>(text_.size())});
  return nullptr;
}

const Fault* HeadReader::unfold(std::string_view line) {
  if (entries_.empty() || kind_ == HeadKind::Request) return &fault::kFieldFold;
  text_.append(" ").append(trimmed(line));
  entries_.back().end = static_cast<std::uint32_t>(text_.size());
  return nullptr;
}

}  // namespace portcullis::websocket
