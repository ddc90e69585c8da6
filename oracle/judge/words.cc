#include <string>

#include "portcullis/oracle/judge/judge.h"

namespace portcullis::judge {
namespace {

using timeline::Record;

constexpr std::size_t kDataBytesMax = 60;

std::string shortened(std::string text) {
  if (text.size() <= kDataBytesMax) return text;
  text.resize(kDataBytesMax);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
  return text + "…";
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string message_in_words(const Record& record) {
  const std::string who = record.with.value("from", "") == "client" ? "the client's " : "the server's ";
  if (record.with.contains("undecodable")) return who + "message that cannot be decoded";
  const Json payload = record.with.value("payload", Json());
  if (!payload.is_object() || !payload.contains("op")) return who + "message without op";
  std::string text = who + "op " + text_of(payload["op"]);
  if (payload.contains("t") && payload["t"].is_string()) text += " " + payload["t"].get<std::string>();
  if (payload.contains("s") && !payload["s"].is_null()) text += " s=" + text_of(payload["s"]);
  if (payload.contains("d") && !payload["d"].is_null()) text += " d=" + shortened(text_of(payload["d"]));
  return text;
}

}  // namespace

std::string in_words(const Record& record) {
  const auto of = [&] { return record.with.value("from", "") == "client" ? "the client's " : "the server's "; };
  if (record.is == "message") return message_in_words(record);
  if (record.is == "close")
    return of() + (record.with.contains("code") ? "Close " + text_of(record.with["code"]) : std::string("empty Close"));
  if (record.is == "end") return of() + std::string("end of the transport");
  if (record.is == "fault") return of() + std::string("broken frame");
  if (record.is == "ping" || record.is == "pong") return of() + record.is;
  if (record.is == "open") return "the connection to " + record.with.value("url", "");
  if (record.is == "refused") return "the refused upgrade, status " + text_of(record.with.value("status", Json()));
  if (record.is == "upgraded") return "the upgrade";
  if (record.is == "rest") return record.with.value("method", "") + " " + record.with.value("path", "");
  if (record.is == "process")
    return "the process's " + std::string(record.with["state"] == "started" ? "start" : "end");
  if (record.is == "local") return "the command to " + record.with.value("did", "");
  return record.is;
}

}  // namespace portcullis::judge
