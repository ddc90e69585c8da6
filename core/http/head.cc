#include "portcullis/core/http/head.h"

#include <algorithm>

#include "portcullis/core/http/text.h"

namespace portcullis::http {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::uint8_t kBlankLinesMax = 2;

bool is_target_byte(char c) noexcept { return c > ' ' && c <= '~' && c != '#'; }

/// Gives path and query of a request target, in origin form or as an absolute http(s) URI; empty when it is neither.
std::string target_of(std::string_view text) {
  if (!std::ranges::all_of(text, is_target_byte)) return {};
  if (text.starts_with('/')) return std::string(text);
  const std::string_view scheme = text.substr(0, text.find(':'));
  const bool http = same_ignoring_case(scheme, "http") || same_ignoring_case(scheme, "https");
  if (!http || !text.substr(scheme.size()).starts_with("://")) return {};
  const std::size_t host = scheme.size() + 3;
  const std::size_t path = std::min(text.find_first_of("/?", host), text.size());
  if (path == host) return {};
  const std::string_view rest = text.substr(path);
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

}  // namespace

Field FieldsView::operator[](std::size_t index) const noexcept {
  const auto [name, colon, end] = entries_[index];
  return {text_.substr(name, colon - name), trimmed(text_.substr(colon + 1, end - colon - 1))};
}

std::vector<std::string_view> FieldsView::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < size(); ++i)
    if (const Field field = (*this)[i]; same_ignoring_case(field.name, name)) values.push_back(field.value);
  return values;
}

std::optional<std::string_view> FieldsView::find(std::string_view name) const noexcept {
  const auto values = all(name);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::vector<std::string_view> FieldsView::elements(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const std::string_view value : all(name))
    std::ranges::copy_if(split(value, ','), std::back_inserter(found),
                         [](std::string_view one) { return !one.empty(); });
  return found;
}

bool FieldsView::lists(std::string_view name, std::string_view element) const {
  return std::ranges::any_of(elements(name), [&](std::string_view one) { return same_ignoring_case(one, element); });
}

bool FieldsView::repeats(std::initializer_list<std::string_view> names) const {
  return std::ranges::any_of(names, [&](std::string_view name) { return all(name).size() > 1; });
}

void append_field(std::string& head, const Field& field) {
  head.append(field.name).append(": ").append(field.value).append("\r\n");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted) ++i;
    if (i >= text.size() || quoted || text[i] != separator) continue;
    pieces.push_back(trimmed(text.substr(start, i - start)));
    start = i + 1;
  }
  pieces.push_back(trimmed(text.substr(start)));
  return pieces;
}

const Fault* HeadReader::feed(char byte) {
  if (text_.size() >= limits_->http_head_bytes_max) return &fault::kHeadTooLarge;
  const std::size_t at = text_.size() - line_at_;
  if (!started_ && kind_ == HeadKind::Response && at < kVersion.size() && byte != kVersion[at])
    return at < kVersion.find('1') ? &fault::kStatusLine : &fault::kStatusVersion;
  if (return_read_ && byte != '\n') return &fault::kFieldByte;
  if (!return_read_ && byte == '\n') return &fault::kLineEnd;
  if (byte != '\r' && byte != '\n') {
    if (!is_field_byte(byte)) return &fault::kFieldByte;
    const bool one_more = started_ && at == 0 && !is_space(byte);
    if (one_more && entries_.size() >= limits_->http_fields_max) return &fault::kHeadTooLarge;
    if (at >= limits_->http_line_bytes_max) return started_ ? &fault::kHeadTooLarge : &fault::kStartLineTooLong;
  }
  text_ += byte;
  return_read_ = byte == '\r';
  return byte == '\n' ? end_line() : nullptr;
}

const Fault* HeadReader::end_line() {
  const std::string_view line = std::string_view(text_).substr(line_at_, text_.size() - line_at_ - 2);
  const Fault* fault = nullptr;
  if (!started_) {
    // No line of a response gets here empty: its first byte is an H.
    started_ = !line.empty() || blank_lines_++ >= kBlankLinesMax;
    if (started_) fault = kind_ == HeadKind::Request ? read_request_line(line) : read_status_line(line);
  } else {
    complete_ = line.empty();
    if (!complete_) fault = read_field(line);
  }
  line_at_ = text_.size();
  return fault;
}

const Fault* HeadReader::read_status_line(std::string_view line) noexcept {
  constexpr std::size_t kWithoutReason = 12;  // HTTP/1.1 101
  const bool shaped = line.size() >= kWithoutReason && is_digit(line[7]) && line[8] == ' ' && line[9] >= '1' &&
                      line[9] <= '5' && is_digit(line[10]) && is_digit(line[11]) &&
                      (line.size() == kWithoutReason || line[kWithoutReason] == ' ');
  if (!shaped) return &fault::kStatusLine;
  minor_version_ = line[7] - '0';
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return nullptr;
}

const Fault* HeadReader::read_request_line(std::string_view line) {
  const std::size_t target = line.find(' ') + 1;
  const std::size_t version = target == 0 ? 0 : line.find(' ', target) + 1;
  if (version == 0 || version == target + 1 || !is_token(line.substr(0, target - 1))) return &fault::kRequestLine;
  const std::string_view v = line.substr(version);
  if (v.size() != 8 || !v.starts_with("HTTP/") || !is_digit(v[5]) || v[6] != '.' || !is_digit(v[7]))
    return &fault::kRequestLine;
  if (v[5] != '1' || v[7] == '0') return &fault::kRequestVersion;
  method_ = line.substr(0, target - 1);
  target_ = target_of(line.substr(target, version - target - 1));
  return target_.empty() ? &fault::kTarget : nullptr;
}

const Fault* HeadReader::read_field(std::string_view line) {
  const auto end = static_cast<std::uint32_t>(line_at_ + line.size());
  if (is_space(line.front())) {
    if (entries_.empty() || kind_ == HeadKind::Request) return &fault::kFieldFold;
    std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(line_at_) - 2, 2, ' ');
    entries_.back().end = end;
    return nullptr;
  }
  const std::string_view name = line.substr(0, line.find(':'));
  if (name.size() == line.size()) return &fault::kFieldName;
  if (!name.empty() && is_space(name.back())) return &fault::kFieldSpace;
  if (!is_token(name)) return &fault::kFieldName;
  entries_.push_back({static_cast<std::uint32_t>(line_at_), static_cast<std::uint32_t>(line_at_ + name.size()), end});
  return nullptr;
}

}  // namespace portcullis::http
