#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/workspace.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::probe {

/// What READY said, in the clear: the timeline has pseudonyms only.
///
/// Secrets: `session_id` is one.
struct Ready {
  std::string session_id, resume_url;
};

/// One connection to the server under test: a WebSocket client that is right by itself, through which wrong bytes can
/// be sent too, and a tap that tells of both directions. No I/O.
///
/// Shape:    after each call take the `output`.
/// Lifetime: pseudonyms are borrowed.
class Line {
 public:
  Line(std::uint64_t number, websocket::Url url, const Chance& chance, timeline::Pseudonyms& pseudonyms,
       timeline::Sink sink, Instant began);

  /// The transport is there: asks for the upgrade or, when there are lines of a request, sends those in place of it.
  void opened(const std::vector<std::string>& request, Instant now);
  void received(std::span<const std::byte> bytes, Instant now);
  void ended(timeline::How how, Instant now);
  void elapsed(Instant now);

  void send(websocket::Kind kind, std::string_view bytes, Instant now);
  void send_raw(std::string_view bytes, Instant now);
  void ping(std::string_view payload, Instant now);
  void close(std::uint16_t code, std::string_view reason, Instant now);
  /// We end it: tells the tap.
  void dropped(timeline::How how, Instant now);

  std::vector<std::byte> take_output() { return std::exchange(out_, {}); }
  /// Says once that the transport is to be ended.
  bool take_hangup() noexcept { return std::exchange(hangup_, false); }
  std::optional<Instant> deadline() const noexcept { return deadline_; }
  bool is_open() const noexcept { return connection_ != nullptr && connection_->is_open(); }
  bool is_websocket() const noexcept { return connection_ != nullptr; }
  encoding::Encoding encoding() const noexcept { return encoding_; }
  const std::optional<Ready>& ready() const noexcept { return ready_; }

 private:
  void pump(Instant now);
  void put(std::span<const std::byte> bytes, Instant now);
  void on(const websocket::Refused& refused);
  void learn(const websocket::Message& message);
  void learn_payload(std::string_view payload, bool text);
  std::int64_t ms(Instant now) const noexcept { return (now - began_).count(); }

  const std::uint64_t number_;
  const websocket::Url url_;
  const Chance& chance_;
  const timeline::Sink sink_;
  const Instant began_;
  const Limits limits_;
  timeline::Tap tap_;
  std::unique_ptr<websocket::ClientConnection> connection_;
  encoding::Encoding encoding_;
  compression::Compression compression_;
  compression::Decompressor decompressor_;
  Workspace inflated_, scanned_;
  std::vector<std::byte> out_;
  std::optional<Instant> deadline_;
  std::optional<Ready> ready_;
  std::int64_t now_ms_ = 0;
  bool hangup_ = false;
};

}  // namespace portcullis::probe
