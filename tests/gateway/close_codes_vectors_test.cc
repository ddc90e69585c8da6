#include <catch2/catch.hpp>
#include <map>

#include "portcullis/spec/close_codes.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::map<std::string, spec::AfterClose> kActs{
    {"resume", spec::AfterClose::Resume}, {"identify", spec::AfterClose::Identify}, {"stop", spec::AfterClose::Stop}};
const std::map<std::string, spec::CloseClass> kClasses{{"resume", spec::CloseClass::Resume},
                                                       {"identify", spec::CloseClass::NewSession},
                                                       {"stop", spec::CloseClass::Fatal}};
constexpr std::uint16_t kNoCode = 1005;

TEST_CASE("GW-CLOSE-FATAL: every close code leads to what its vector says", "[gw][vectors]") {
  for (const Json& one : cases_of("corpus/vectors/close_codes/server.json")) {
    CAPTURE(one["id"], one["about"]);
    const std::uint16_t code = one["code"].is_null() ? kNoCode : one["code"].get<std::uint16_t>();
    CHECK(spec::classify_close(code) == kClasses.at(one["recommended"]));
    std::map<std::string, bool> accepted;
    for (const auto& [word, act] : kActs) accepted[word] = spec::close_row(code).required.contains(act);
    std::map<std::string, bool> expected{{"resume", false}, {"identify", false}, {"stop", false}};
    for (const Json& word : one["accepted"]) expected[word] = true;
    CHECK(accepted == expected);
  }
}

}  // namespace
}  // namespace portcullis::tests
