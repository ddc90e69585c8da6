#include "portcullis/tests/simulation/setup.h"

#include <array>
#include <string_view>

#include "portcullis/tests/simulation/dice.h"

namespace portcullis::simulation {
namespace {

using compression::Compression;
using encoding::Encoding;

struct Wire {
  Encoding encoding;
  Compression compression;
};
constexpr std::array<Wire, 7> kWires{{
    {Encoding::Json, Compression::None},
    {Encoding::Json, Compression::ZlibStream},
    {Encoding::Json, Compression::ZstdStream},
    {Encoding::Json, Compression::Payload},
    {Encoding::Etf, Compression::None},
    {Encoding::Etf, Compression::ZlibStream},
    {Encoding::Etf, Compression::ZstdStream},
}};
constexpr std::array<std::string_view, 4> kCompressions{"no compression", "zlib-stream", "zstd-stream",
                                                        "payload compression"};
constexpr std::uint64_t kHostileEvery = 15;  // shares no factor with the wires
constexpr Duration kMinute{60'000};
constexpr Duration kHour{60 * kMinute};

std::string_view name_of(Compression compression) {
  switch (compression) {
    case Compression::None: return kCompressions[0];
    case Compression::ZlibStream: return kCompressions[1];
    case Compression::ZstdStream: return kCompressions[2];
    case Compression::Payload: return kCompressions[3];
  }
  return {};
}

}  // namespace

Setup setup_of(std::uint64_t seed) {
  Dice dice = Dice(seed).split(1);
  Setup setup;
  setup.seed = seed;
  setup.encoding = kWires[seed % kWires.size()].encoding;
  setup.compression = kWires[seed % kWires.size()].compression;
  setup.shards = static_cast<std::uint32_t>(dice.between(1, 5));
  setup.max_concurrency = static_cast<std::uint32_t>(dice.between(1, 3));
  setup.heartbeat_interval = dice.one_in(4) ? Duration{dice.between(5'000, 60'000)} : Duration{41'250};
  setup.length = kHour;
  setup.dispatch_interval = Duration{dice.between(500, 10'000)};
  setup.fault_interval = Duration{dice.between(60'000, 240'000)};
  if (seed % kHostileEvery != 0) return setup;
  setup.mood = Setup::Mood::Hostile;
  setup.shards = 4;
  setup.length = 26 * kHour;
  setup.dispatch_interval = 10 * kMinute;
  setup.fault_interval = kMinute;
  return setup;
}

std::string describe(const Setup& setup) {
  const bool hostile = setup.mood == Setup::Mood::Hostile;
  return std::string(name(setup.encoding)) + ", " + std::string(name_of(setup.compression)) + ", " +
         std::to_string(setup.shards) + " shards, " + std::to_string(setup.max_concurrency) + " at once, beats every " +
         std::to_string(setup.heartbeat_interval.count()) + " ms, " +
         std::to_string(setup.length.count() / kMinute.count()) + (hostile ? " hostile" : "") + " minutes";
}

}  // namespace portcullis::simulation
