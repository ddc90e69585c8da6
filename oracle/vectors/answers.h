#pragma once

#include "portcullis/oracle/vectors/answer.h"

/// One function a layer, for `answer`, which looks them up.
namespace portcullis::vectors {

Json answer_close_code(const play::Node& question);
Json answer_command(const play::Node& question);
Json answer_url_join(const play::Node& question);

Json answer_envelope(const play::Node& question);
Json answer_etf(const play::Node& question);
Json answer_etf_client(const play::Node& question);

Json answer_payload_compression(const play::Node& question);
Json answer_zlib(const play::Node& question);
Json answer_zstd(const play::Node& question);

Json answer_frames(const play::Node& question, const Tables& tables);
Json answer_exchange(const play::Node& question, const Tables& tables);
Json answer_handshake_client(const play::Node& question, const Tables& tables);
Json answer_handshake_server(const play::Node& question, const Tables& tables);
Json answer_opening(const play::Node& question, const Tables& tables);
Json answer_ws_url(const play::Node& question);

/// Puts a text under the name, or its bytes as hex under NAME_hex where it is not UTF-8.
void put_text(Json& object, std::string_view name, std::string_view text);

/// The members of a limit that a question may set, from `least` to `most`; `other` where it does not.
std::uint64_t limit_of(const play::Node& object, std::string_view name, std::uint64_t least, std::uint64_t most,
                       std::uint64_t other);

}  // namespace portcullis::vectors
