// The layers that turn messages into payloads.
#include <nlohmann/json.hpp>

#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/connection.h"
#include "portcullis/oracle/vectors/errors.h"

namespace portcullis::vectors {
namespace {

using compression::Compression;

Limits limits_of(const play::Node& question) {
  constexpr int kWindowLogMin = 10, kWindowLogMax = 27;
  Limits limits;
  limits.payload_bytes_max =
      limit_of(question, "payload_bytes_max", 1, limits.payload_bytes_max, limits.payload_bytes_max);
  limits.zstd_window_log_max =
      static_cast<int>(limit_of(question, "zstd_window_log_max", kWindowLogMin, kWindowLogMax, kWindowLogMax));
  return limits;
}

Json answer_of(const play::Node& question, const std::vector<WireMessage>& messages, Compression kind) {
  const Received received = receive(messages, limits_of(question), kind);
  Json out{{"payloads", Json::array()}};
  for (const auto& [after, text] : received.payloads) {
    Json payload{{"after", after}};
    put_text(payload, "text", text);
    out["payloads"].push_back(std::move(payload));
  }
  if (received.error) out["error"] = {{"after", received.error->first}, {"code", name_of(received.error->second.code)}};
  return out;
}

Json answer_stream(const play::Node& question, Compression kind) {
  std::vector<WireMessage> messages;
  for (const play::Node& message : question.at("messages").items()) messages.push_back({message.bytes()});
  return answer_of(question, messages, kind);
}

}  // namespace

Json answer_zlib(const play::Node& question) {
  question.only({"id", "layer", "payload_bytes_max", "messages"});
  return answer_stream(question, Compression::ZlibStream);
}

Json answer_zstd(const play::Node& question) {
  question.only({"id", "layer", "payload_bytes_max", "zstd_window_log_max", "messages"});
  return answer_stream(question, Compression::ZstdStream);
}

Json answer_payload_compression(const play::Node& question) {
  question.only({"id", "layer", "payload_bytes_max", "messages"});
  std::vector<WireMessage> messages;
  for (const play::Node& message : question.at("messages").items()) {
    message.only({"text", "binary"});
    const auto text = message.find("text");
    messages.push_back(text ? WireMessage{text->text(), false} : WireMessage{message.at("binary").bytes(), true});
  }
  return answer_of(question, messages, Compression::Payload);
}

}  // namespace portcullis::vectors
