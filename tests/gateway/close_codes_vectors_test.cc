#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kNone;

TEST_CASE("GW-CLOSE-FATAL: every close code leads to what its vector says", "[gw][vectors]") {
  CHECK(failures("corpus/vectors/close_codes/server.json", 40) == kNone);
}

}  // namespace
}  // namespace portcullis::tests
