#pragma once

#include <rapidcheck.h>

#include <iostream>
#include <string>

namespace portcullis::tests {

/// How many cases each property draws.
inline constexpr int kCases = 10'000;

/// Checks a property with kCases cases, or more if RC_PARAMS asks for more. What fails is printed, shrunk.
template <typename Property>
bool holds(const std::string& description, Property property, int cases = kCases) {
  auto params = rc::detail::configuration().testParams;
  params.maxSuccess = std::max(params.maxSuccess, cases);
  rc::detail::TestMetadata metadata;
  metadata.id = metadata.description = description;
  const auto result = rc::detail::checkTestable(property, metadata, params);
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << '\n';
  return result.template is<rc::detail::SuccessResult>();
}

}  // namespace portcullis::tests
