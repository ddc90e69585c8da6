#pragma once

#include "portcullis/core/result.h"

namespace portcullis {

/// A rule that a peer can break: what is reported, how the breach is answered, and the clause.
struct Fault {
  Errc code;
  std::uint16_t answer;  ///< a request's breach by this HTTP status, a frame's by this close code; 0: by nothing
  Requirement req;
  Blame blame = Blame::Peer;
};

constexpr Error error_of(const Fault& fault, std::uint64_t offset) noexcept {
  return Error{fault.code, fault.blame, offset, fault.req};
}

/// The error of a call that the caller got wrong.
constexpr Error caller_error(Errc code, Requirement req, std::uint64_t offset = 0) noexcept {
  return Error{code, Blame::Caller, offset, req};
}

}  // namespace portcullis
