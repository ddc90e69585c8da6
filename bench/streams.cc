#include "portcullis/bench/measure.h"
#include "portcullis/bench/session.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/oracle/mock/compressor.h"
#include "portcullis/oracle/mock/etf.h"

namespace portcullis::bench {
namespace {

using compression::Compression;
using encoding::Encoding;
using Messages = std::vector<std::string>;

Messages etf(const Messages& payloads) {
  Messages all;
  for (const std::string& payload : payloads) all.push_back(mock::etf_of_json(payload).value());
  return all;
}

Messages compressed(const Messages& payloads, const char* compress) {
  constexpr int kWindowLog = 18;  // what was seen (GW-ZSTD-5)
  auto compressor = mock::Compressor::of(compress, kWindowLog);
  Messages all;
  for (const std::string& payload : payloads) all.push_back(compressor->message(payload));
  return all;
}

Messages payloads_compressed(const Messages& payloads) {
  Messages all;
  for (const std::string& payload : payloads) all.push_back(mock::zlib_payload(payload));
  return all;
}

}  // namespace

Streams::Streams(std::size_t json_bytes_min, std::size_t guilds) {
  const Messages json = session(json_bytes_min, guilds);
  for (const std::string& payload : json) json_bytes_ += payload.size();
  for (const auto encoding : {Encoding::Json, Encoding::Etf}) {
    Messages& plain = streams_[{encoding, Compression::None}] = encoding == Encoding::Json ? json : etf(json);
    streams_[{encoding, Compression::ZlibStream}] = compressed(plain, "zlib-stream");
    streams_[{encoding, Compression::ZstdStream}] = compressed(plain, "zstd-stream");
  }
  streams_[{Encoding::Json, Compression::Payload}] = payloads_compressed(json);
}

std::vector<Bytes> frames(const std::vector<std::string>& messages, websocket::Opcode opcode) {
  std::vector<Bytes> all;
  for (const std::string& message : messages)
    websocket::append_frame(all.emplace_back(), true, opcode, std::as_bytes(std::span{message}), nullptr);
  return all;
}

}  // namespace portcullis::bench
