#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "portcullis/core/encoding/etf_term.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Writes one payload in ETF, version byte first, behind what a buffer already holds; to be called as JsonWriter is.
/// Its tags are those that the gateway is known to take (GW-ETF-14); keys are binaries (GW-ETF-2), and nothing is
/// compressed (GW-ETF-3).
class EtfWriter {
 public:
  /// Shape:    nothing is stored beyond `bytes_max` bytes, the version byte among them; what came before does not
  ///           count. `members` and `elements` below are exact.
  /// Lifetime: `out` is borrowed until the last call. Once it has the capacity nothing is allocated.
  EtfWriter(std::vector<char>& out, std::size_t bytes_max) noexcept;

  void begin_map(std::size_t members) noexcept;
  void end_map() noexcept {}
  void begin_list(std::size_t elements) noexcept;
  void end_list() noexcept { put(Tag::Nil, 0, 0); }
  void key(std::string_view text) noexcept { string(text); }
  void string(std::string_view text) noexcept;
  void integer(std::int64_t value) noexcept;
  void snowflake(std::uint64_t value) noexcept;  ///< as a binary of its digits, the string that JSON has (GW-ENC-4)
  void boolean(bool value) noexcept { atom(value ? "true" : "false"); }
  void null() noexcept { atom("nil"); }

  /// Tells whether all of it was written.
  ///
  /// Errors: as of JsonWriter: CommandNotUtf8, CommandTooLarge, OutOfMemory.
  /// Source: GW-ETF-18, GW-SIZE-3, GW-ENV-18.
  Status finish() const noexcept;

 private:
  void append(std::string_view bytes) noexcept;  // all of it or, from then on, nothing
  void put(Tag tag, std::uint64_t number, unsigned bytes) noexcept;
  void atom(std::string_view name) noexcept;

  std::vector<char>& out_;
  std::size_t from_;
  std::size_t bytes_max_;
  bool too_large_ = false;
  bool not_utf8_ = false;
  bool no_memory_ = false;
};

}  // namespace portcullis::encoding
