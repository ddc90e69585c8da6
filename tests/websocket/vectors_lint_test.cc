// The vector files of WebSocket themselves, and what each requirement has of them.
#include <catch2/catch.hpp>
#include <set>

#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kFiles{
    "corpus/vectors/websocket/exchanges.json",        "corpus/vectors/websocket/frames.json",
    "corpus/vectors/websocket/handshake_client.json", "corpus/vectors/websocket/handshake_server.json",
    "corpus/vectors/websocket/openings.json",         "corpus/vectors/websocket/urls.json"};

/// Why a requirement has no vector, by its id.
constexpr const char* kReasons = "tests/websocket/without_vector.json";

using Findings = std::vector<std::string>;

std::set<std::string> cited() {
  std::set<std::string> ids;
  for (const std::string& path : kFiles)
    for (const Json& one : cases_of(path))
      for (const Json& requirement : one["req"]) ids.insert(requirement.get<std::string>());
  return ids;
}

/// Everything that is wrong: an id of the catalogue without vector and reason, one with both, a reason for no id.
Findings unaccounted(const std::set<std::string>& catalogue, const std::set<std::string>& shown, const Json& reasons) {
  Findings found;
  for (const std::string& one : catalogue)
    if (shown.count(one) == 0 && !reasons.contains(one)) found.push_back(one + " has neither a vector nor a reason");
  for (const auto& [one, why] : reasons.items()) {
    if (catalogue.count(one) == 0) found.push_back(one + " is no requirement of WebSocket");
    if (shown.count(one) != 0) found.push_back(one + " has a vector, and a reason for having none");
    if (why.get<std::string>().empty()) found.push_back(one + " has an empty reason");
  }
  return found;
}

TEST_CASE("WS-FR-1: the WebSocket vector files keep their schema, order, ids and counts", "[ws][vectors]") {
  for (const std::string& path : kFiles) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
  }
}

TEST_CASE("vectors: each requirement of WebSocket has a vector, or a reason for having none", "[ws][vectors]") {
  std::set<std::string> catalogue;
  const Json file = read_vectors("spec/requirements/websocket.json");
  for (const Json& one : file["requirements"]) catalogue.insert(one["id"].get<std::string>());
  CHECK(catalogue.size() > 100);
  CHECK(unaccounted(catalogue, cited(), read_vectors(kReasons)) == Findings{});
}

TEST_CASE("vectors: a requirement that is not accounted for is found", "[ws][vectors]") {
  const Json reasons{{"WS-A-2", "no byte shows it"}, {"WS-A-3", "nor this"}, {"WS-A-9", "nor this"}};
  CHECK(unaccounted({"WS-A-1", "WS-A-2", "WS-A-3", "WS-A-4"}, {"WS-A-1", "WS-A-3"}, reasons) ==
        Findings{"WS-A-4 has neither a vector nor a reason", "WS-A-3 has a vector, and a reason for having none",
                 "WS-A-9 is no requirement of WebSocket"});
}

}  // namespace
}  // namespace portcullis::tests
