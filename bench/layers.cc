// What each layer costs on the same bytes, beside what zlib's inflate and libzstd alone take on them.
//
//   bazel run -c opt --config=opt //bench
#include <benchmark/benchmark.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "portcullis/bench/dispatches.h"
#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/json_scan.h"

namespace portcullis {
namespace {

const std::vector<std::string>& payloads() {
  static const auto kAll = bench::dispatches(2'000);
  return kAll;
}

const std::vector<std::string>& messages() {
  static const auto kAll = bench::zlib_stream(payloads());
  return kAll;
}

void require(bool fact) {
  if (!fact) std::abort();
}

void count_bytes(benchmark::State& state) {
  std::size_t bytes = 0;
  for (const std::string& payload : payloads()) bytes += payload.size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
}

/// Calls `use` with each payload as the stream gives it.
template <typename Use>
void through_inflater(Workspace& workspace, Use use) {
  compression::Decompressor decompressor(compression::Compression::ZlibStream, Limits{});
  for (const std::string& message : messages()) {
    const auto payload = decompressor.feed(std::as_bytes(std::span{message}), workspace);
    require(payload && *payload);
    use(std::string_view{reinterpret_cast<const char*>((*payload)->data()), (*payload)->size()});
  }
}

void inflate_alone(benchmark::State& state) {
  std::vector<Bytef> output(1 << 20);
  for (auto _ : state) {
    z_stream stream{};
    inflateInit(&stream);
    for (const std::string& message : messages()) {
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
      stream.avail_in = static_cast<uInt>(message.size());
      stream.next_out = output.data();
      stream.avail_out = static_cast<uInt>(output.size());
      require(inflate(&stream, Z_SYNC_FLUSH) == Z_OK);
    }
    inflateEnd(&stream);
  }
  count_bytes(state);
}

void zstd_alone(benchmark::State& state) {
  static const auto kMessages = bench::zstd_stream(payloads());
  std::vector<std::byte> output(1 << 20);
  for (auto _ : state) {
    ZSTD_DCtx* const context = ZSTD_createDCtx();
    for (const std::string& message : kMessages) {
      ZSTD_inBuffer in{message.data(), message.size(), 0};
      ZSTD_outBuffer out{output.data(), output.size(), 0};
      require(!ZSTD_isError(ZSTD_decompressStream(context, &out, &in)) && in.pos == in.size);
    }
    ZSTD_freeDCtx(context);
  }
  count_bytes(state);
}

void inflater(benchmark::State& state) {
  Workspace workspace;
  for (auto _ : state) through_inflater(workspace, [](std::string_view text) { benchmark::DoNotOptimize(text); });
  count_bytes(state);
}

void inflater_and_scan(benchmark::State& state, encoding::Check check) {
  Workspace workspace;
  for (auto _ : state)
    through_inflater(workspace, [&](std::string_view text) { require(bool(scan_json(text, check, 512, workspace))); });
  count_bytes(state);
}

void inflater_and_tree(benchmark::State& state) {
  Workspace workspace;
  for (auto _ : state)
    through_inflater(workspace, [](std::string_view text) { require(nlohmann::json::parse(text).is_object()); });
  count_bytes(state);
}

void scan(benchmark::State& state, encoding::Check check) {
  Workspace workspace;
  for (auto _ : state)
    for (const std::string& text : payloads()) require(bool(scan_json(text, check, 512, workspace)));
  count_bytes(state);
}

BENCHMARK(inflate_alone);
BENCHMARK(zstd_alone);
BENCHMARK(inflater);
BENCHMARK_CAPTURE(inflater_and_scan, envelope, encoding::Check::Envelope);
BENCHMARK_CAPTURE(inflater_and_scan, grammar, encoding::Check::Grammar);
BENCHMARK(inflater_and_tree);
BENCHMARK_CAPTURE(scan, envelope, encoding::Check::Envelope);
BENCHMARK_CAPTURE(scan, grammar, encoding::Check::Grammar);

}  // namespace
}  // namespace portcullis

BENCHMARK_MAIN();
