#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kNone;

TEST_CASE("GW-URL-10: URLs are joined as the vectors say", "[gw][vectors]") {
  CHECK(failures("corpus/vectors/url_join/join.json", 41) == kNone);
}

}  // namespace
}  // namespace portcullis::tests
