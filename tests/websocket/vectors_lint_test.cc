// The vector files of WebSocket themselves, and which requirements still lack one.
#include <catch2/catch.hpp>
#include <iostream>
#include <set>

#include "portcullis/spec/requirements.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kFiles{
    "corpus/vectors/websocket/frames.json", "corpus/vectors/websocket/handshake_client.json",
    "corpus/vectors/websocket/handshake_server.json", "corpus/vectors/websocket/urls.json"};

TEST_CASE("WS-FR-1: the WebSocket vector files keep their schema, order, ids and counts", "[ws][vectors]") {
  for (const std::string& path : kFiles) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
  }
}

TEST_CASE("WS-FR-1: the requirements of WebSocket without a vector are listed", "[ws][vectors]") {
  std::set<std::string> lacking;
  for (const std::string_view one : req::kIds)
    if (one.starts_with("WS-")) lacking.emplace(one);
  const std::size_t all = lacking.size();
  for (const std::string& path : kFiles) {
    const Json file = read_vectors(path);
    for (const Json& one : file["cases"])
      for (const Json& requirement : one["req"]) lacking.erase(requirement.get<std::string>());
  }
  std::cout << lacking.size() << " of " << all << " WS- requirements have no vector:";
  for (const std::string& one : lacking) std::cout << ' ' << one;
  std::cout << '\n';
  CHECK(lacking.size() < all);
}

}  // namespace
}  // namespace portcullis::tests
