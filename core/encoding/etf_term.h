#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

inline constexpr unsigned char kEtfVersion = 131;

/// The first byte of a term: those that are read (GW-ETF-11).
enum class Tag : unsigned char {
  NewFloat = 70,
  Compressed = 80,
  SmallInteger = 97,
  Integer = 98,
  OldFloat = 99,
  Atom = 100,
  SmallTuple = 104,
  LargeTuple = 105,
  Nil = 106,
  String = 107,
  List = 108,
  Binary = 109,
  SmallBig = 110,
  LargeBig = 111,
  SmallAtom = 115,
  Map = 116,
  Utf8Atom = 118,
  SmallUtf8Atom = 119,
};

/// How to get past a term: over it, over it once its number was looked at, into it, or not at all.
enum class Way : std::uint8_t { Refuse, Over, Float, Into };

/// What a tag says of its term: one row a tag, so that the walk over a term asks the table and not the tag.
struct Shape {
  std::uint8_t head = 1;   ///< bytes before what the length counts
  std::uint8_t drop = 63;  ///< how far to shift the bytes behind the tag, but one bit, for the length to remain
  Way way = Way::Refuse;
  ValueKind kind = ValueKind::Missing;  ///< an atom can be another
};

inline constexpr std::array<Shape, 256> kShapes = [] {
  std::array<Shape, 256> shapes{};
  const auto row = [&shapes](Tag tag, int head, int length_bytes, Way way, ValueKind kind) {
    shapes[static_cast<unsigned char>(tag)] = {static_cast<std::uint8_t>(head),
                                               static_cast<std::uint8_t>(63 - 8 * length_bytes), way, kind};
  };
  // clang-format off
  row(Tag::NewFloat,       9, 0, Way::Float, ValueKind::Number);
  row(Tag::SmallInteger,   2, 0, Way::Over,  ValueKind::Number);
  row(Tag::Integer,        5, 0, Way::Over,  ValueKind::Number);
  row(Tag::OldFloat,      32, 0, Way::Float, ValueKind::Number);
  row(Tag::Atom,           3, 2, Way::Over,  ValueKind::String);
  row(Tag::SmallTuple,     2, 1, Way::Into,  ValueKind::List);
  row(Tag::LargeTuple,     5, 4, Way::Into,  ValueKind::List);
  row(Tag::Nil,            1, 0, Way::Over,  ValueKind::List);
  row(Tag::String,         3, 2, Way::Over,  ValueKind::List);
  row(Tag::List,           5, 4, Way::Into,  ValueKind::List);
  row(Tag::Binary,         5, 4, Way::Over,  ValueKind::String);
  row(Tag::SmallBig,       3, 1, Way::Over,  ValueKind::Number);  // the sign stands between length and digits
  row(Tag::LargeBig,       6, 4, Way::Over,  ValueKind::Number);
  row(Tag::SmallAtom,      2, 1, Way::Over,  ValueKind::String);
  row(Tag::Map,            5, 4, Way::Into,  ValueKind::Map);
  row(Tag::Utf8Atom,       3, 2, Way::Over,  ValueKind::String);
  row(Tag::SmallUtf8Atom,  2, 1, Way::Over,  ValueKind::String);
  // clang-format on
  return shapes;
}();

/// The beginning of a term.
struct Term {
  Tag tag;
  Shape shape;
  std::uint64_t length;  ///< bytes behind the head or, of a list, a tuple or a map, terms or members in it

  std::uint64_t size() const noexcept { return shape.head + length; }
};

inline Term term_of(std::uint64_t first, Tag tag) noexcept {
  const Shape shape = kShapes[static_cast<unsigned char>(tag)];
  return {tag, shape, first << 8 >> 1 >> shape.drop};
}

/// Reads the beginning of the term at `at`; what would lie behind `end` is taken for zeros.
[[gnu::always_inline]] inline Term term_at(const char* at, const char* end) noexcept {
  std::uint64_t first = 0;
  if (end - at >= 8) [[likely]]
    std::memcpy(&first, at, 8);
  else if (at != end)
    std::memcpy(&first, at, static_cast<std::size_t>(end - at));
  if constexpr (std::endian::native == std::endian::little) first = __builtin_bswap64(first);
  // Payloads are full of these. Named, they have their row at compile time, and the processor guesses the tag and goes
  // on where it would have to wait for the table.
  switch (const auto tag = static_cast<Tag>(first >> 56)) {
    case Tag::Atom: return term_of(first, Tag::Atom);
    case Tag::Binary: return term_of(first, Tag::Binary);
    case Tag::SmallBig: return term_of(first, Tag::SmallBig);
    case Tag::SmallInteger: return term_of(first, Tag::SmallInteger);
    case Tag::Nil: return term_of(first, Tag::Nil);
    default: return term_of(first, tag);
  }
}

/// Goes over terms, and says what is wrong with one that cannot be gone over.
class EtfWalk {
 public:
  /// `begin` is where offsets are counted from; no length may lead further than `bytes_max` from there.
  EtfWalk(std::string_view bytes, std::size_t nesting_max, std::size_t bytes_max) noexcept
      : begin_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        depth_max_(std::min(nesting_max, kNestingMax)),
        bytes_max_(bytes_max) {}

  const char* begin() const noexcept { return begin_; }
  const char* end() const noexcept { return end_; }

  /// Goes over the term at `at`, inside of `depth` lists or maps, in one pass without recursion.
  ///
  /// Returns: where it ends; null when it does not, see `fault`.
  const char* skip(const char* at, std::size_t depth) noexcept;

  /// Goes over the map at `at`, which stands in nothing, and calls `member(key, value)`, both a term, for each.
  template <typename Member>
  const char* members(const char* at, Member member) noexcept {
    const Term map = term_at(at, end_);
    if (map.tag != Tag::Map) return fail(at, Errc::EtfTag);
    at = enter(at, map, 0);
    for (std::uint64_t left = map.length; at != nullptr && left != 0; --left) {
      const char* const value = skip(at, 1);
      const char* const next = value == nullptr ? nullptr : skip(value, 1);
      if (next == nullptr) return nullptr;
      member(std::string_view{at, value}, std::string_view{value, next});
      at = next;
    }
    return at;
  }

  /// Notes what is wrong, and gives null.
  const char* fail(const char* at, Errc code) noexcept;
  Error fault() const noexcept { return fault_; }

 private:
  const char* incomplete() noexcept { return fail(end_, Errc::EtfIncomplete); }
  const char* cut(const char* at, std::uint64_t size) noexcept;
  bool leads_too_far(const char* at, std::uint64_t size) const noexcept;
  const char* enter(const char* at, const Term& term, std::size_t depth) noexcept;
  const char* tail(const char* at) noexcept;

  const char* const begin_;
  const char* const end_;
  const std::size_t depth_max_;
  const std::size_t bytes_max_;
  std::array<std::uint64_t, kNestingMax> left_;  // what is left at each level; written before it is read
  Error fault_{Errc::EtfTag, Blame::Peer, 0, req::GW_ETF_11};
};

/// An integer of any tag and at most eight bytes.
struct EtfInteger {
  bool negative = false;
  std::uint64_t magnitude = 0;
  bool big = false;  ///< of more than four bytes, in the form that ids have (GW-ETF-17)
};

// What single terms hold. Each takes any bytes, and gives nothing for those that are not exactly one such term.
ValueView etf_value(std::string_view term) noexcept;  ///< of a term that was gone over; any bytes: kind Missing, or not
std::optional<EtfInteger> etf_integer(std::string_view term) noexcept;
std::optional<double> etf_number(std::string_view term) noexcept;
std::optional<std::string_view> etf_text(std::string_view term) noexcept;  ///< of an atom or binary, if it is UTF-8

/// Writes an integer as a decimal text.
std::string_view digits(EtfInteger value, std::array<char, 24>& buffer) noexcept;

/// The name that a key gives its member (LOCAL-34), not looked at whether it is UTF-8.
std::optional<std::string_view> etf_key(std::string_view term, std::array<char, 24>& buffer) noexcept;

}  // namespace portcullis::encoding
