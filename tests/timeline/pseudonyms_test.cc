#include "portcullis/oracle/timeline/pseudonyms.h"

#include <catch2/catch.hpp>
#include <set>

#include "portcullis/tests/property.h"

namespace portcullis::timeline {
namespace {

const std::string kToken = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

TEST_CASE("GW-SEC-1: a pseudonym is as long as its secret, the same each time, and another one with another key",
          "[timeline]") {
  Pseudonyms one("one"), same("one"), other("other");
  CHECK(one.of(kToken) != kToken);
  CHECK(one.of(kToken).size() == kToken.size());
  CHECK(one.of(kToken) == one.of(kToken));
  CHECK(one.of(kToken) == same.once(kToken));
  CHECK(one.of(kToken) != other.of(kToken));
  CHECK(one.of("").empty());
  CHECK(one.of(std::string(5'000, 'a')).size() == 5'000);
}

TEST_CASE("GW-SEC-1: what stands before a token is seen, and the token is the same without it", "[timeline]") {
  Pseudonyms pseudonyms;
  CHECK(pseudonyms.of("Bot " + kToken) == "Bot " + pseudonyms.of(kToken));
  CHECK(pseudonyms.of("bot " + kToken).substr(4) != pseudonyms.of(kToken));
  CHECK(pseudonyms.of("Bot ") == "Bot ");
}

TEST_CASE("GW-SEC-1: a known secret is found wherever it stands", "[timeline]") {
  Pseudonyms pseudonyms;
  CHECK(pseudonyms.hide("see " + kToken) == "see " + kToken);
  const std::string stand_in = pseudonyms.of("Bot " + kToken).substr(4);
  CHECK(pseudonyms.hide(kToken) == stand_in);
  CHECK(pseudonyms.hide("x" + kToken + kToken + "?") == "x" + stand_in + stand_in + "?");
  CHECK(pseudonyms.hide(kToken.substr(1)) == kToken.substr(1));
  const std::string longer = kToken + "-more";
  const std::string stand_in_longer = pseudonyms.of(longer);
  CHECK(pseudonyms.hide(longer + kToken) == stand_in_longer + stand_in);
  CHECK(pseudonyms.hide("") == "");
}

TEST_CASE("memory: the last 1,024 secrets are looked for, none twice", "[timeline]") {
  Pseudonyms pseudonyms;
  const auto secret = [](int number) { return "secret-" + std::to_string(1'000'000 + number); };
  for (int again = 0; again < 3'000; ++again) pseudonyms.of(secret(0));
  for (int i = 1; i < 1'024; ++i) pseudonyms.of(secret(i));
  CHECK(pseudonyms.hide(secret(0)) != secret(0));
  pseudonyms.of(secret(1'024));
  CHECK(pseudonyms.hide(secret(0)) == secret(0));
  CHECK(pseudonyms.hide(secret(1)) != secret(1));
  CHECK(pseudonyms.hide(secret(1'024)) != secret(1'024));
}

TEST_CASE("GW-SEC-1: two secrets have two pseudonyms, of letters that no text needs to escape", "[timeline]") {
  tests::check_always("another secret, another pseudonym", [] {
    const auto one = *rc::gen::container<std::string>(10, rc::gen::arbitrary<char>());
    const auto other = *rc::gen::container<std::string>(10, rc::gen::arbitrary<char>());
    Pseudonyms pseudonyms("key");
    RC_ASSERT((one == other) == (pseudonyms.of(one) == pseudonyms.of(other)));
    const std::string letters = pseudonyms.once(one).substr(one.starts_with("Bot ") ? 4 : 0);
    for (const char c : letters)
      RC_ASSERT((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_');
  });
}

}  // namespace
}  // namespace portcullis::timeline
