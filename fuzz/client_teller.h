#pragma once

#include <optional>
#include <string>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/gateway/config.h"
#include "portcullis/core/workspace.h"
#include "portcullis/tests/client/watch.h"
#include "tests/websocket/play.h"

namespace portcullis::fuzz {

/// Reads what a server is about to send on an upgraded link, whatever it is, and tells the Watch what it means, one
/// message at a time. Its decoders are the core's, which have targets of their own; the meaning is said here again.
class Teller {
 public:
  Teller(const Config& config, const Limits& limits, tests::World& world, tests::Watch& watch);

  /// Gives the bytes to the world's client: those up to the end of a message once the Watch knows what they say.
  void give(std::span<const std::byte> bytes);

 private:
  void advance(std::vector<std::byte>& pending);
  void deliver(std::vector<std::byte>& pending);
  void read_close();
  void read(const websocket::Message& message);
  Result<encoding::EnvelopeView> envelope_of(std::string_view payload);
  bool can_resume(std::string_view id) const;
  bool is_etf() const { return config_.encoding == encoding::Encoding::Etf; }
  std::optional<std::string> payload_of(const websocket::Message& message);
  void read(const encoding::EnvelopeView& envelope);
  void read_hello(const encoding::EnvelopeView& envelope);
  void read_dispatch(const encoding::EnvelopeView& envelope);
  std::string resumable_id(const encoding::EnvelopeView& ready);

  const Config& config_;
  const Limits& limits_;
  tests::World& world_;
  tests::Watch& watch_;
  tests::OpenClient end_;
  compression::Decompressor decompressor_;
  Workspace workspace_;
  bool over_ = false;   // no frame that follows is read
  bool asked_ = false;  // the message at hand asks for a beat
};

}  // namespace portcullis::fuzz
