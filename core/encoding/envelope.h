#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// The four keys that each payload has, and where its data lies.
struct EnvelopeView {
  std::int64_t op = 0;
  std::optional<std::int64_t> s;
  std::optional<std::string_view> t;
  ValueView d{ValueKind::Null, "null"};
};

/// What the keys of a payload's map are called.
enum class Member : std::uint8_t { Op, S, T, D, Other };
inline constexpr std::array<std::string_view, 4> kMembers{"op", "s", "t", "d"};

/// Says which key a text without escapes is.
constexpr Member member_of(std::string_view key) noexcept {
  if (key == "op") return Member::Op;
  if (key == "s") return Member::S;
  if (key == "t") return Member::T;
  if (key == "d") return Member::D;
  return Member::Other;
}

/// Where the members of an envelope lie: the last of each name (LOCAL-13).
struct Members {
  std::array<ValueView, kMembers.size() + 1> values{};
  ValueView root{};

  ValueView& operator[](Member member) noexcept { return values[static_cast<std::size_t>(member)]; }
  const ValueView& operator[](Member member) const noexcept { return values[static_cast<std::size_t>(member)]; }
};

/// Reads the envelope of a payload that is well formed.
///
/// Lifetime: the answer borrows what the members borrow, but for a `t` that had to be unescaped into `text`.
/// Errors:   EnvelopeNotMap, EnvelopeOpMissing, EnvelopeOpType, EnvelopeSequenceType, EnvelopeTypeType, in this order,
///           at the value concerned, as an offset from `begin`; EtfUtf8 for a `t` that is no text; OutOfMemory.
/// Source:   GW-ENV-1, 2, 3, GW-ETF-15, LOCAL-14.
Result<EnvelopeView> read_envelope(const Members& members, const char* begin, std::vector<char>& text) noexcept;

}  // namespace portcullis::encoding
