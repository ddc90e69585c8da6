#include "portcullis/core/encoding/etf_term.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include "portcullis/core/websocket/utf8.h"

namespace portcullis::encoding {
namespace {

Requirement requirement(Errc code) noexcept {
  switch (code) {
    case Errc::EtfTag: return req::GW_ETF_11;
    case Errc::EtfDepth: return req::LOCAL_15;
    case Errc::EtfLength: return req::LOCAL_33;
    case Errc::EtfTrailing: return req::GW_ENV_20;
    case Errc::EtfUtf8: return req::GW_ETF_15;
    case Errc::EtfInteger: return req::LOCAL_32;
    case Errc::EtfKey: return req::LOCAL_34;
    default: return req::GW_ENC_5;
  }
}

/// What lies behind the head of a term that is all of `bytes` and has nothing inside; nothing where that is not so.
std::optional<std::string_view> content(std::string_view bytes) noexcept {
  const Term term = term_at(bytes.data(), bytes.data() + bytes.size());
  const bool fits = term.shape.way != Way::Into && term.shape.way != Way::Refuse && term.size() == bytes.size();
  return fits ? std::optional(bytes.substr(term.shape.head)) : std::nullopt;
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::optional<EtfInteger> big(bool negative, std::string_view digits) noexcept {
  if (digits.size() > 8) return {};
  EtfInteger value{negative, 0, digits.size() > 4};
  for (std::size_t i = digits.size(); i != 0; --i)
    value.magnitude = value.magnitude << 8 | static_cast<unsigned char>(digits[i - 1]);
  return value;
}

std::optional<double> finite(double number) noexcept {
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// The old form of floats: text as printf's %.20e writes it, made up to 31 bytes with zeros.
std::optional<double> old_float(std::string_view text) noexcept {
  const std::string_view padding = text.substr(std::min(text.find('\0'), text.size()));
  text.remove_suffix(padding.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return padding.find_first_not_of('\0') == std::string_view::npos ? finite(number) : std::nullopt;
}

}  // namespace

const char* EtfWalk::fail(const char* at, Errc code) noexcept {
  const bool limit = code == Errc::EtfDepth || code == Errc::EtfLength;
  fault_ = {code, limit ? Blame::Limit : Blame::Peer, static_cast<std::uint64_t>(at - begin_), requirement(code)};
  return nullptr;
}

bool EtfWalk::leads_too_far(const char* at, std::uint64_t size) const noexcept {
  return size > bytes_max_ - std::min<std::uint64_t>(bytes_max_, static_cast<std::uint64_t>(at - begin_));
}

/// A term that needs more bytes than there are: it goes on in what is still to come, unless that could never be.
const char* EtfWalk::cut(const char* at, std::uint64_t size) noexcept {
  return leads_too_far(at, size) ? fail(at, Errc::EtfLength) : incomplete();
}

/// Goes into a list, tuple or map. What is inside takes a byte a term at least, and is met one by one.
const char* EtfWalk::enter(const char* at, const Term& term, std::size_t depth) noexcept {
  const std::uint64_t size = term.shape.head + (term.length << (term.tag == Tag::Map ? 1 : 0));
  const auto room = static_cast<std::uint64_t>(end_ - at);
  if (size > room && (room < term.shape.head || leads_too_far(at, size))) return cut(at, size);
  return depth < depth_max_ ? at + term.shape.head : fail(at, Errc::EtfDepth);
}

const char* EtfWalk::tail(const char* at) noexcept {
  if (at == end_) return incomplete();
  return static_cast<Tag>(*at) == Tag::Nil ? at + 1 : fail(at, Errc::EtfTail);
}

const char* EtfWalk::skip(const char* at, std::size_t depth) noexcept {
  std::uint64_t left = 2;  // twice the terms still to come at this level; one more in a list, which ends with a tail
  const std::size_t outermost = depth;
  for (;;) {
    const Term term = term_at(at, end_);
    const auto room = static_cast<std::uint64_t>(end_ - at);
    left -= 2;
    if (term.shape.way == Way::Into) {
      at = enter(at, term, depth);
      if (at == nullptr) return nullptr;
      left_[depth++] = left;
      left = term.length << (term.tag == Tag::Map ? 2 : 1) | (term.tag == Tag::List ? 1 : 0);
    } else {
      if (term.shape.way == Way::Refuse) return at == end_ ? incomplete() : fail(at, Errc::EtfTag);
      if (term.size() > room) return cut(at, term.size());
      if (term.shape.way == Way::Float && !etf_number({at, term.shape.head})) return fail(at, Errc::EtfNumber);
      at += term.size();
    }
    while (left < 2) {
      if (left == 1 && (at = tail(at)) == nullptr) return nullptr;
      if (depth == outermost) return at;
      left = left_[--depth];
    }
  }
}

ValueView etf_value(std::string_view term) noexcept {
  const Term first = term_at(term.data(), term.data() + term.size());
  ValueKind kind = first.shape.kind;
  if (kind == ValueKind::String && first.tag != Tag::Binary) {
    const std::string_view name = content(term).value_or(std::string_view());
    if (name == "nil") kind = ValueKind::Null;
    if (name == "true") kind = ValueKind::True;
    if (name == "false") kind = ValueKind::False;
  }
  return {kind, term, Encoding::Etf};
}

std::optional<EtfInteger> etf_integer(std::string_view term) noexcept {
  const auto inside = content(term);
  if (!inside) return {};
  switch (static_cast<Tag>(term.front())) {
    case Tag::SmallInteger: return EtfInteger{false, big_endian(term.substr(1))};
    case Tag::Integer: {
      const auto value = std::int64_t{static_cast<std::int32_t>(big_endian(term.substr(1)))};
      return EtfInteger{value < 0, static_cast<std::uint64_t>(value < 0 ? -value : value)};
    }
    case Tag::SmallBig: return big(term[2] != 0, *inside);
    case Tag::LargeBig: return big(term[5] != 0, *inside);
    default: return {};
  }
}

std::optional<double> etf_number(std::string_view term) noexcept {
  if (!content(term)) return {};
  const auto tag = static_cast<Tag>(term.front());
  if (tag == Tag::NewFloat) return finite(std::bit_cast<double>(big_endian(term.substr(1))));
  if (tag == Tag::OldFloat) return old_float(term.substr(1));
  const auto integer = etf_integer(term);
  if (!integer) return {};
  const auto magnitude = static_cast<double>(integer->magnitude);
  return integer->negative ? -magnitude : magnitude;
}

std::optional<std::string_view> etf_text(std::string_view term) noexcept {
  const auto inside = content(term);
  if (!inside || kShapes[static_cast<unsigned char>(term.front())].kind != ValueKind::String) return {};
  const auto bytes = std::as_bytes(std::span{inside->data(), inside->size()});
  return websocket::find_bad_utf8(bytes) == websocket::Utf8::kNone ? inside : std::nullopt;
}

std::string_view digits(EtfInteger value, std::array<char, 24>& buffer) noexcept {
  char* const begin = buffer.data();
  *begin = '-';
  const auto written = std::to_chars(begin + 1, begin + buffer.size(), value.magnitude);
  const bool minus = value.negative && value.magnitude != 0;
  return {minus ? begin : begin + 1, written.ptr};
}

std::optional<std::string_view> etf_key(std::string_view term, std::array<char, 24>& buffer) noexcept {
  const auto inside = content(term);
  if (inside && kShapes[static_cast<unsigned char>(term.front())].kind == ValueKind::String) return inside;
  const auto number = etf_integer(term);
  return number ? std::optional(digits(*number, buffer)) : std::nullopt;
}

}  // namespace portcullis::encoding
