// The tree pipeline again, over a WebSocket implementation that is not ours.
#include <benchmark/benchmark.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>

#include "portcullis/bench/measure.h"
#include "portcullis/bench/trees.h"

namespace portcullis::bench {
namespace {

using compression::Compression;
using encoding::Encoding;

/// wslay's end of a connection whose handshake is done; its bytes come out of memory.
class Wslay {
 public:
  explicit Wslay(Trees& trees) : trees_(trees) {
    const wslay_event_callbacks callbacks{read, nullptr, nullptr, nullptr, nullptr, nullptr, take};
    require(wslay_event_context_client_init(&context_, &callbacks, this) == 0);
  }
  ~Wslay() { wslay_event_context_free(context_); }
  Wslay(const Wslay&) = delete;
  Wslay& operator=(const Wslay&) = delete;

  void deliver(std::span<const std::byte> bytes) {
    input_ = bytes;
    require(wslay_event_recv(context_) == 0 && input_.empty());
  }

 private:
  static ssize_t read(wslay_event_context_ptr context, std::uint8_t* into, std::size_t size, int, void* self) {
    auto& input = static_cast<Wslay*>(self)->input_;
    if (input.empty()) return wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK), -1;
    const std::size_t count = std::min(size, input.size());
    std::memcpy(into, input.data(), count);
    input = input.subspan(count);
    return static_cast<ssize_t>(count);
  }
  static void take(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* self) {
    static_cast<Wslay*>(self)->trees_.take(std::as_bytes(std::span{message->msg, message->msg_length}));
  }

  Trees& trees_;
  wslay_event_context_ptr context_ = nullptr;
  std::span<const std::byte> input_;
};

void trees(benchmark::State& state, const Streams& streams, Compression compression) {
  const auto opcode = compression == Compression::None ? websocket::Opcode::Text : websocket::Opcode::Binary;
  const auto all = frames(streams.of(Encoding::Json, compression), opcode);
  std::vector<char> buffer(1 << 20);
  for (auto _ : state) {
    Trees trees(compression, buffer);
    Wslay connection(trees);
    for (const Bytes& frame : all) connection.deliver(frame);
    require(trees.count() == all.size());
  }
}

}  // namespace

void register_outside(const Streams& streams) {
  const auto add = [](const char* name, auto run) { benchmark::RegisterBenchmark(name, run)->Iterations(1); };
  add("outside/none", [&](benchmark::State& state) { trees(state, streams, Compression::None); });
  add("outside/zlib-stream", [&](benchmark::State& state) { trees(state, streams, Compression::ZlibStream); });
}

}  // namespace portcullis::bench
