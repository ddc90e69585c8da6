#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Writes one value as JSON behind what a buffer already holds, without spaces. The calls must nest as JSON does, a key
/// before each value of a map; how many members or elements follow is said up front because other encodings need it
/// there.
class JsonWriter {
 public:
  /// Shape:    nothing is stored beyond `bytes_max` bytes of JSON; what came before does not count.
  /// Lifetime: `out` is borrowed until the last call. Once it has the capacity nothing is allocated.
  JsonWriter(std::vector<char>& out, std::size_t bytes_max) noexcept
      : out_(out), from_(out.size()), bytes_max_(bytes_max) {}

  void begin_map(std::size_t members) noexcept;
  void end_map() noexcept { append("}"); }
  void begin_list(std::size_t elements) noexcept;
  void end_list() noexcept { append("]"); }
  void key(std::string_view text) noexcept;
  void string(std::string_view text) noexcept;
  void integer(std::int64_t value) noexcept;
  void snowflake(std::uint64_t value) noexcept;  ///< as a string (GW-ENC-4)
  void boolean(bool value) noexcept;
  void null() noexcept;

  /// Tells whether all of it was written.
  ///
  /// Errors: CommandNotUtf8 when a key or string was not UTF-8, CommandTooLarge when `bytes_max` did not suffice (the
  /// offset
  ///         says where), OutOfMemory. What stands in the buffer is then cut off somewhere, and of no use.
  /// Source: GW-SIZE-1, GW-ENV-18.
  Status finish() const noexcept;

 private:
  void separate() noexcept;                     // a comma, where one is due
  void append(std::string_view text) noexcept;  // all of it or, from then on, nothing
  void escape(char c) noexcept;
  void quoted(std::string_view text) noexcept;
  std::size_t non_ascii(std::string_view text) noexcept;

  std::vector<char>& out_;
  std::size_t from_;
  std::size_t bytes_max_;
  bool too_large_ = false;
  bool not_utf8_ = false;
  bool no_memory_ = false;
};

}  // namespace portcullis::encoding
