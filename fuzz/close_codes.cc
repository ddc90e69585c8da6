// For every Close of the server's: a live client does what section 4.2 of the catalogue says of the code.
//
// The input is the payload of the Close: a code, then a reason; or anything.
#include <nlohmann/json.hpp>

#include "portcullis/fuzz/input.h"
#include "portcullis/tests/client/world.h"

namespace portcullis::fuzz {
namespace {

// Sections 3.13 and 4.2 once more, apart from the table in spec/.
std::string verdict(std::uint16_t code) {
  switch (code) {
    case 4004:
    case 4010:
    case 4011:
    case 4012:
    case 4013:
    case 4014: return "";
    case 4001:
    case 4003:
    case 4005:
    case 4006:
    case 4007:
    case 4009: return "; identify in ";
    default: return "; resume in ";
  }
}

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

// WS-CL-3 to WS-CL-5.
bool is_good(const std::string& payload, std::uint16_t code) {
  if (payload.empty()) return true;
  const bool known = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
  return payload.size() >= 2 && known && is_utf8(payload.substr(2));
}

std::string disconnected(const std::vector<std::string>& lines) {
  std::string found;
  for (const std::string& line : lines) {
    if (!line.starts_with("! disconnected: ")) continue;
    must(found.empty(), "one connection is lost once");
    found = line;
  }
  return found;
}

void close(const std::string& payload) {
  Input input(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  const std::uint16_t code = input.two();
  tests::World world;
  world.get_ready();
  world.take();
  const std::uint64_t link = world.link();
  world.bytes(tests::server_frame(0x88, bytes_in(payload)));
  if (world.link() == link && world.has_link()) world.lose();
  const std::string line = disconnected(world.take());
  if (!is_good(payload, code) || payload.empty()) {
    must(line.find("; resume in ") != std::string::npos, "what says nothing about the session leaves it");
    must(line.find("closed by peer") == std::string::npos, "no code, no verdict");
    return;
  }
  const std::string said = "! disconnected: closed by peer " + std::to_string(code);
  must(line.starts_with(said), "the code is reported");
  const std::string next = verdict(code);
  must(next.empty() ? line == said : line.substr(said.size()).starts_with(next), "what follows from the code");
  must(world.finished() == next.empty(), "finished after a fatal code, and after no other");
  must(world.client().session().has_value() == (next == "; resume in "), "the session is kept for a Resume only");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= 125) portcullis::fuzz::close(portcullis::fuzz::Input(data, size).rest());
  return 0;
}
