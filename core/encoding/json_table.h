#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// The grammar of RFC 8259 as three tables: what may stand between tokens, inside a string and inside a number. Each is
/// written as rows and spread out over all 256 bytes at compile time. The one thing no table of this kind can hold,
/// which bracket closes which, is the stack of places in json_walk.h.
namespace portcullis::encoding {

// clang-format off
/// Where in a text the reader stands, between tokens.
enum class Place : std::uint8_t { Value, FirstElement, FirstKey, Key, Colon, AfterMember, AfterElement, End };

/// What a byte means at a place.
enum class Step : std::uint8_t {
  Refuse, Space, OpenMap, OpenList, Close, Key, Colon, NextKey, NextElement, String, Number, True, False, Null
};

/// Where inside a string. From `Refuse` there is no way on.
enum class InString : std::uint8_t {
  Refuse, Body, Escape,
  Hex1, Hex2, Hex2OfD, Hex3, Hex4,                              // \uXXXX; D8 to DB begin a pair, DC to DF may not
  High3, High4, LowBackslash, LowU, Low1, Low2,                 // the high half of a pair and the way to its low half
  Tail1, Tail2, Tail3, TailOfE0, TailOfED, TailOfF0, TailOfF4,  // UTF-8 as in RFC 3629 section 4
  Last = TailOfF4
};

/// Where inside a number. `Stop`: the byte no longer belongs to it.
enum class InNumber : std::uint8_t {
  Stop, Refuse, Start, Minus, Zero, Integer, Point, Fraction, E, Sign, Exponent, Last = Exponent
};
// clang-format on

template <typename From, typename To>
struct ByteRow {
  From from;
  unsigned char first, last;  ///< the bytes for which the row stands, both ends included
  To to;
};

template <std::size_t N, typename To>
using ByteTable = std::array<std::array<To, 256>, N>;

/// Spreads rows out; what no row names becomes the value 0 (refuse, stop), and a later row overrides an earlier one.
template <std::size_t N, typename From, typename To, std::size_t Rows>
constexpr ByteTable<N, To> spread(const std::array<ByteRow<From, To>, Rows>& rows) noexcept {
  ByteTable<N, To> table{};
  for (const auto& row : rows)
    for (std::size_t byte = row.first; byte <= row.last; ++byte)
      table[static_cast<std::size_t>(row.from)][byte] = row.to;
  return table;
}

template <typename Table, typename From>
constexpr auto step(const Table& table, From from, char byte) noexcept {
  return table[static_cast<std::size_t>(from)][static_cast<unsigned char>(byte)];
}

// clang-format off
inline constexpr auto kPlaces = [] {
  using P = Place; using S = Step;
  auto table = spread<static_cast<std::size_t>(P::End) + 1>(std::to_array<ByteRow<P, S>>({
    {P::Value,        '"', '"', S::String},      {P::Value,        '{', '{', S::OpenMap}, {P::Value,        '[', '[', S::OpenList},
    {P::Value,        '0', '9', S::Number},      {P::Value,        '-', '-', S::Number},
    {P::Value,        't', 't', S::True},        {P::Value,        'f', 'f', S::False},   {P::Value,        'n', 'n', S::Null},
    {P::FirstElement, '"', '"', S::String},      {P::FirstElement, '{', '{', S::OpenMap}, {P::FirstElement, '[', '[', S::OpenList},
    {P::FirstElement, '0', '9', S::Number},      {P::FirstElement, '-', '-', S::Number},
    {P::FirstElement, 't', 't', S::True},        {P::FirstElement, 'f', 'f', S::False},   {P::FirstElement, 'n', 'n', S::Null},
    {P::FirstElement, ']', ']', S::Close},
    {P::FirstKey,     '"', '"', S::Key},         {P::FirstKey,     '}', '}', S::Close},
    {P::Key,          '"', '"', S::Key},
    {P::Colon,        ':', ':', S::Colon},
    {P::AfterMember,  ',', ',', S::NextKey},     {P::AfterMember,  '}', '}', S::Close},
    {P::AfterElement, ',', ',', S::NextElement}, {P::AfterElement, ']', ']', S::Close},
  }));
  for (auto& place : table)
    for (const char space : {' ', '\t', '\n', '\r'}) place[static_cast<unsigned char>(space)] = S::Space;
  return table;
}();

inline constexpr auto kStrings = [] {
  using S = InString;
  return spread<static_cast<std::size_t>(S::Last) + 1>(std::to_array<ByteRow<S, S>>({
    {S::Body, 0x20, 0x7F, S::Body},   {S::Body, '"', '"', S::Refuse},     {S::Body, '\\', '\\', S::Escape},
    {S::Body, 0xC2, 0xDF, S::Tail1},  {S::Body, 0xE0, 0xE0, S::TailOfE0}, {S::Body, 0xE1, 0xEF, S::Tail2},
    {S::Body, 0xED, 0xED, S::TailOfED}, {S::Body, 0xF0, 0xF0, S::TailOfF0}, {S::Body, 0xF1, 0xF3, S::Tail3},
    {S::Body, 0xF4, 0xF4, S::TailOfF4},
    {S::Escape, '"', '"', S::Body}, {S::Escape, '\\', '\\', S::Body}, {S::Escape, '/', '/', S::Body},
    {S::Escape, 'b', 'b', S::Body}, {S::Escape, 'f', 'f', S::Body},   {S::Escape, 'n', 'n', S::Body},
    {S::Escape, 'r', 'r', S::Body}, {S::Escape, 't', 't', S::Body},   {S::Escape, 'u', 'u', S::Hex1},
    {S::Hex1,    '0', '9', S::Hex2},  {S::Hex1,    'A', 'F', S::Hex2},  {S::Hex1,    'a', 'f', S::Hex2},
    {S::Hex1,    'D', 'D', S::Hex2OfD}, {S::Hex1,  'd', 'd', S::Hex2OfD},
    {S::Hex2,    '0', '9', S::Hex3},  {S::Hex2,    'A', 'F', S::Hex3},  {S::Hex2,    'a', 'f', S::Hex3},
    {S::Hex2OfD, '0', '7', S::Hex3},  {S::Hex2OfD, '8', '9', S::High3}, {S::Hex2OfD, 'A', 'B', S::High3}, {S::Hex2OfD, 'a', 'b', S::High3},
    {S::Hex3,    '0', '9', S::Hex4},  {S::Hex3,    'A', 'F', S::Hex4},  {S::Hex3,    'a', 'f', S::Hex4},
    {S::Hex4,    '0', '9', S::Body},  {S::Hex4,    'A', 'F', S::Body},  {S::Hex4,    'a', 'f', S::Body},
    {S::High3,   '0', '9', S::High4}, {S::High3,   'A', 'F', S::High4}, {S::High3,   'a', 'f', S::High4},
    {S::High4,   '0', '9', S::LowBackslash}, {S::High4, 'A', 'F', S::LowBackslash}, {S::High4, 'a', 'f', S::LowBackslash},
    {S::LowBackslash, '\\', '\\', S::LowU}, {S::LowU, 'u', 'u', S::Low1},
    {S::Low1,    'D', 'D', S::Low2},  {S::Low1,    'd', 'd', S::Low2},
    {S::Low2,    'C', 'F', S::Hex3},  {S::Low2,    'c', 'f', S::Hex3},
    {S::Tail1,    0x80, 0xBF, S::Body},  {S::Tail2,    0x80, 0xBF, S::Tail1}, {S::Tail3,    0x80, 0xBF, S::Tail2},
    {S::TailOfE0, 0xA0, 0xBF, S::Tail1}, {S::TailOfED, 0x80, 0x9F, S::Tail1},
    {S::TailOfF0, 0x90, 0xBF, S::Tail2}, {S::TailOfF4, 0x80, 0x8F, S::Tail2},
  }));
}();

inline constexpr auto kNumbers = [] {
  using N = InNumber;
  return spread<static_cast<std::size_t>(N::Last) + 1>(std::to_array<ByteRow<N, N>>({
    {N::Start,    0x00, 0xFF, N::Refuse}, {N::Start, '-', '-', N::Minus},  {N::Start, '0', '0', N::Zero}, {N::Start, '1', '9', N::Integer},
    {N::Minus,    0x00, 0xFF, N::Refuse}, {N::Minus, '0', '0', N::Zero},   {N::Minus, '1', '9', N::Integer},
    {N::Zero,     '0', '9', N::Refuse},   {N::Zero, '.', '.', N::Point},   {N::Zero, 'E', 'E', N::E},     {N::Zero, 'e', 'e', N::E},
    {N::Integer,  '0', '9', N::Integer},  {N::Integer, '.', '.', N::Point}, {N::Integer, 'E', 'E', N::E}, {N::Integer, 'e', 'e', N::E},
    {N::Point,    0x00, 0xFF, N::Refuse}, {N::Point, '0', '9', N::Fraction},
    {N::Fraction, '0', '9', N::Fraction}, {N::Fraction, 'E', 'E', N::E},   {N::Fraction, 'e', 'e', N::E},
    {N::E,        0x00, 0xFF, N::Refuse}, {N::E, '0', '9', N::Exponent},   {N::E, '+', '+', N::Sign},     {N::E, '-', '-', N::Sign},
    {N::Sign,     0x00, 0xFF, N::Refuse}, {N::Sign, '0', '9', N::Exponent},
    {N::Exponent, '0', '9', N::Exponent},
  }));
}();
// clang-format on

/// Tells whether a number may end where the next byte would have to continue from `state`.
constexpr bool is_whole(InNumber state) noexcept {
  return state == InNumber::Zero || state == InNumber::Integer || state == InNumber::Fraction ||
         state == InNumber::Exponent;
}

}  // namespace portcullis::encoding
