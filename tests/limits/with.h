#pragma once

#include <type_traits>

#include "portcullis/core/limits.h"

/// The tests here go through core/limits.h: for each member what it lets pass and what it does not. The style test
/// wants one for each, whose name goes on with the member's behind the requirement.
namespace portcullis::tests {

/// The limits with one of them changed.
template <typename Number>
Limits with(Number Limits::*member, std::type_identity_t<Number> value) {
  Limits limits;
  limits.*member = value;
  return limits;
}

}  // namespace portcullis::tests
