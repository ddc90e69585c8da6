#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "portcullis/core/limits.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::timeline {

enum class Side : std::uint8_t { Client, Server };
enum class How : std::uint8_t { Eof, Reset };

/// Turns the bytes of one link, both directions of it, into records.
///
/// Shape:    any bytes, cut up in any way: cutting them elsewhere changes no record. A direction that breaks a rule of
///           HTTP or WebSocket is told as one fault and not read on; the other one is.
/// Units:    `at_ms` is the time in the timeline, never less than at the last call.
/// Lifetime: the pseudonyms are borrowed. What is in hand at the end of a call are copies.
/// Memory:   a message or payload beyond the limits is a fault, or undecodable; nothing is kept of what was told.
/// Secrets:  those that the record's text names are pseudonyms.
class Tap {
 public:
  /// `origin` is scheme://host:port, put in front of the target that the client asks for.
  Tap(std::uint64_t link, std::string origin, Pseudonyms& pseudonyms, Sink sink, const Limits& limits = {});
  ~Tap();
  Tap(Tap&&) noexcept;
  Tap& operator=(Tap&&) noexcept;

  void client_sent(std::span<const std::byte> bytes, std::int64_t at_ms);
  void server_sent(std::span<const std::byte> bytes, std::int64_t at_ms);
  /// Tells the end of the transport; the first call counts, and what comes after it is not read.
  void ended(Side from, How how, std::int64_t at_ms);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::timeline
