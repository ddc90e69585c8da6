#include "portcullis/core/encoding/value.h"

#include <charconv>

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

/// The inside of a string; nothing when the text is not even put in quotes.
std::optional<std::string_view> inside(ValueView value) noexcept {
  const std::string_view raw = value.raw;
  if (value.kind != ValueKind::String || raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return {};
  return raw.substr(1, raw.size() - 2);
}

}  // namespace

ValueView find(ValueView map, std::string_view key) noexcept {
  Finder finder{key};
  if (map.kind != ValueKind::Map) return {};
  Walk<Finder> walk(map.raw, kNestingMax, finder);
  return walk.run<false>() ? finder.answer : ValueView{};
}

std::optional<std::int64_t> as_integer(ValueView value) noexcept {
  return value.kind == ValueKind::Number ? whole_number<std::int64_t>(value.raw) : std::nullopt;
}

std::optional<std::uint64_t> as_snowflake(ValueView value) noexcept {
  if (value.kind == ValueKind::Number) return whole_number<std::uint64_t>(value.raw);
  const auto digits = inside(value);
  return digits ? whole_number<std::uint64_t>(*digits) : std::nullopt;
}

std::optional<bool> as_boolean(ValueView value) noexcept {
  if (value.kind != ValueKind::True && value.kind != ValueKind::False) return {};
  return value.kind == ValueKind::True;
}

std::optional<double> as_number(ValueView value) noexcept {
  return value.kind == ValueKind::Number ? whole_number<double>(value.raw) : std::nullopt;
}

std::optional<std::string_view> as_string(ValueView value, std::vector<char>& scratch) noexcept {
  const auto text = inside(value);
  if (!text || text->find('\\') == std::string_view::npos) return text;
  return unescape(*text, scratch);
}

}  // namespace portcullis::encoding
