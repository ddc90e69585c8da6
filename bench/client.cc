// What a whole client costs on the same bytes: framing, inflate, envelope, session, events.
#include "portcullis/core/client.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/bench/dispatches.h"
#include "portcullis/core/websocket/server.h"
#include "portcullis/oracle/mock/etf.h"

namespace portcullis {
namespace {

constexpr std::size_t kDispatches = 2'000;
using Bytes = std::vector<std::byte>;

void require(bool fact) {
  if (!fact) std::abort();
}

// The server's stream for a whole session, cut into WebSocket messages: Hello, READY, then the dispatches.
const std::vector<std::string>& payloads() {
  static const auto kAll = [] {
    std::vector<std::string> all{
        R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}})",
        R"({"t":"READY","s":1,"op":0,"d":{"session_id":"one","resume_gateway_url":"ws://resume.example"}})"};
    for (auto& payload : bench::dispatches(kDispatches)) all.push_back(std::move(payload));
    return all;
  }();
  return kAll;
}

// The same in ETF.
std::vector<std::string> terms() {
  std::vector<std::string> all;
  for (const auto& payload : payloads()) all.push_back(mock::etf_of_json(payload).value());
  return all;
}

// A client and the server's end of its link, both without sockets.
class Link {
 public:
  Link(compression::Compression compression, encoding::Check check, encoding::Encoding encoding, Workspace& workspace)
      : client_(
            config(compression, check, encoding), Limits{}, [] { return std::uint32_t{4}; }, workspace) {
    require(bool(client_.start(kNow)));
    poll();
    client_.opened({1}, kNow);
    poll();
    carry();
    require(bool(server_.accept({}, {})));
    carry();
  }

  // Delivers the n-th payload of the session; each frame was made beforehand.
  void deliver(const Bytes& bytes) {
    client_.received({1}, bytes, kNow);
    poll();
  }
  std::size_t events() const { return events_; }

  // The frames that carry the whole session.
  static std::vector<Bytes> frames(bool compressed, bool etf) {
    const auto encoded = etf ? terms() : payloads();
    const auto opcode = compressed || etf ? websocket::Opcode::Binary : websocket::Opcode::Text;
    std::vector<Bytes> all;
    for (const auto& message : compressed ? bench::zlib_stream(encoded) : encoded) {
      Bytes frame;
      websocket::append_frame(frame, true, opcode, std::as_bytes(std::span{message}), nullptr);
      all.push_back(std::move(frame));
    }
    return all;
  }

 private:
  static constexpr Instant kNow{};

  static Config config(compression::Compression compression, encoding::Check check, encoding::Encoding encoding) {
    Config config;
    config.url = "ws://gateway.example";
    config.identify.token = "token";
    config.compression = compression;
    config.check = check;
    config.encoding = encoding;
    return config;
  }

  void poll() {
    for (;;) {
      const Output output = client_.poll();
      if (const auto* bytes = std::get_if<Transmit>(&output)) {
        to_server_.insert(to_server_.end(), bytes->bytes.begin(), bytes->bytes.end());
      } else if (std::holds_alternative<AskIdentify>(output)) {
        client_.identify_granted(kNow);
      } else if (const auto* notify = std::get_if<Notify>(&output)) {
        events_ += std::holds_alternative<Dispatch>(notify->event);
      } else if (std::holds_alternative<Wait>(output)) {
        return;
      }
    }
  }

  // Takes what the client wrote to the server, and back.
  void carry() {
    const Bytes there = std::exchange(to_server_, {});
    server_.received(there, kNow);
    for (;;) {
      const auto output = server_.poll();
      if (std::holds_alternative<websocket::Wait>(output)) return;
      if (const auto* bytes = std::get_if<websocket::Transmit>(&output))
        deliver({bytes->bytes.begin(), bytes->bytes.end()});
    }
  }

  Limits limits_;
  std::size_t events_ = 0;
  Bytes to_server_;
  websocket::ServerConnection server_{limits_};
  Client client_;
};

// The bytes counted are those of the JSON texts, so that the speeds can be compared.
void client(benchmark::State& state, compression::Compression compression, encoding::Check check,
            encoding::Encoding encoding = encoding::Encoding::Json) {
  const auto frames =
      Link::frames(compression == compression::Compression::ZlibStream, encoding == encoding::Encoding::Etf);
  Workspace workspace;
  for (auto _ : state) {
    Link link(compression, check, encoding, workspace);
    for (const Bytes& frame : frames) link.deliver(frame);
    require(link.events() == kDispatches + 1);
  }
  std::size_t bytes = 0;
  for (const auto& payload : payloads()) bytes += payload.size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK_CAPTURE(client, zlib_stream_envelope, compression::Compression::ZlibStream, encoding::Check::Envelope);
BENCHMARK_CAPTURE(client, zlib_stream_grammar, compression::Compression::ZlibStream, encoding::Check::Grammar);
BENCHMARK_CAPTURE(client, plain_envelope, compression::Compression::None, encoding::Check::Envelope);
BENCHMARK_CAPTURE(client, plain_grammar, compression::Compression::None, encoding::Check::Grammar);
BENCHMARK_CAPTURE(client, zlib_stream_etf, compression::Compression::ZlibStream, encoding::Check::Envelope,
                  encoding::Encoding::Etf);
BENCHMARK_CAPTURE(client, plain_etf, compression::Compression::None, encoding::Check::Envelope,
                  encoding::Encoding::Etf);

}  // namespace
}  // namespace portcullis
