#include "tests/websocket/expected.h"

namespace portcullis::tests {
namespace {

using models::FrameEvent;
using What = FrameEvent::What;

std::string hex_of(const std::string& text) { return to_hex(std::as_bytes(std::span{text})); }

Bytes close_frame(std::uint32_t code) {
  return frame(0x88, Bytes{static_cast<std::byte>(code >> 8), static_cast<std::byte>(code & 0xff)});
}

void append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace

Expected expected_of(const std::vector<FrameEvent>& events) {
  Expected expected;
  std::string ended = "ended 1006  lost theirs";
  for (const auto& [what, payload, code] : events) {
    switch (what) {
      case What::Text: expected.lines.push_back("text " + hex_of(payload)); break;
      case What::Binary: expected.lines.push_back("binary " + hex_of(payload)); break;
      case What::Pong: expected.lines.push_back("pong " + hex_of(payload)); break;
      case What::Ping:
        expected.lines.push_back("ping " + hex_of(payload));
        append(expected.sent, frame(0x8a, from_text(payload)));
        break;
      case What::Close:
        append(expected.sent, code == 1005 ? frame(0x88, {}) : close_frame(code));
        ended = "ended " + std::to_string(code) + " " + hex_of(payload) + " clean theirs";
        break;
      case What::Fail:
        expected.lines.push_back("failed");
        append(expected.sent, close_frame(code));
        ended = "ended 1006  lost ours";
    }
  }
  expected.lines.insert(expected.lines.end(), {"hangup", ended});
  return expected;
}

Record without_rules(Record record) {
  for (std::string& line : record.lines)
    if (line.starts_with("failed ")) line = "failed";
  return record;
}

}  // namespace portcullis::tests
