#pragma once

#include <cstddef>
#include <vector>

#include "portcullis/core/encoding/etf_write.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Gives `payload` the writer that writes behind `out` in the encoding, `bytes_max` bytes at most.
///
/// Returns: what `payload` returns, which is what the writer's `finish` says.
template <typename Payload>
Status write_in(Encoding encoding, std::vector<char>& out, std::size_t bytes_max, Payload payload) noexcept {
  if (encoding == Encoding::Json) {
    JsonWriter writer(out, bytes_max);
    return payload(writer);
  }
  EtfWriter writer(out, bytes_max);
  return payload(writer);
}

}  // namespace portcullis::encoding
