#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portcullis/core/gateway/config.h"
#include "portcullis/core/websocket/frame.h"

namespace portcullis::bench {

using Bytes = std::vector<std::byte>;

/// The payloads of one session, in every encoding and compression: what a gateway's WebSocket messages hold.
class Streams {
 public:
  Streams(std::size_t json_bytes_min, std::size_t guilds);

  std::size_t json_bytes() const noexcept { return json_bytes_; }
  const std::vector<std::string>& json() const { return of(encoding::Encoding::Json, compression::Compression::None); }
  const std::vector<std::string>& of(encoding::Encoding encoding, compression::Compression compression) const {
    return streams_.at({encoding, compression});
  }

 private:
  std::map<std::pair<encoding::Encoding, compression::Compression>, std::vector<std::string>> streams_;
  std::size_t json_bytes_ = 0;
};

/// Frames as a server sends them, a message each.
std::vector<Bytes> frames(const std::vector<std::string>& messages, websocket::Opcode opcode);

// Each adds benchmarks to the library's list; the streams are borrowed until they have run.
void register_yardsticks(const Streams& streams);
void register_clients(const Streams& streams);
void register_costs();
/// Outside implementations of WebSocket; of `//bench:outside` only.
void register_outside(const Streams& streams);

}  // namespace portcullis::bench
