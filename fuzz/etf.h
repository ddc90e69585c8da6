#pragma once

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

/// Small ones, so that they are reached.
inline Limits etf_limits() {
  Limits limits;
  limits.nesting_max = 64;
  limits.payload_bytes_max = 1 << 20;
  return limits;
}

/// Says whether the payload itself is at fault, and not only the envelope in it.
inline bool is_about_etf(const Error& error) {
  return (error.code >= Errc::EtfIncomplete && error.code <= Errc::EtfCompressed) ||
         error.code == Errc::PayloadTooLarge || error.code == Errc::EtfDepth || error.code == Errc::EtfLength;
}

}  // namespace portcullis::fuzz
