// What single things cost: a byte fed alone, a heartbeat, masking, a session that waits.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>

#include "portcullis/bench/link.h"
#include "portcullis/bench/measure.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"

namespace portcullis::bench {
namespace {

using compression::Compression;
using encoding::Check;
using encoding::Encoding;

void count_calls(benchmark::State& state, std::size_t calls) { state.counters["calls"] = static_cast<double>(calls); }

const Bytes& small_session() {
  static const auto kBytes = [] {
    const Streams streams(2'000'000, 1);
    Bytes all;
    for (const Bytes& frame : frames(streams.json(), websocket::Opcode::Text))
      all.insert(all.end(), frame.begin(), frame.end());
    return all;
  }();
  return kBytes;
}

void frames_bytewise(benchmark::State& state) {
  const Bytes& all = small_session();
  for (auto _ : state) {
    Frames connection;
    std::size_t messages = 0;
    for (const std::byte& byte : all) connection.deliver({&byte, 1}, [&](auto) { ++messages; });
    require(messages > 100);
  }
  count_calls(state, all.size());
}

void client_bytewise(benchmark::State& state) {
  const Bytes& all = small_session();
  Workspace workspace;
  for (auto _ : state) {
    Link link(Encoding::Json, Compression::None, Check::Envelope, workspace);
    for (const std::byte& byte : all) link.deliver({&byte, 1});
    require(link.events() > 100);
  }
  count_calls(state, all.size());
}

void heartbeat(benchmark::State& state) {
  constexpr std::size_t kBeats = 100'000;
  constexpr std::size_t kBytesMax = 4'096;
  Frames connection;
  std::vector<char> payload;
  for (auto _ : state)
    for (std::size_t i = 0; i < kBeats; ++i) {
      payload.clear();
      encoding::JsonWriter writer(payload, kBytesMax);
      require(bool(gateway::write_payload(gateway::HeartbeatData{static_cast<std::int64_t>(1'000'000 + i)}, writer)));
      require(connection.send(std::as_bytes(std::span{payload})) > payload.size());
    }
  count_calls(state, kBeats);
}

void mask(benchmark::State& state) {
  constexpr std::size_t kFrames = 100'000;
  Bytes bytes(4'096);
  for (auto _ : state)
    for (std::size_t i = 0; i < kFrames; ++i) {
      websocket::mask(bytes, {std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}}, i);
      benchmark::ClobberMemory();
    }
  count_calls(state, kFrames);
}

/// Counts what malloc has given out before and after: the libraries' own memory is in it.
void idle(benchmark::State& state, Compression compression) {
  constexpr std::size_t kSessions = 100;
  const Streams streams(1, 1);
  const auto opcode = compression == Compression::None ? websocket::Opcode::Text : websocket::Opcode::Binary;
  const auto all = frames(streams.of(Encoding::Json, compression), opcode);
  Workspace workspace;  // which they share
  const auto make = [&] {
    Link link(Encoding::Json, compression, Check::Envelope, workspace);
    for (const Bytes& frame : {all[0], all[1]}) link.deliver(frame);
    require(link.events() == 1);
    return link.take_client();
  };
  auto warm = make();
  std::vector<std::unique_ptr<Client>> clients(kSessions);
  double bytes = 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks;
    for (auto& client : clients) client = make();
    bytes = static_cast<double>(mallinfo2().uordblks - before) / kSessions;
    for (auto& client : clients) client.reset();
  }
  state.counters["bytes"] = bytes;
}

}  // namespace

void register_costs() {
  const auto add = [](const char* name, auto run) { benchmark::RegisterBenchmark(name, run)->Iterations(1); };
  add("bytewise/frames", frames_bytewise);
  add("bytewise/client", client_bytewise);
  add("heartbeat", heartbeat);
  add("mask", mask);
  add("idle/none", [](benchmark::State& state) { idle(state, Compression::None); });
  add("idle/zlib-stream", [](benchmark::State& state) { idle(state, Compression::ZlibStream); });
  add("idle/zstd-stream", [](benchmark::State& state) { idle(state, Compression::ZstdStream); });
}

}  // namespace portcullis::bench
