#include "portcullis/tests/compression/connection.h"

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/tests/compression/deflater.h"

namespace portcullis::tests {

std::vector<std::string> Received::texts() const {
  std::vector<std::string> all;
  for (const auto& [after, text] : payloads) all.push_back(text);
  return all;
}

Received receive(const std::vector<std::string>& messages, const Limits& limits, compression::Compression kind) {
  Received received;
  Workspace workspace;
  compression::Decompressor decompressor(kind, limits);
  for (std::size_t index = 0; index < messages.size(); ++index) {
    // A heap block of just this size, so that a sanitizer sees a byte too far.
    const std::vector<char> message(messages[index].begin(), messages[index].end());
    const auto payload = decompressor.feed(std::as_bytes(std::span{message}), workspace);
    if (!payload && !received.error) received.error = {index, payload.error()};
    if (!payload || !*payload) continue;
    const std::string text(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
    const auto envelope = encoding::scan_json(text, encoding::Check::Envelope, limits.nesting_max, workspace);
    const bool goes_on = !envelope && envelope.error().code == Errc::JsonIncomplete && decompressor.payloads_go_on();
    if (!goes_on) received.payloads.emplace_back(index, text);
    if (const Status held = goes_on ? decompressor.hold(**payload) : Status{kOk}; !held)
      received.error = {index, held.error()};
  }
  return received;
}

}  // namespace portcullis::tests
