#include "portcullis/oracle/mock/etf.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace portcullis::mock {
namespace {

using nlohmann::json;

constexpr char kVersion = '\x83';
constexpr std::size_t kAtomBytesMax = 255;

// ---- Writing

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool plain = text == "0" || (!text.empty() && text.front() != '0');
  if (!plain || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool names_id(std::string_view key) { return key == "id" || key.ends_with("_id"); }
bool names_ids(std::string_view key) { return key.ends_with("_ids") || key.ends_with("roles") || key == "not_found"; }

class Writer {
 public:
  std::string payload(const json& tree) {
    out_ = kVersion;
    put(tree, "");
    return std::move(out_);
  }

 private:
  void big_endian(std::uint64_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out_ += static_cast<char>(number >> shift);
  }
  void head(char tag, std::uint64_t number, int bytes) {
    out_ += tag;
    big_endian(number, bytes);
  }
  void atom(std::string_view name) {
    head('d', name.size(), 2);
    out_ += name;
  }
  void binary(std::string_view text) {
    head('m', text.size(), 4);
    out_ += text;
  }
  void big(bool negative, std::uint64_t magnitude) {
    std::string digits;
    for (; magnitude != 0; magnitude >>= 8) digits += static_cast<char>(magnitude);
    head('n', digits.size(), 1);
    out_ += negative ? '\1' : '\0';
    out_ += digits;
  }
  void integer(const json& number) {
    if (number.is_number_unsigned() && number.get<std::uint64_t>() > INT64_MAX)
      return big(false, number.get<std::uint64_t>());
    const auto value = number.get<std::int64_t>();
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0 && value <= 255) return head('a', bits, 1);
    if (value >= INT32_MIN && value <= INT32_MAX) return head('b', bits, 4);
    big(value < 0, value < 0 ? 0 - bits : bits);
  }
  void text(const std::string& text, std::string_view key) {
    const auto id = names_id(key) || names_ids(key) ? decimal(text) : std::nullopt;
    if (id) return *id <= 255 ? head('a', *id, 1) : big(false, *id);
    binary(text);
  }
  static bool is_byte(const json& value) { return value.is_number_unsigned() && value.get<std::uint64_t>() <= 255; }
  void list(const json& list, std::string_view key) {
    if (list.empty()) return out_.push_back('j');
    if (list.size() <= UINT16_MAX && std::ranges::all_of(list, is_byte)) {
      head('k', list.size(), 2);
      for (const json& byte : list) out_ += static_cast<char>(byte.get<unsigned>());
      return;
    }
    head('l', list.size(), 4);
    for (const json& one : list) put(one, names_ids(key) ? key : std::string_view());
    out_ += 'j';
  }
  void map(const json& map, bool top) {
    head('t', map.size(), 4);
    for (const auto& [key, value] : map.items()) {
      decimal(key) || key.size() > kAtomBytesMax ? binary(key) : atom(key);
      const bool name = top && key == "t" && value.is_string() && value.get_ref<const std::string&>().size() <= 255;
      name ? atom(value.get_ref<const std::string&>()) : put(value, key);
    }
  }
  void put(const json& value, std::string_view key) {
    const bool top = out_.size() == 1;
    switch (value.type()) {
      case json::value_t::object: return map(value, top);
      case json::value_t::array: return list(value, key);
      case json::value_t::string: return text(value.get_ref<const std::string&>(), key);
      case json::value_t::boolean: return atom(value.get<bool>() ? "true" : "false");
      case json::value_t::number_float: return head('F', std::bit_cast<std::uint64_t>(value.get<double>()), 8);
      case json::value_t::number_integer:
      case json::value_t::number_unsigned: return integer(value);
      default: return atom("nil");
    }
  }

  std::string out_;
};

// ---- Reading

/// The payload is not one that the gateway decodes.
struct Refused : std::runtime_error {
  Refused() : std::runtime_error("undecodable") {}
};

class Reader {
 public:
  Reader(std::string_view bytes, int nesting_max) : rest_(bytes), levels_left_(nesting_max) {}

  json payload() {
    if (take(1).front() != kVersion) throw Refused();
    json tree = term();
    if (!rest_.empty()) throw Refused();
    return tree;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw Refused();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    for (const char byte : take(static_cast<std::uint64_t>(bytes)))
      value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  static json finite(double value) {
    if (!std::isfinite(value)) throw Refused();
    return value;
  }
  json old_float() {
    const std::string text(take(31));
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0') throw Refused();
    return finite(value);
  }
  json big(std::uint64_t size) {
    const bool negative = number(1) != 0;
    const std::string_view digits = take(size);
    std::uint64_t magnitude = 0;
    double wide = 0;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
      magnitude = magnitude << 8 | static_cast<unsigned char>(*digit);
      wide = wide * 256 + static_cast<unsigned char>(*digit);
    }
    const std::uint64_t most = negative ? std::uint64_t{1} << 63 : UINT64_MAX;
    if (size > 8 || magnitude > most) return finite(negative ? -wide : wide);
    if (negative) return static_cast<std::int64_t>(0 - magnitude);
    return magnitude;
  }
  json atom(std::uint64_t size) {
    const std::string_view name = take(size);
    if (name == "nil") return nullptr;
    if (name == "true" || name == "false") return name == "true";
    return std::string(name);
  }
  json bytes(std::uint64_t size) {
    json list = json::array();
    for (const char byte : take(size)) list.push_back(static_cast<unsigned char>(byte));
    return list;
  }
  json list(std::uint64_t size, bool with_tail) {
    if (levels_left_-- == 0) throw Refused();
    json list = json::array();
    for (; size != 0; --size) list.push_back(term());
    if (with_tail && take(1) != "j") throw Refused();
    ++levels_left_;
    return list;
  }
  json map(std::uint64_t size) {
    if (levels_left_-- == 0) throw Refused();
    json map = json::object();
    for (; size != 0; --size) {
      if (take(1) != "m") throw Refused();  // GW-ETF-2
      std::string key(take(number(4)));
      map[std::move(key)] = term();
    }
    ++levels_left_;
    return map;
  }
  json term() {
    switch (take(1).front()) {
      case 'F': return finite(std::bit_cast<double>(number(8)));
      case 'a': return number(1);
      case 'b': return static_cast<std::int32_t>(number(4));
      case 'c': return old_float();
      case 'd':
      case 'v': return atom(number(2));
      case 's':
      case 'w': return atom(number(1));
      case 'h': return list(number(1), false);
      case 'i': return list(number(4), false);
      case 'j': return json::array();
      case 'k': return bytes(number(2));
      case 'l': return list(number(4), true);
      case 'm': return std::string(take(number(4)));
      case 'n': return big(number(1));
      case 'o': return big(number(4));
      case 't': return map(number(4));
      default: throw Refused();  // compressed terms too (GW-ETF-3)
    }
  }

  std::string_view rest_;
  int levels_left_;
};

}  // namespace

std::optional<std::string> etf_of_json(std::string_view text) {
  const json tree = json::parse(text, nullptr, false);
  return tree.is_discarded() ? std::nullopt : std::optional(Writer().payload(tree));
}

std::optional<std::string> json_of_etf(std::span<const std::byte> payload, int nesting_max) {
  try {
    return Reader({reinterpret_cast<const char*>(payload.data()), payload.size()}, nesting_max).payload().dump();
  } catch (const Refused&) {
    return std::nullopt;
  } catch (const json::type_error&) {  // a text is not UTF-8
    return std::nullopt;
  }
}

}  // namespace portcullis::mock
