// What a whole client costs: framing, decompression, envelope, session, events.
#include <benchmark/benchmark.h>

#include <string>

#include "portcullis/bench/link.h"
#include "portcullis/bench/measure.h"

namespace portcullis::bench {
namespace {

using compression::Compression;
using encoding::Check;
using encoding::Encoding;

struct Mode {
  const char* name;
  Compression compression;
  Encoding encoding;
  Check check;
};

// clang-format off
constexpr std::array kModes{
    Mode{"client/none/json/envelope",        Compression::None,       Encoding::Json, Check::Envelope},
    Mode{"client/none/json/grammar",         Compression::None,       Encoding::Json, Check::Grammar},
    Mode{"client/none/etf",                  Compression::None,       Encoding::Etf,  Check::Grammar},
    Mode{"client/payload/json/envelope",     Compression::Payload,    Encoding::Json, Check::Envelope},
    Mode{"client/zlib-stream/json/envelope", Compression::ZlibStream, Encoding::Json, Check::Envelope},
    Mode{"client/zlib-stream/json/grammar",  Compression::ZlibStream, Encoding::Json, Check::Grammar},
    Mode{"client/zlib-stream/etf",           Compression::ZlibStream, Encoding::Etf,  Check::Grammar},
    Mode{"client/zstd-stream/json/envelope", Compression::ZstdStream, Encoding::Json, Check::Envelope},
    Mode{"client/zstd-stream/json/grammar",  Compression::ZstdStream, Encoding::Json, Check::Grammar},
    Mode{"client/zstd-stream/etf",           Compression::ZstdStream, Encoding::Etf,  Check::Grammar},
};
// clang-format on

/// Plays the whole session to a client. Once half of it is through, the client is warm, and what it allocates counts.
void play(benchmark::State& state, const Streams& streams, const Mode& mode) {
  const bool text = mode.compression == Compression::None && mode.encoding == Encoding::Json;
  const auto all =
      frames(streams.of(mode.encoding, mode.compression), text ? websocket::Opcode::Text : websocket::Opcode::Binary);
  Workspace workspace;
  std::size_t allocated = 0;
  for (auto _ : state) {
    Link link(mode.encoding, mode.compression, mode.check, workspace);
    const std::size_t half = all.size() / 2;
    for (std::size_t i = 0; i < half; ++i) link.deliver(all[i]);
    const std::size_t before = tests::allocations();
    const tests::CountAllocations on;
    for (std::size_t i = half; i < all.size(); ++i) link.deliver(all[i]);
    allocated = tests::allocations() - before;
    require(link.events() == all.size() - 1);
  }
  state.counters["allocations"] = static_cast<double>(allocated) / (static_cast<double>(all.size()) / 2);
}

}  // namespace

void register_clients(const Streams& streams) {
  for (const Mode& mode : kModes)
    benchmark::RegisterBenchmark(mode.name, [&](benchmark::State& state) {
      play(state, streams, mode);
    })->Iterations(1);
}

}  // namespace portcullis::bench
