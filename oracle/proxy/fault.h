#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::proxy {

using timeline::How;
using timeline::Side;

/// Something that goes wrong on a link because somebody wants it to.
///
/// Units: bytes are counted in one direction from the first after the head: frames, with their headers.
struct Fault {
  enum class Kind : std::uint8_t { Drop, Stall, Delay, Close, Corrupt };

  Kind kind = Kind::Drop;
  Side from = Side::Server;   ///< whose bytes it befalls
  std::uint64_t after = 0;    ///< so many of them pass first; Close waits for the end of the frame
  std::uint64_t link = 0;     ///< the only link that it befalls; 0: any
  std::uint64_t times = 1;    ///< on so many links
  std::uint64_t bytes = 0;    ///< Corrupt: so many are changed; Delay: so many are late, 0: all that follow
  Duration time{0};           ///< Stall, Delay
  How how = How::Eof;         ///< Drop
  std::uint16_t code = 1000;  ///< Close
  std::string reason{};       ///< likewise
};

/// Reads a fault as the command line has it: its kind, then members as NAME=VALUE, with blanks between.
///
/// Errors: one line that says what is wrong and what would do.
std::variant<Fault, std::string> read_fault(std::string_view text);

/// Writes it so that `read_fault` gives it again; what is as it would be anyway is left out.
std::string in_words(const Fault& fault);

/// Which faults are still to come, over all links.
class FaultPlan {
 public:
  explicit FaultPlan(std::vector<Fault> faults) : faults_(std::move(faults)) {}

  /// Gives those that befall a link, and counts them as spent; in the order of `after`.
  std::vector<Fault> take(std::uint64_t link);

 private:
  std::vector<Fault> faults_;
};

}  // namespace portcullis::proxy
