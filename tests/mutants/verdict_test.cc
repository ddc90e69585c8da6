#include "portcullis/tests/mutants/verdict.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "portcullis/tests/mutants/mutants.h"
#include "portcullis/tests/mutants/trial.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

using Faults = std::vector<std::string>;

constexpr std::string_view kReasons = R"({"equivalent": [
  {"reason": "a reason that is long enough to be one", "mutants": ["a", "b"]}]})";

TEST_CASE("mutants: a survivor needs a reason, and a reason needs a survivor") {
  const Equivalents equivalents = read_equivalents(kReasons);
  CHECK(faults({{"c"}, {"a", "b"}}, equivalents, {"a", "b", "c"}).empty());
  CHECK(faults({{}, {"c"}}, equivalents, {"a", "b", "c"}) == Faults{"not noticed: c"});
  CHECK(faults({{"b"}, {"a"}}, equivalents, {"a", "b"}) == Faults{"noticed, so not equivalent: b"});
  CHECK(faults({{}, {"a"}}, equivalents, {"a"}) == Faults{"no such mutant: b"});
}

TEST_CASE("mutants: a reason is given, and once") {
  CHECK_THROWS(read_equivalents(R"({"equivalent": [{"mutants": ["a"]}]})"));
  CHECK_THROWS(read_equivalents(R"({"equivalent": [{"reason": "because", "mutants": ["a"]}]})"));
  const std::string group = R"({"reason": "a reason that is long enough to be one", "mutants": ["a"]})";
  CHECK_NOTHROW(read_equivalents(R"({"equivalent": [)" + group + "]}"));
  CHECK_THROWS(read_equivalents(R"({"equivalent": [)" + group + "," + group + "]}"));
  CHECK_THROWS(read_equivalents(R"({"equivalent": [{"reason": "a reason that is long enough", "mutants": []}]})"));
}

TEST_CASE("mutants: noticed is what a detector says, what it dies of, and an exception; the rest is content") {
  const std::vector<Detector> net{
      {"zero", {Layer::Frames}, [] { return false; }},
      {"one", {Layer::Frames, Layer::Mock}, [] { return tables_at_hand().peer == nullptr; }},
      {"two", {Layer::Client}, []() -> bool { std::abort(); }},
      {"three", {Layer::Mock}, []() -> bool { throw std::runtime_error("odd"); }}};
  const auto nothing = [] {};
  const auto no_peer = [] { tables_at_hand().peer = nullptr; };
  CHECK(try_net(net, Layer::Frames, nothing) == std::nullopt);
  CHECK(try_net(net, Layer::Frames, no_peer) == 1u);
  CHECK(try_net(net, Layer::Client, nothing) == 2u);
  CHECK(try_net(net, Layer::Mock, nothing) == 3u);
  CHECK(try_net(net, std::nullopt, nothing) == 2u);
  CHECK(tables_at_hand().peer != nullptr);
}

TEST_CASE("mutants: each has a name of its own and lays another table than the real one") {
  std::set<std::string> ids;
  for (const Mutant& mutant : all_mutants()) {
    INFO(mutant.id);
    CHECK(ids.insert(mutant.id).second);
  }
  const auto before = tables_at_hand();
  for (const Mutant& mutant : all_mutants())
    if (mutant.id == "heartbeat: Beating, Due to Stopped") mutant.lay();
  const auto& row =
      tables_at_hand().client.heartbeat->row(spec::heartbeat::State::Beating, spec::heartbeat::Event::Due);
  CHECK(row.to == spec::heartbeat::State::Stopped);
  CHECK(row.act == spec::heartbeat::Action::SendHeartbeat);
  tables_at_hand() = before;
}

}  // namespace
}  // namespace portcullis::tests
