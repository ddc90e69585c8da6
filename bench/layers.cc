// What each layer costs on the same bytes, beside what zlib's inflate alone takes on them.
//
//   bazel run -c opt --config=opt //bench
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "portcullis/bench/dispatches.h"
#include "portcullis/core/compression/inflater.h"
#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/oracle/mock/etf.h"

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
  compression::Inflater inflater(compression::Compression::ZlibStream, Limits{});
  for (const std::string& message : messages()) {
    const auto payload = inflater.feed(std::as_bytes(std::span{message}), workspace);
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

// The bytes counted are those of the JSON texts, so that the speeds can be compared.
void scan_of_etf(benchmark::State& state) {
  static const auto kTerms = [] {
    std::vector<std::string> all;
    for (const std::string& text : payloads()) all.push_back(mock::etf_of_json(text).value());
    return all;
  }();
  Workspace workspace;
  for (auto _ : state)
    for (const std::string& term : kTerms) require(bool(encoding::scan_etf(term, Limits{}, workspace)));
  count_bytes(state);
}

void tree_of_json(benchmark::State& state) {
  for (auto _ : state)
    for (const std::string& text : payloads()) require(nlohmann::json::parse(text).is_object());
  count_bytes(state);
}

BENCHMARK(inflate_alone);
BENCHMARK(inflater);
BENCHMARK_CAPTURE(inflater_and_scan, envelope, encoding::Check::Envelope);
BENCHMARK_CAPTURE(inflater_and_scan, grammar, encoding::Check::Grammar);
BENCHMARK(inflater_and_tree);
BENCHMARK_CAPTURE(scan, envelope, encoding::Check::Envelope);
BENCHMARK_CAPTURE(scan, grammar, encoding::Check::Grammar);
BENCHMARK(scan_of_etf);
BENCHMARK(tree_of_json);

}  // namespace
}  // namespace portcullis

BENCHMARK_MAIN();
