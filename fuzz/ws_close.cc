// For every code and reason: a Close that may be sent arrives as it was given, and RFC 6455 says which may be sent.
//
// The input is a byte that picks the end which closes, the code, then the reason.
#include <nlohmann/json.hpp>

#include "portcullis/fuzz/websocket.h"

namespace portcullis::fuzz {
namespace {

// Section 7.4 of RFC 6455 with the registry of today, said a second time.
bool may_be_sent(std::uint16_t code, bool by_client) {
  if (code >= 3000) return code <= 4999;
  if (code == 1010) return by_client;
  return code >= 1000 && code <= 1014 && (code <= 1003 || code >= 1007);
}

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

template <typename Closing, typename Other>
void close(std::uint16_t code, const std::string& reason) {
  Closing closing;
  const Status status = closing.connection.close(code, reason, Instant{});
  constexpr bool kByClient = std::is_same_v<Closing, tests::OpenClient>;
  const bool fine =
      code == 0 ? reason.empty() : may_be_sent(code, kByClient) && reason.size() <= 123 && is_utf8(reason);
  must(bool(status) == fine, "what may be sent is sent, and nothing else");
  must(status || status.error().blame == Blame::Caller, "the caller is to blame for a wrong Close");
  tests::drain(closing.connection, closing.record);
  must(closing.record.sent.empty() == !fine, "a refused Close sends nothing");
  if (!fine) return;
  Other other;
  give(other.connection, tests::to_text(closing.record.sent), Cutter(1), other.record);
  end(other.connection, other.record);
  const std::string said = std::to_string(code == 0 ? 1005 : code) + " " + tests::to_hex(bytes_in(reason)) + " clean";
  must(other.record.lines.back() == "ended " + said + " theirs", "the other end reads what was sent");
  closing.record = {};
  give(closing.connection, tests::to_text(other.record.sent), Cutter(1), closing.record);
  end(closing.connection, closing.record);
  must(closing.record.lines.back().ends_with(" clean ours"), "the answer ends the closing");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const bool client = input.byte() % 2 == 0;
  const std::uint16_t code = input.two();
  const std::string reason = input.rest();
  if (client)
    fuzz::close<tests::OpenClient, tests::OpenServer>(code, reason);
  else
    fuzz::close<tests::OpenServer, tests::OpenClient>(code, reason);
  return 0;
}
