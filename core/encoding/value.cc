#include "portcullis/core/encoding/value.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "portcullis/core/encoding/etf_term.h"
#include "portcullis/core/encoding/json_string.h"
#include "portcullis/core/encoding/json_walk.h"

namespace portcullis::encoding {
namespace {

struct Finder {
  std::string_view wanted;
  ValueView answer{};
  bool matches = false;

  void key(std::string_view inside) noexcept { matches = equals_unescaped(inside, wanted); }
  void value(ValueView value) noexcept {
    if (matches) answer = value;
  }
  void root(ValueView) noexcept {}
};

template <typename Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

/// The inside of a string; nothing when, in JSON, the text is not even put in quotes, or in ETF it is not UTF-8.
std::optional<std::string_view> inside(ValueView value) noexcept {
  const std::string_view raw = value.raw;
  if (value.kind != ValueKind::String) return {};
  if (value.encoding == Encoding::Etf) return etf_text(raw);
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  return raw.substr(1, raw.size() - 2);
}

ValueView find_etf(std::string_view map, std::string_view wanted) noexcept {
  ValueView answer;
  EtfWalk walk(map, kNestingMax, SIZE_MAX);
  const char* const end = walk.members(map.data(), [&](std::string_view key, std::string_view value) {
    std::array<char, 24> buffer;
    if (etf_key(key, buffer) == wanted) answer = etf_value(value);
  });
  return end == walk.end() ? answer : ValueView{};
}

/// The integer of a Number, if the type can hold it.
template <typename Number>
std::optional<Number> integer(ValueView value) noexcept {
  if (value.encoding == Encoding::Json) return whole_number<Number>(value.raw);
  const auto number = etf_integer(value.raw);
  if (!number) return {};
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  constexpr std::uint64_t kMostBelow = std::is_signed_v<Number> ? kMost + 1 : 0;
  if (number->magnitude > (number->negative ? kMostBelow : kMost)) return {};
  return static_cast<Number>(number->negative ? 0 - number->magnitude : number->magnitude);
}

}  // namespace

ValueView find(ValueView map, std::string_view key) noexcept {
  if (map.kind != ValueKind::Map) return {};
  if (map.encoding == Encoding::Etf) return find_etf(map.raw, key);
  Finder finder{key};
  Walk<Finder> walk(map.raw, kNestingMax, finder);
  return walk.run<false>() ? finder.answer : ValueView{};
}

std::optional<std::int64_t> as_integer(ValueView value) noexcept {
  return value.kind == ValueKind::Number ? integer<std::int64_t>(value) : std::nullopt;
}

std::optional<std::uint64_t> as_snowflake(ValueView value) noexcept {
  if (value.kind == ValueKind::Number) return integer<std::uint64_t>(value);
  const auto digits = inside(value);
  return digits ? whole_number<std::uint64_t>(*digits) : std::nullopt;
}

std::optional<bool> as_boolean(ValueView value) noexcept {
  if (value.kind != ValueKind::True && value.kind != ValueKind::False) return {};
  return value.kind == ValueKind::True;
}

std::optional<double> as_number(ValueView value) noexcept {
  if (value.kind != ValueKind::Number) return {};
  return value.encoding == Encoding::Etf ? etf_number(value.raw) : whole_number<double>(value.raw);
}

std::optional<std::string_view> as_string(ValueView value, std::vector<char>& scratch) noexcept {
  const auto text = inside(value);
  if (!text || value.encoding == Encoding::Etf || text->find('\\') == std::string_view::npos) return text;
  return unescape(*text, scratch);
}

}  // namespace portcullis::encoding
