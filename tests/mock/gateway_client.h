#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/websocket/client.h"

namespace portcullis::mock {

/// A client of the gateway that does what a test tells it and nothing else: it never beats, identifies or reconnects.
class GatewayClient {
 public:
  /// Begins the upgrade; `url` is the mock's, without a query.
  explicit GatewayClient(const std::string& url);

  void received(std::span<const std::byte> bytes);
  void ended();
  void send(const nlohmann::json& payload);
  /// Gives the bytes that are to be written.
  std::string take_output();

  bool is_open() const noexcept { return connection_.is_open(); }
  /// Gives the payloads so far with that opcode, or of the dispatches with that name.
  std::vector<nlohmann::json> with_op(int op) const;
  std::vector<nlohmann::json> named(std::string_view name) const;
  const std::vector<std::string>& texts() const noexcept { return texts_; }
  std::optional<std::uint16_t> close_code() const noexcept { return close_code_; }

 private:
  void poll();

  Limits limits_;
  Chance chance_;
  websocket::ClientConnection connection_;
  std::string output_;
  std::vector<std::string> texts_;
  std::optional<std::uint16_t> close_code_;
};

/// An Identify with all intents that are not privileged.
nlohmann::json identify(const std::string& token);

}  // namespace portcullis::mock
