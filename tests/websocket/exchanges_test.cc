// Runs the vectors of what an end does step by step, and of what it says in the opening handshake.
#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

constexpr const char* kExchanges = "corpus/vectors/websocket/exchanges.json";
constexpr const char* kOpenings = "corpus/vectors/websocket/openings.json";

const std::vector<std::string> kNone;

/// The nonce that our answers draw is that of the file.
void check_nonce(const Json& given) {
  const Chance chance = counting_chance();
  Bytes drawn;
  for (int i = 0; i < 4; ++i) {
    const std::uint32_t word = chance();
    for (const int shift : {24, 16, 8, 0}) drawn.push_back(static_cast<std::byte>(word >> shift));
  }
  CHECK(to_hex(drawn) == given["nonce"].get<std::string>());
}

TEST_CASE("WS-IO-1, WS-IO-4: the exchange vectors hold for each role that they name, under any cut", "[ws][vectors]") {
  const Json given = read_vectors(kExchanges)["given"];
  check_nonce(given);
  CHECK(Limits{}.close_timeout == Duration{given["close_ms"].get<int>()});
  CHECK(Limits{}.linger_timeout == Duration{given["linger_ms"].get<int>()});
  CHECK(questions_of(kExchanges).size() > 133);
  for (const Json& cut : {Json::object(), Json{{"cut", {1}}}, Json{{"cut", {3}}}})
    CHECK(failures(kExchanges, 101, cut) == kNone);
}

TEST_CASE("WS-HS-1, WS-HT-26: the vectors of what is said in the opening handshake hold", "[ws][vectors]") {
  check_nonce(read_vectors(kOpenings)["given"]);
  CHECK(failures(kOpenings, 83) == kNone);
}

}  // namespace
}  // namespace portcullis::tests
