// Runs the vectors of corpus/vectors/websocket: each in the roles it is meant for, whole and cut at every byte.
#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using Lines = std::vector<std::string>;
using vectors::Role;

constexpr auto kFrames = "corpus/vectors/websocket/frames.json";
constexpr auto kClient = "corpus/vectors/websocket/handshake_client.json";
constexpr auto kServer = "corpus/vectors/websocket/handshake_server.json";

const Lines kNone;
// Whole, at every byte, and into threes.
const std::vector<Json> kCuts{Json::object(), {{"cut", {1}}}, {{"cut", {3}}}};

TEST_CASE("WS-FR-1: the frame vectors hold for the client, and masked for the server, under any cut", "[ws][vectors]") {
  for (const Json& cut : kCuts) CHECK(failures(kFrames, 130, cut) == kNone);
}

bool is_short(const vectors::Question& question) { return question.ask["stream"].get<std::string>().size() <= 600; }

Json play(const vectors::Question& question, std::span<const std::byte> stream, const vectors::Cut& cut) {
  return vectors::play_frames(question.as == "client" ? Role::Client : Role::Server, stream, cut,
                              tables_at_hand().client);
}

TEST_CASE("WS-IO-1: the frame vectors hold cut in two at any byte", "[ws][vectors]") {
  for (const vectors::Question& one : questions_of(kFrames)) {
    if (!is_short(one)) continue;
    CAPTURE(one.id, one.as);
    const Bytes stream = from_hex(one.ask["stream"].get<std::string>());
    for (std::size_t size = 1; size <= stream.size(); ++size)
      CHECK(differences(one, play(one, stream, {size, stream.size()}), vectors::Reading::Exact) == kNone);
  }
}

TEST_CASE("WS-FR-11: any prefix of a good frame vector is not yet an error, and lost when the input ends there",
          "[ws][vectors]") {
  for (const vectors::Question& one : questions_of(kFrames)) {
    if (one.verdict != "valid" || !is_short(one) || one.as != "client") continue;
    const Bytes stream = from_hex(one.ask["stream"].get<std::string>());
    const Json lost{{{"hangup", true}}, {{"ended", 1006}, {"reason", ""}, {"clean", false}, {"ours_first", false}}};
    for (std::size_t size = 0; size < stream.size(); ++size) {
      CAPTURE(one.id, size);
      const Json answer = play(one, std::span(stream).first(size), {});
      const Json &events = answer["events"], &whole = one.expect["events"];
      CHECK((answer["end"] == one.expect["end"] || answer["end"] == lost));
      REQUIRE(events.size() <= whole.size());
      CHECK(std::equal(events.begin(), events.end(), whole.begin()));
    }
  }
}

TEST_CASE("WS-HS-20: the client's handshake vectors hold under any cut", "[ws][vectors]") {
  for (const Json& cut : kCuts) CHECK(failures(kClient, 125, cut) == kNone);
}

/// The answer's fields as its caller finds them.
void check_fields(const Json& one, const websocket::Refused& refused) {
  for (const Json& field : one["expect"].back()["refused"]["fields"]) {
    const auto found = refused.fields.all(field["name"].get<std::string>());
    CHECK(Lines(found.begin(), found.end()) == field["values"].get<Lines>());
    const auto first = refused.fields.find(field["name"].get<std::string>());
    CHECK(first == (found.empty() ? std::nullopt : std::optional(found.front())));
  }
}

TEST_CASE("WS-HT-21: the fields of a refusal are found as the vectors say", "[ws][vectors]") {
  const Limits limits;
  int refusals = 0;
  for (const Json& one : cases_of(kClient)) {
    if (!one["expect"].back().contains("refused") || !one["expect"].back()["refused"].contains("fields")) continue;
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    REQUIRE(bool(client.open(websocket::Url{false, "server.example", 80, "/chat"}, {}, {})));
    const Bytes input = stream_of(one["answer"]);
    client.received(input, at(0));
    for (auto output = client.poll(); !std::holds_alternative<websocket::Wait>(output); output = client.poll())
      if (const auto* refused = std::get_if<websocket::Refused>(&output)) check_fields(one, *refused), ++refusals;
  }
  CHECK(refusals == 1);
}

TEST_CASE("WS-HS-45: the server's handshake vectors hold under any cut", "[ws][vectors]") {
  for (const Json& cut : kCuts) CHECK(failures(kServer, 79, cut) == kNone);
}

TEST_CASE("WS-UR-1: the URL vectors hold", "[ws][vectors]") {
  CHECK(failures("corpus/vectors/websocket/urls.json", 43) == kNone);
}

}  // namespace
}  // namespace portcullis::tests
