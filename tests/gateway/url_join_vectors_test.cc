#include <catch2/catch.hpp>

#include "portcullis/core/gateway/endpoint.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

void check_case(const Json& one) {
  const Json& asked = one["query"];
  const std::string main = one["main"];
  const std::string base = one.value("resume", main);
  const std::string encoding = asked["encoding"];
  const std::string compress = asked.value("compress", "");
  const auto joined = gateway::join_endpoint(base, main, {asked["v"], encoding, compress});
  REQUIRE(bool(joined) == (one["verdict"] == "valid"));
  if (!joined) {
    CHECK(std::string(id(joined.error().req)) == one["refused"]["req"].get<std::string>());
    CHECK((joined.error().blame == Blame::Peer ? "peer" : "caller") == one["refused"]["blame"]);
    return;
  }
  CHECK(joined->url == one["url"].get<std::string>());
  const Json& parts = one["parts"];
  CHECK(joined->parts == websocket::Url{parts["secure"], parts["host"], parts["port"], parts["target"]});
}

TEST_CASE("GW-URL-10: URLs are joined as the vectors say", "[gw][vectors]") {
  for (const Json& one : cases_of("corpus/vectors/url_join/join.json")) {
    CAPTURE(one["id"], one["about"]);
    check_case(one);
  }
}

}  // namespace
}  // namespace portcullis::tests
