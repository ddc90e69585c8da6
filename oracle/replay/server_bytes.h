#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/gateway/config.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/oracle/mock/compressor.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::replay {

/// Makes bytes again of what a recording tells of the server's side of one link: other bytes, that say the same.
///
/// Shape: a payload that was left out because of its size comes without its `d`; one that could not be decoded is stood
///        in for by one that cannot be decoded either.
class ServerBytes {
 public:
  explicit ServerBytes(const Config& config);

  /// Hears what the client sends, for the key in its request.
  void client_sent(std::span<const std::byte> bytes);

  /// Gives the bytes of a record; nothing for one whose bytes cannot be made again.
  ///
  /// Shape: `body_follows` says of a refusal that the client went on waiting for its body, which `rest_of_body` ends.
  std::optional<std::vector<std::byte>> bytes_of(const timeline::Record& record, bool body_follows);
  /// Gives what the body of a refusal still lacks; empty where nothing does.
  std::vector<std::byte> rest_of_body();

 private:
  std::string payload_of(const timeline::Json& with, bool text);
  std::string accepted() const;
  static std::vector<std::byte> frame(websocket::Opcode opcode, std::string_view payload);

  const Config& config_;
  std::optional<mock::Compressor> stream_;
  std::string request_;  ///< until it was answered
  bool answered_ = false, body_lacks_ = false;
};

}  // namespace portcullis::replay
