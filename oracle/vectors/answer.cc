#include "portcullis/oracle/vectors/answer.h"

#include <algorithm>
#include <array>

#include "portcullis/core/websocket/utf8.h"
#include "portcullis/oracle/vectors/answers.h"

namespace portcullis::vectors {
namespace {

constexpr std::array<std::string_view, 15> kLayers{
    "close_codes",         "commands",    "envelope",     "etf",       "etf_client",
    "payload_compression", "url_join",    "ws_exchanges", "ws_frames", "ws_handshake_client",
    "ws_handshake_server", "ws_openings", "ws_urls",      "zlib",      "zstd"};

}  // namespace

std::span<const std::string_view> layers() noexcept { return kLayers; }

Json answer(const play::Node& question, const Tables& tables) {
  switch (question.at("layer").choice({kLayers.begin(), kLayers.end()})) {
    case 0: return answer_close_code(question);
    case 1: return answer_command(question);
    case 2: return answer_envelope(question);
    case 3: return answer_etf(question);
    case 4: return answer_etf_client(question);
    case 5: return answer_payload_compression(question);
    case 6: return answer_url_join(question);
    case 7: return answer_exchange(question, tables);
    case 8: return answer_frames(question, tables);
    case 9: return answer_handshake_client(question, tables);
    case 10: return answer_handshake_server(question, tables);
    case 11: return answer_opening(question, tables);
    case 12: return answer_ws_url(question);
    case 13: return answer_zlib(question);
    default: return answer_zstd(question);
  }
}

void put_text(Json& object, std::string_view name, std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text});
  if (websocket::find_bad_utf8(bytes) == websocket::Utf8::kNone)
    object[std::string(name)] = text;
  else
    object[std::string(name) + "_hex"] = to_hex(bytes);
}

std::uint64_t limit_of(const play::Node& object, std::string_view name, std::uint64_t least, std::uint64_t most,
                       std::uint64_t other) {
  const auto limit = object.find(name);
  return limit ? limit->number(least, most) : other;
}

}  // namespace portcullis::vectors
