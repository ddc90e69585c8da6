#include "portcullis/oracle/vectors/connection.h"

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/json_scan.h"

namespace portcullis::vectors {
namespace {

bool is_broken_json(Errc code) {
  return code == Errc::JsonIncomplete || code == Errc::JsonSyntax || code == Errc::JsonTrailing;
}

}  // namespace

std::vector<std::string> Received::texts() const {
  std::vector<std::string> all;
  for (const auto& [after, text] : payloads) all.push_back(text);
  return all;
}

Received receive(const std::vector<std::string>& messages, const Limits& limits, compression::Compression kind) {
  std::vector<WireMessage> all;
  for (const std::string& message : messages) all.push_back({message});
  return receive(all, limits, kind);
}

Received receive(const std::vector<WireMessage>& messages, const Limits& limits, compression::Compression kind) {
  Received received;
  Workspace workspace;
  compression::Decompressor decompressor(kind, limits);
  const auto step = [&](std::size_t index, std::span<const std::byte> message, bool binary) -> Status {
    auto payload = decltype(decompressor.feed(message, workspace))(std::optional(message));
    if (binary) payload = decompressor.feed(message, workspace);
    if (!payload) return payload.error();
    if (!*payload) return kOk;
    const std::string text(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
    const auto envelope = encoding::scan_json(text, encoding::Check::Envelope, limits.nesting_max, workspace);
    if (envelope || !is_broken_json(envelope.error().code)) {
      received.payloads.emplace_back(index, text);
      return kOk;
    }
    const bool goes_on = binary && decompressor.payloads_go_on() && envelope.error().code == Errc::JsonIncomplete;
    return goes_on ? decompressor.hold(**payload) : Status(envelope.error());
  };
  for (std::size_t index = 0; index < messages.size(); ++index) {
    // A heap block of just this size, so that a sanitizer sees a byte too far.
    const std::vector<char> message(messages[index].payload.begin(), messages[index].payload.end());
    if (const Status status = step(index, std::as_bytes(std::span{message}), messages[index].binary); !status) {
      received.error = {index, status.error()};
      break;
    }
  }
  return received;
}

}  // namespace portcullis::vectors
