// What a client costs in memory: nothing for each event once it is warm, and little while it waits.
#define ZSTD_STATIC_LINKING_ONLY  // for ZSTD_sizeof_DCtx
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "portcullis/tests/client/talk.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "tests/client/allocations.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using encoding::Encoding;

enum class Cut { Whole, EveryByte };

// A client with its server's end. Only what happens inside the client is counted.
class Driven {
 public:
  Driven(Compression compression, Cut cut, Workspace& workspace, Encoding encoding = Encoding::Json)
      : pack_(compression), etf_(encoding == Encoding::Etf), cut_(cut) {
    Config config = plain_config();
    config.compression = compression;
    config.encoding = encoding;
    const Chance chance = [] { return 0x9e3779b9u; };
    const CountAllocations on;
    client_ = std::make_unique<Client>(std::move(config), Limits{}, chance, workspace);
  }

  ~Driven() {
    const CountAllocations on;
    client_.reset();
  }

  void get_ready() {
    call([](Client& c, Instant now) { (void)c.start(now); });
    call([](Client& c, Instant now) { c.opened({1}, now); });
    give(bytes_of(wire_.accept()));
    say(hello(41'250));
    call([](Client& c, Instant now) { c.identify_granted(now); });
    say(ready("0123456789abcdef0123456789abcdef"));
  }

  void say(std::string_view json) {
    const auto [message, binary] = pack_(etf_ ? etf_payload(nlohmann::ordered_json::parse(json)) : std::string(json));
    give(server_frame(binary || etf_ ? 0x82 : 0x81, message));
  }

  void beat() {
    now_ = deadline_.value();
    call([](Client& c, Instant now) { c.elapsed(now); });
  }

  std::size_t messages() const { return messages_; }
  std::size_t events() const { return events_; }

 private:
  void give(std::span<const std::byte> bytes) {
    const std::size_t step = cut_ == Cut::Whole ? bytes.size() : 1;
    for (; !bytes.empty(); bytes = bytes.subspan(step))
      call([part = bytes.first(step)](Client& c, Instant now) { c.received({1}, part, now); });
  }

  template <typename Call>
  void call(Call call) {
    {
      const CountAllocations on;
      call(*client_, now_);
    }
    for (;;) {
      const Output output = poll();
      if (const auto* wait = std::get_if<Wait>(&output)) {
        deadline_ = wait->deadline;
        return;
      }
      if (const auto* transmit = std::get_if<Transmit>(&output)) see(*transmit);
      events_ += std::holds_alternative<Notify>(output);
    }
  }

  Output poll() {
    const CountAllocations on;
    return client_->poll();
  }

  void see(const Transmit& transmit) {
    wire_.take(transmit.bytes);
    messages_ += wire_.frames().size();
  }

  Packer pack_;
  bool etf_;
  Cut cut_;
  std::unique_ptr<Client> client_;
  Instant now_{Duration{1'000'000}};
  std::optional<Instant> deadline_;
  ClientBytes wire_;
  std::size_t messages_ = 0;
  std::size_t events_ = 0;
};

void live(Driven& driven, int rounds, std::int64_t& s) {
  for (int i = 0; i < rounds; ++i) {
    driven.say(dispatch("MESSAGE_CREATE", ++s, R"({"id":"81384788765712384","content":"h\u00e9llo","tts":false})"));
    driven.beat();
    driven.say(R"({"t":null,"s":null,"op":11,"d":null})");
  }
}

TEST_CASE(
    "LOCAL-6, GW-ZLIB-9, GW-ZSTD-3, GW-PCOMP-2, GW-ETF-13: once warm, a dispatch, a beat and its acknowledgement "
    "allocate nothing") {
  const auto encoding = GENERATE(Encoding::Json, Encoding::Etf);
  const auto compression =
      GENERATE(Compression::None, Compression::ZlibStream, Compression::ZstdStream, Compression::Payload);
  if (encoding == Encoding::Json || compression != Compression::Payload)  // GW-ENC-2
    for (const auto cut : {Cut::Whole, Cut::EveryByte}) {
      CAPTURE(int(compression), int(cut), int(encoding));
      Workspace workspace;
      Driven driven(compression, cut, workspace, encoding);
      driven.get_ready();
      std::int64_t s = 1;
      live(driven, 130, s);
      const std::size_t before = allocations();
      const std::size_t messages = driven.messages();
      const std::size_t events = driven.events();
      live(driven, 300, s);
      CHECK(allocations() == before);
      CHECK(driven.messages() - messages == 300);
      CHECK(driven.events() - events == 300);
    }
}

TEST_CASE("GW-ZLIB-9: the count sees an allocation") {
  const std::size_t before = allocations();
  {
    const CountAllocations on;
    const auto held = std::make_unique<std::array<char, 1'000>>();
    CHECK(live_bytes() >= 1'000);
  }
  CHECK(allocations() > before);
}

// What the zlib at hand takes from malloc for one stream that has begun.
std::size_t zlib_bytes() {
  static std::size_t bytes;
  bytes = 0;
  z_stream stream{};
  stream.zalloc = [](void*, uInt items, uInt size) {
    bytes += std::size_t{items} * size;
    return std::calloc(items, size);
  };
  stream.zfree = [](void*, void* place) { std::free(place); };
  const Bytes said = Deflater()(hello(41'250));
  std::array<Bytef, 256> out{};
  REQUIRE(inflateInit(&stream) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(said.data()));
  stream.avail_in = static_cast<uInt>(said.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_SYNC_FLUSH) == Z_OK);
  inflateEnd(&stream);
  return bytes;
}

// What libzstd takes for one context that has begun a frame as the gateway begins it.
std::size_t zstd_bytes() {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  const std::string said = Zstd().message(hello(41'250));
  std::array<char, 256> room{};
  ZSTD_inBuffer in{said.data(), said.size(), 0};
  ZSTD_outBuffer out{room.data(), room.size(), 0};
  REQUIRE_FALSE(ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)));
  return ZSTD_sizeof_DCtx(context.get());
}

std::size_t bytes_of_library(Compression compression) {
  switch (compression) {
    case Compression::None: return 0;
    case Compression::ZstdStream: return zstd_bytes();
    case Compression::ZlibStream:
    case Compression::Payload: break;
  }
  return zlib_bytes();
}

// The bytes of a live client that waits, without its configuration and what it shares with others in the workspace.
std::size_t idle_bytes(Compression compression) {
  Workspace workspace;
  std::int64_t s = 1;
  Driven before_it(compression, Cut::Whole, workspace);
  before_it.get_ready();
  live(before_it, 3, s);
  const std::ptrdiff_t bytes = live_bytes();
  Driven driven(compression, Cut::Whole, workspace);
  driven.get_ready();
  live(driven, 3, s = 1);
  const auto heap = static_cast<std::size_t>(live_bytes() - bytes) - sizeof(Config);
  constexpr std::array kNames{"no compression: ", "zlib-stream: ", "zstd-stream: ", "payload compression: "};
  const std::size_t library = bytes_of_library(compression);
  std::cout << kNames[static_cast<std::size_t>(compression)] << heap + library
            << " bytes: " << sizeof(Client) - sizeof(Config) << " of the object, "
            << heap + sizeof(Config) - sizeof(Client) << " on the heap, " << library << " of the library\n";
  return heap + library;
}

TEST_CASE("GW-SHARD-9: an idle client holds 2.75 KB at most without compression") {
  CHECK(idle_bytes(Compression::None) <= 2'816);
}

TEST_CASE("GW-SHARD-9: an idle client holds 42 KB at most with zlib-stream or payload compression") {
  CHECK(idle_bytes(Compression::ZlibStream) <= 42 * 1'024);
  CHECK(idle_bytes(Compression::Payload) <= 42 * 1'024);
}

TEST_CASE("GW-SHARD-9, GW-ZSTD-5: an idle client holds 740 KB at most with zstd-stream and the gateway's window") {
  CHECK(idle_bytes(Compression::ZstdStream) <= 740 * 1'024);
}

}  // namespace
}  // namespace portcullis::tests
