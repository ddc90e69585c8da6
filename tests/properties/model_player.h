#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/models/gateway_client.h"

namespace portcullis::tests {

/// Plays the commands of a transcript, a line each, to the model of a client, and writes down what comes out as a
/// `World` does for the real one. What no model of payloads can know is left out: waits, and the text of an error.
class ModelPlayer {
 public:
  void play(const std::string& line);
  std::vector<std::string> take();

  /// The model; begins with what was configured so far.
  models::GatewayClient& model();
  models::Millis now() const { return now_; }
  bool is_overdue() { return model().deadline() && *model().deadline() <= now_; }
  bool upgraded() const { return upgraded_; }
  bool opened() const { return opened_; }
  std::uint64_t link() const { return link_; }
  bool is_etf() const { return etf_; }
  /// Whether a frame, or the answer to the upgrade, has begun and not ended.
  bool torn() const { return answer_torn_ || !torn_.empty(); }
  static bool is_part_of_a_frame(const std::string& hex);

 private:
  void configure(std::string_view key, const std::string& value);
  void perform(const std::string& verb, const std::string& rest);
  bool perform_of_caller(const std::string& verb, const std::string& rest);
  void perform_of_peer(const std::string& verb, const std::string& rest);
  void text(std::string_view json);
  void frame(const std::string& hex);
  void refuse(const std::string& response);
  void advance(models::Millis by);
  void settle();
  void write(const models::Act& act);
  std::string text_of(const models::act::Dial& dial);
  std::string text_of(const models::act::AskUpgrade&);
  std::string text_of(const models::act::Beat& beat);
  std::string text_of(const models::act::Identify&);
  std::string text_of(const models::act::Resume& resume);
  std::string text_of(const models::act::Send& send);
  std::string text_of(const models::act::Close& close);
  std::string text_of(const models::act::Hangup&);
  std::string text_of(const models::act::Connected&);
  std::string text_of(const models::act::Deliver& event);
  std::string text_of(const models::act::Odd& odd);
  std::string text_of(const models::act::AskSlot&);
  std::string text_of(const models::act::ReturnSlot&);
  std::string text_of(const models::act::Disconnected& gone);
  std::string text_of(const models::act::Finished& finished);
  std::string link_text() const { return std::to_string(link_); }
  std::string from() const { return link_text() + "> "; }
  std::string target() const;
  void line(std::string text) { lines_.push_back(std::move(text)); }

  models::ClientSettings settings_{"wss://gateway.example", std::nullopt, 1'000};
  bool etf_ = false;
  std::string compress_;     // in the URL
  std::string in_identify_;  // of payload compression
  std::uint64_t intents_ = 513;
  std::uint32_t chance_ = 0;
  std::unique_ptr<models::GatewayClient> model_;
  models::Millis now_ = 1'000'000;
  std::uint64_t link_ = 0;
  bool opened_ = false;
  bool upgraded_ = false;
  bool answer_torn_ = false;
  std::string torn_;  // of a frame that is not whole, as hex
  std::vector<std::string> lines_;
};

/// A state of the model by the name that it has in the session table.
std::string state_name(const models::GatewayClient& model);

/// The payload that a JSON text holds; none when it can't be decoded.
std::optional<models::Payload> payload_of(std::string_view json, bool etf);

}  // namespace portcullis::tests
