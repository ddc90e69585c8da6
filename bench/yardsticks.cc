// What others cost on the same bytes: memcpy, the decompressors alone, and a tree of each payload.
#include <benchmark/benchmark.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "portcullis/bench/link.h"
#include "portcullis/bench/measure.h"
#include "portcullis/bench/trees.h"

namespace portcullis::bench {
namespace {

using compression::Compression;
using encoding::Encoding;

std::size_t longest(const std::vector<std::string>& texts) {
  return std::ranges::max_element(texts, {}, &std::string::size)->size();
}

void copy(benchmark::State& state, const Streams& streams) {
  std::vector<char> buffer(longest(streams.json()));
  for (auto _ : state)
    for (const std::string& text : streams.json()) {
      std::memcpy(buffer.data(), text.data(), text.size());
      benchmark::DoNotOptimize(buffer.data());
      benchmark::ClobberMemory();
    }
}

void inflate_alone(benchmark::State& state, const Streams& streams) {
  std::vector<char> buffer(longest(streams.json()) + 1);
  for (auto _ : state) {
    ZlibStream stream;
    for (const std::string& message : streams.of(Encoding::Json, Compression::ZlibStream))
      benchmark::DoNotOptimize(stream.payload(std::as_bytes(std::span{message}), buffer));
  }
}

void zstd_alone(benchmark::State& state, const Streams& streams) {
  std::vector<char> buffer(longest(streams.json()) + 1);
  for (auto _ : state) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    for (const std::string& message : streams.of(Encoding::Json, Compression::ZstdStream)) {
      ZSTD_inBuffer in{message.data(), message.size(), 0};
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      require(ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)) == 0 && in.pos == in.size);
      benchmark::DoNotOptimize(buffer.data());
    }
  }
}

void trees(benchmark::State& state, const Streams& streams, Compression compression) {
  const auto opcode = compression == Compression::None ? websocket::Opcode::Text : websocket::Opcode::Binary;
  const auto all = frames(streams.of(Encoding::Json, compression), opcode);
  std::vector<char> buffer(longest(streams.json()) + 1);
  for (auto _ : state) {
    Frames connection;
    Trees trees(compression, buffer);
    for (const Bytes& frame : all) connection.deliver(frame, [&](auto message) { trees.take(message); });
    require(trees.count() == all.size());
  }
}

}  // namespace

void register_yardsticks(const Streams& streams) {
  const auto add = [](const char* name, auto run) { benchmark::RegisterBenchmark(name, run)->Iterations(1); };
  add("memcpy", [&](benchmark::State& state) { copy(state, streams); });
  add("inflate", [&](benchmark::State& state) { inflate_alone(state, streams); });
  add("zstd", [&](benchmark::State& state) { zstd_alone(state, streams); });
  add("tree/none", [&](benchmark::State& state) { trees(state, streams, Compression::None); });
  add("tree/zlib-stream", [&](benchmark::State& state) { trees(state, streams, Compression::ZlibStream); });
}

}  // namespace portcullis::bench
