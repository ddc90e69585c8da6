#pragma once

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <utility>

namespace portcullis::tests {

/// How many cases each property draws.
inline constexpr int kCases = 10'000;

/// Checks a property on kCases drawn cases, and that it was truly so many. What fails is printed, shrunk. The seed comes
/// from RC_PARAMS.
template <typename Property>
void check_always(const std::string& sentence, Property&& property) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = kCases;
  rc::detail::TestMetadata metadata;
  metadata.description = sentence;
  const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  INFO(message.str());
  rc::detail::SuccessResult success;
  REQUIRE(result.match(success));
  CHECK(success.numSuccess == kCases);
}

}  // namespace portcullis::tests
