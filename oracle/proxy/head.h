#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "portcullis/core/http/head.h"

namespace portcullis::proxy {

/// Puts another value into a request head's Host fields, and changes no other byte.
std::string with_host(std::string_view head, std::string_view host);

/// The head that a client begins with, until it is whole.
class RequestHead {
 public:
  explicit RequestHead(const Limits& limits) : reader_(http::HeadKind::Request, limits) {}

  /// Takes bytes from the front of `input` up to the head's end; false where they are no HTTP.
  bool take(std::span<const std::byte>& input);
  bool complete() const noexcept { return reader_.complete(); }
  const std::string& text() const noexcept { return text_; }
  /// Says whether it asks for a WebSocket.
  bool wants_upgrade() const { return reader_.fields().lists("Upgrade", "websocket"); }

 private:
  http::HeadReader reader_;
  std::string text_;
};

/// Knows where the head ends that a server answers with, and what it says.
class ResponseHead {
 public:
  explicit ResponseHead(const Limits& limits) : limits_(limits), reader_(http::HeadKind::Response, limits) {}

  /// Gives how many bytes at the front of `input` belong to it; what is no HTTP belongs to it too.
  std::size_t take(std::span<const std::byte> input);
  /// Says whether the WebSocket is open: what comes from here on are frames.
  bool upgraded() const noexcept { return upgraded_; }

 private:
  const Limits& limits_;
  http::HeadReader reader_;
  bool upgraded_ = false, other_ = false;
};

}  // namespace portcullis::proxy
