#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The members that each kind of record has, as corpus/schema/timeline.schema.json says.
namespace portcullis::timeline {

enum class Type : std::uint8_t { Any, Text, Flag, Integer, Natural, Positive, CloseCode, Word };
enum class Need : std::uint8_t { Must, May };

struct Member {
  std::string_view name;
  Type type;
  Need need = Need::May;
  std::string_view words = {};  ///< of a Word: what it may be, one after the other with spaces between
};

struct Kind {
  std::string_view is;
  std::span<const Member> members;
};

/// What the header has; then each kind of record, with `at`, `link` and `is`.
std::span<const Member> header_members();
std::span<const Kind> kinds();

}  // namespace portcullis::timeline
