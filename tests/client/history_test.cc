// For every history of peer acts, losses, deadlines and local commands: the invariants of the catalogue hold, and where
// the bytes are cut cannot be seen. And all these histories together take every live row of the session table.
#include "portcullis/tests/client/history.h"

#include <catch2/catch.hpp>
#include <iostream>

#include "portcullis/spec/gateway_session.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using spec::gateway_session::kTable;

std::vector<std::uint64_t>& row_counts() {
  static std::vector<std::uint64_t> counts(kTable.size());
  return counts;
}

// As many under a sanitizer too: fewer might miss a rare row.
constexpr int kHistories = 10'000;

Config config_of(compression::Compression compression) {
  Config config = plain_config();
  config.compression = compression;
  return config;
}

void check_history(const Config& config, const std::vector<Step>& steps) {
  History whole(config, Cut::Whole, &row_counts());
  History cut(config, Cut::AtRandom, &row_counts());
  whole.play(steps);
  cut.play(steps);
  if (!whole.broken().empty()) {
    for (const auto& line : whole.log()) RC_LOG(line + "\n");
    RC_FAIL(whole.broken());
  }
  if (!cut.broken().empty()) RC_FAIL("cut at random: " + cut.broken());
  RC_ASSERT(whole.log() == cut.log());
}

std::string describe(const spec::gateway_session::Row& row) {
  std::string out(spec::name(row.from));
  for (std::size_t i = 0; i < spec::kCount<spec::gateway_session::Input>; ++i)
    if (row.on.contains(static_cast<spec::gateway_session::Input>(i)))
      out += " " + std::string(spec::name(static_cast<spec::gateway_session::Input>(i)));
  return out;
}

TEST_CASE("INV-1 to INV-18: hold in every history, whole and cut, without compression") {
  check_always(
      "invariants, plain",
      [](const std::vector<Step>& steps) { check_history(config_of(compression::Compression::None), steps); },
      kHistories);
}

TEST_CASE("INV-1 to INV-20: hold in every history, whole and cut, over zlib-stream") {
  check_always(
      "invariants, zlib-stream",
      [](const std::vector<Step>& steps) { check_history(config_of(compression::Compression::ZlibStream), steps); },
      kHistories);
}

TEST_CASE("INV-1 to INV-20: hold in every history, whole and cut, over zstd-stream and with payload compression") {
  check_always(
      "invariants, zstd-stream or payload",
      [](const std::vector<Step>& steps, bool stream) {
        using enum compression::Compression;
        check_history(config_of(stream ? ZstdStream : Payload), steps);
      },
      kHistories);
}

// Catch2 runs the cases of a file in their order, so this one sees what the others have counted.
TEST_CASE("INV-17: every live row of the session table was taken") {
  std::size_t live = 0;
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (!is_live(kTable[i])) continue;
    ++live;
    INFO("never taken: " << describe(kTable[i]));
    CHECK(row_counts()[i] > 0);
  }
  std::cout << live << " live rows of the session table, each taken at least once\n";
}

}  // namespace
}  // namespace portcullis::tests
