#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "portcullis/oracle/play/scenario.h"
#include "portcullis/oracle/timeline/record.h"

/// The lines between the runner and a shim, a program round a client that takes orders; oracle/shim.md specifies them.
namespace portcullis::run {

/// Where a shim's client has to connect.
struct Destination {
  std::string url, api, token;
  std::string ca;  ///< empty without TLS
  std::uint32_t shards = 1;
};

// What goes to the shim; each line with its end.
std::string start_line(const Destination& destination);
std::string order_line(const play::Order& order, const Destination& destination);
std::string stop_line();

/// Something that a shim has told.
struct Told {
  std::string what;  ///< event, state, fatal, session or unimplemented
  timeline::Json with;
};

/// Reads what a shim prints.
class ShimReader {
 public:
  explicit ShimReader(std::function<void(Told)> on_told) : on_told_(std::move(on_told)) {}

  /// Takes output, cut up in any way. Behind a malformed line nothing is read any more.
  void take(std::string_view bytes);
  /// Says what is wrong with the first malformed line, with its number and the member; empty while all is well.
  const std::string& fault() const noexcept { return fault_; }

 private:
  void take_line();

  const std::function<void(Told)> on_told_;
  std::string line_;
  std::size_t number_ = 1;
  std::string fault_;
};

}  // namespace portcullis::run
