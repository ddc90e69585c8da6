#pragma once

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <utility>

namespace portcullis::tests {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PORTCULLIS_SANITIZED
#endif
#endif

/// How many cases each property draws. The second run, under a sanitizer, looks for something else and is many times
/// slower: it draws a fifth.
#ifdef PORTCULLIS_SANITIZED
inline constexpr int kCases = 2'000;
#else
inline constexpr int kCases = 10'000;
#endif

/// Checks a property on drawn cases, and that it was truly so many. What fails is printed, shrunk. The seed comes from
/// RC_PARAMS.
template <typename Property>
void check_always(const std::string& sentence, Property&& property, int cases = kCases) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = cases;
  rc::detail::TestMetadata metadata;
  metadata.description = sentence;
  const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  INFO(message.str());
  rc::detail::SuccessResult success;
  REQUIRE(result.match(success));
  CHECK(success.numSuccess == cases);
}

}  // namespace portcullis::tests
