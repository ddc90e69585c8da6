// For every history of peer acts, losses, deadlines and local commands the client does what the model of section 8
// does, over any encoding and compression and however the bytes are cut. And all these histories together take every
// live row of the session table.
#include <catch2/catch.hpp>
#include <iostream>

#include "portcullis/spec/gateway_session.h"
#include "portcullis/tests/properties/duel.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using spec::gateway_session::kTable;

Seen& seen() {
  static Seen all;
  return all;
}

// Many, as a history takes a fifth of a millisecond; enough under a sanitizer that every row is met there too.
#ifdef PORTCULLIS_SANITIZED
constexpr int kHistories = 10'000;
#else
constexpr int kHistories = 40'000;
#endif

rc::Gen<std::vector<Step>> histories() {
  return rc::gen::scale(0.6, rc::gen::container<std::vector<Step>>(rc::gen::resize(100, rc::gen::arbitrary<Step>())));
}

// The smallest failure, printed whole: RapidCheck breaks long lines, and a transcript cannot be taken up then.
struct Failure {
  std::string text;
  ~Failure() { std::cout << text; }
};

void check_histories(const std::string& sentence) {
  Failure smallest;
  check_always(
      sentence,
      [&smallest] {
        const auto steps = *histories();
        const auto seed = *rc::gen::resize(100, rc::gen::arbitrary<std::uint16_t>());
        Duel duel(seed, &seen());
        duel.play(steps);
        if (duel.broken().empty() && duel.difference().empty()) return;
        smallest.text = duel.transcript();
        if (!duel.broken().empty()) RC_FAIL("the client broke " + duel.broken());
        smallest.text += "The client differs from the model in " + duel.difference();
        RC_FAIL("the client differs from the model");
      },
      kHistories);
}

TEST_CASE("INV-1 to INV-13, INV-15 to INV-20: the client does what the model does and breaks no invariant") {
  check_histories("equal outputs and state");
}

std::string describe(const spec::gateway_session::Row& row) {
  std::string out(spec::name(row.from));
  for (std::size_t i = 0; i < spec::kCount<spec::gateway_session::Input>; ++i)
    if (row.on.contains(static_cast<spec::gateway_session::Input>(i)))
      out += " " + std::string(spec::name(static_cast<spec::gateway_session::Input>(i)));
  return out;
}

// Catch2 runs the cases of a file in their order, so this one sees what the others have counted.
TEST_CASE("INV-17: the histories took every live row of the session table") {
  std::size_t live = 0;
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (!is_live(kTable[i])) continue;
    ++live;
    INFO("never taken: " << describe(kTable[i]));
    CHECK(seen().rows[i] > 0);
  }
  std::cout << live << " live rows of the session table, each taken at least once\n";
}

TEST_CASE("INV-17, OP-35: the histories met every kind of message and loss in every state of a connection") {
  std::cout << seen().met.table();
  for (const auto kind : Tally::kKinds) {
    for (const auto state : Tally::kStates) {
      INFO(kind << " was never met in " << state);
      CHECK(seen().met.count(kind, state) > 0);
    }
  }
}

}  // namespace
}  // namespace portcullis::tests
