#include "portcullis/tests/encoding/etf_terms.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace portcullis::tests {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFourBytes = 0xFFFF'FFFF;

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string head(int tag, std::uint64_t length, int bytes) { return static_cast<char>(tag) + number(length, bytes); }

std::string atom(std::string_view name, const Pick& pick) {
  const auto size = name.size();
  std::string out;
  switch (pick(4)) {
    case 0: out = head(100, size, 2); break;
    case 1: out = head(119, size, 1); break;
    case 2: out = head(118, size, 2); break;
    default: out = head(115, size, 1);
  }
  return out.append(name);
}

std::string binary(std::string_view text) { return head(109, text.size(), 4).append(text); }

std::string big(bool negative, std::uint64_t magnitude, const Pick& pick) {
  std::string digits;
  for (; magnitude != 0; magnitude /= 256) digits += static_cast<char>(magnitude % 256);
  const std::string sign(1, negative ? '\1' : '\0');
  return (pick(2) == 0 ? head(110, digits.size(), 1) : head(111, digits.size(), 4)) + sign + digits;
}

std::string integer(const Json& value, const Pick& pick) {
  const bool negative = value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() < 0;
  const auto bits = negative ? static_cast<std::uint64_t>(value.get<std::int64_t>()) : value.get<std::uint64_t>();
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  if (pick(4) == 3) return big(negative, magnitude, pick);
  if (!negative && magnitude < 256 && pick(2) == 0) return head(97, magnitude, 1);
  if (magnitude < 0x8000'0000 || (negative && magnitude == 0x8000'0000)) return head(98, bits, 4);
  return big(negative, magnitude, pick);
}

std::string floating(double value, const Pick& pick) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, 8);
  if (pick(2) == 0) return head(70, bits, 8);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.20e", value);
  return "c" + std::string(text.data(), 31);
}

bool is_decimal(std::string_view text) {
  return !text.empty() && text.size() <= 20 && (text == "0" || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         (text.size() < 20 || text <= "18446744073709551615");
}

bool can_be_atom(std::string_view text) {
  return text.size() <= 255 && text != "nil" && text != "true" && text != "false";
}

std::string string(const std::string& text, const Pick& pick) {
  const bool id = is_decimal(text) && std::stoull(text) > kFourBytes;
  if (id && pick(3) != 1) return big(false, std::stoull(text), pick);
  return can_be_atom(text) && pick(4) == 3 ? atom(text, pick) : binary(text);
}

std::string key(const std::string& name, const Pick& pick) {
  const bool digits = is_decimal(name);
  if (digits && pick(3) == 2) return integer(Json(std::uint64_t{std::stoull(name)}), pick);
  return name.size() > 255 || digits || pick(3) == 1 ? binary(name) : atom(name, pick);
}

std::string list(const Json& list, const Pick& pick) {
  const auto size = list.size();
  const auto is_byte = [](const Json& one) { return one.is_number_unsigned() && one.get<std::uint64_t>() < 256; };
  const auto form = pick(4);
  if (size == 0 && form < 2) return "j";
  if (size != 0 && form == 0 && std::all_of(list.begin(), list.end(), is_byte)) {
    std::string out = head(107, size, 2);
    for (const Json& one : list) out += static_cast<char>(one.get<unsigned>());
    return out;
  }
  std::string out = form < 2 ? head(108, size, 4) : form == 2 && size <= 255 ? head(104, size, 1) : head(105, size, 4);
  for (const Json& one : list) out += etf_term(one, pick);
  return form < 2 ? out + 'j' : out;
}

}  // namespace

std::uint32_t as_the_gateway(std::uint32_t) { return 0; }

std::string etf_term(const Json& tree, const Pick& pick) {
  if (tree.is_null()) return atom("nil", pick);
  if (tree.is_boolean()) return atom(tree.get<bool>() ? "true" : "false", pick);
  if (tree.is_number_float()) return floating(tree.get<double>(), pick);
  if (tree.is_number()) return integer(tree, pick);
  if (tree.is_string()) return string(tree.get<std::string>(), pick);
  if (tree.is_array()) return list(tree, pick);
  std::string out = head(116, tree.size(), 4);
  for (const auto& [name, value] : tree.items()) out += key(name, pick) + etf_term(value, pick);
  return out;
}

std::string etf_payload(const Json& tree, const Pick& pick) { return "\x83" + etf_term(tree, pick); }

std::string compressed(std::string_view payload) {
  const std::string_view term = payload.substr(1);
  std::string out(compressBound(term.size()), '\0');
  uLongf size = out.size();
  if (compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(term.data()), term.size()) !=
      Z_OK)
    throw std::runtime_error("compress");
  out.resize(size);
  return "\x83P" + number(term.size(), 4) + out;
}

nlohmann::json in_etf(nlohmann::json tree) {
  if (tree.is_structured())
    for (auto& inside : tree) inside = in_etf(inside);
  if (tree.is_number_integer()) {
    const bool negative = !tree.is_number_unsigned() && tree.get<std::int64_t>() < 0;
    const auto bits = negative ? static_cast<std::uint64_t>(tree.get<std::int64_t>()) : tree.get<std::uint64_t>();
    if ((negative ? 0 - bits : bits) > kFourBytes) return tree.dump();
  }
  return tree;
}

namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  Json payload() {
    expect(take(1) == "\x83", "does not begin with the version");
    const Json tree = term();
    expect(rest_.empty(), "has something behind its term");
    return tree;
  }

 private:
  static void expect(bool fact, const char* otherwise) {
    if (!fact) throw std::runtime_error(std::string("what the client sent ") + otherwise);
  }
  std::string_view take(std::size_t size) {
    expect(size <= rest_.size(), "is cut short");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char byte : take(bytes)) value = value * 256 + static_cast<unsigned char>(byte);
    return value;
  }
  std::string text() { return std::string(take(number(4))); }
  Json atom() {
    const auto name = take(number(2));
    if (name == "nil") return nullptr;
    expect(name == "true" || name == "false", "has an atom that is no word");
    return name == "true";
  }
  Json big() {
    const auto size = number(1);
    const bool negative = number(1) == 1;
    expect(size <= 8, "has an integer that is too wide");
    std::uint64_t magnitude = 0;
    const auto digits = take(size);
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
      magnitude = magnitude * 256 + static_cast<unsigned char>(*digit);
    expect(magnitude > 0x7FFF'FFFF && digits.back() != '\0', "has a big integer that should be a small one");
    return negative ? Json(static_cast<std::int64_t>(0 - magnitude)) : Json(magnitude);
  }
  Json list() {
    Json out = Json::array();
    for (auto left = number(4); left != 0; --left) out.push_back(term());
    expect(!out.empty() && take(1) == "j", "has a list that does not end as it should");
    return out;
  }
  Json map() {
    Json out = Json::object();
    for (auto left = number(4); left != 0; --left) {
      expect(take(1) == "m", "has a key that is not a binary");
      const std::string key = text();
      expect(!out.contains(key), "has a key twice");
      out[key] = term();
    }
    return out;
  }
  Json term() {
    switch (take(1)[0]) {
      case 'a': return number(1);
      case 'b': {
        const auto value = static_cast<std::int32_t>(number(4));
        expect(value < 0 || value > 255, "has an integer that should be a byte");
        return value;
      }
      case 'd': return atom();
      case 'j': return Json::array();
      case 'l': return list();
      case 'm': return text();
      case 'n': return big();
      case 't': return map();
      default: expect(false, "has a tag that it should not have");
    }
    return {};
  }

  std::string_view rest_;
};

}  // namespace

Json read_etf(std::string_view payload) { return Reader(payload).payload(); }

std::string from_hex(std::string_view hex) {
  std::string digits;
  std::copy_if(hex.begin(), hex.end(), std::back_inserter(digits), [](char c) { return c != ' '; });
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace portcullis::tests
