#include "portcullis/tests/properties/script.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portcullis::tests {
namespace {

using models::Millis;
using models::State;

template <std::size_t kSize>
std::string pick_of(const std::array<std::string_view, kSize>& choices, std::uint32_t pick) {
  return std::string(choices[pick % kSize]);
}

std::string number(std::int64_t value) { return std::to_string(value); }

// The same payload in ways that mean the same (GW-ENV-3, GW-ENV-5, GW-ENV-6).
std::string spelled(std::uint32_t pick, std::int64_t op, const std::string& s, const std::string& t,
                    const std::string& d) {
  const std::string o = R"("op":)" + number(op);
  const std::string rest = (s.empty() ? "" : R"(,"s":)" + s) + (t.empty() ? "" : R"(,"t":")" + t + '"');
  const std::string full_s = s.empty() ? "null" : s;
  const std::string full_t = t.empty() ? "null" : '"' + t + '"';
  switch (pick % 4) {
    case 0: return R"(text {"t":)" + full_t + R"(,"s":)" + full_s + "," + o + R"(,"d":)" + d + "}";
    case 1: return R"(text {"d":)" + d + "," + o + R"(,"s":)" + full_s + R"(,"t":)" + full_t + "}";
    case 2: return "text {" + o + rest + (d == "null" ? "" : R"(,"d":)" + d) + "}";
    default: return R"(text {"new":{"op":[7]},)" + o + rest + R"(,"d":)" + d + R"(,"more":null})";
  }
}

constexpr std::array<std::string_view, 6> kIntervals{"41250", "45000", "5000", "1100", "600000", "250"};

}  // namespace

std::string Script::configuration(std::uint32_t seed) {
  constexpr std::array<std::string_view, 4> kChances{"0", "2147483648", "4294967295", "1234567890"};
  constexpr std::array<std::string_view, 7> kWays{
      "compress=none",
      "compress=zlib-stream",
      "compress=zstd-stream",
      "compress=payload",
      "compress=none encoding=etf",
      "compress=zlib-stream encoding=etf",
      "compress=zstd-stream encoding=etf",
  };
  std::string out = "config " + pick_of(kWays, seed) + " chance=" + pick_of(kChances, seed / 7);
  if (seed / 32 % 2 != 0) out += " cut=" + number(seed % 1'000 + 1);
  if (seed / 64 % 4 == 1) out += " split=" + number(seed % 1'000 + 1);
  if (seed / 256 % 4 == 1) out += " resume=7";
  if (seed / 1'024 % 4 == 1) out += " commands=2";
  if (seed / 4'096 % 2 == 1) out += " intents=515";
  if (seed / 8'192 % 4 == 1) out += " check=envelope";
  return out;
}

bool Script::can_say() const { return model_.upgraded() && !model_.torn(); }

std::string Script::line(Step step) {
  const auto [kind, pick] = step;
  switch (kind % 36) {
    case 9:
    case 10:
    case 11: return time(pick);
    case 12: return control(pick);
    case 13: return dispatch(pick);
    case 14: return odd(pick);
    case 15: return hostile(pick);
    case 16: return close(pick);
    case 17: return end(pick);
    case 18:
    case 19: return command(pick);
    case 20:
    case 21: return local(pick);
    case 22: return stale(pick);
    case 23: return flood(pick);
    default: return progress(pick);
  }
}

// The next thing that a good gateway and a good caller would do.
std::string Script::progress(std::uint16_t pick) {
  const auto& model = model_.model();
  if (model.has_transport() && (model_.torn() || (model_.upgraded() && !model.hears()))) return "lose";
  switch (model.state()) {
    case State::Idle:
    case State::Stopped: return "start";
    case State::Backoff: return time(0);
    case State::Connecting: return model_.opened() ? "upgrade" : "opened";
    case State::AwaitHello: return "hello " + pick_of(kIntervals, pick);
    case State::AwaitSlot: return "grant";
    case State::Identifying: return ready(pick);
    case State::Resuming: return pick % 3 == 0 ? dispatch(pick) : "resumed " + number(++s_);
    case State::Closing: return pick % 2 == 0 ? "close 4900" : dispatch(pick);
    case State::Ready: break;
  }
  return pick % 4 == 0   ? dispatch(pick)
         : pick % 4 == 1 ? "text {\"op\":11}"
         : pick % 4 == 2 ? command(pick)
                         : time(pick);
}

// Early, on time, late, and late while there is more to read.
std::string Script::time(std::uint16_t pick) const {
  const auto& model = model_.model();
  const Millis left = model.deadline() ? std::max<Millis>(*model.deadline() - model_.now(), 0) : 1'000;
  switch (pick % 8) {
    case 5: return "wait " + number(pick % 1'000);
    case 6: return "late " + number(left + pick % 70'000);
    case 7: return "sleep " + number(left + pick % 100);
    default: return "wait " + number(left);
  }
}

std::string Script::ready(std::uint16_t pick) {
  if (!can_say()) return "";
  constexpr std::array<std::string_view, 8> kUrls{"wss://resume.example",
                                                  "wss://resume.example",
                                                  "wss://resume.example",
                                                  "wss://other.example/",
                                                  "wss://other.example/",
                                                  "ws://resume.example",
                                                  "",
                                                  "wss://resume.example"};
  s_ = 1;
  const std::string s = pick / 8 % 8 == 7 ? "" : "1";
  const std::string id = pick / 64 % 16 == 5 ? std::string() : "session-" + number(++sessions_);
  const std::string url = pick_of(kUrls, pick);
  return spelled(pick / 8, 0, s, "READY",
                 R"({"v":10,"session_id":")" + id + R"(","resume_gateway_url":")" + url + R"("})");
}

std::string Script::control(std::uint16_t pick) {
  if (!can_say()) return "";
  constexpr std::array<std::string_view, 5> kFalse{"false", "null", "0", R"("true")", "{}"};
  switch (pick % 8) {
    case 0:
    case 1: return spelled(pick / 8, 1, "", "", pick / 32 % 2 == 0 ? "null" : "251");
    case 2:
    case 3:
    case 4: return spelled(pick / 8, 11, "", "", "null");
    case 5: return spelled(pick / 8, 7, "", "", pick / 32 % 2 == 0 ? "null" : "1234");
    case 6: return spelled(pick / 8, 9, "", "", "true");
    default: return spelled(pick / 8, 9, "", "", pick_of(kFalse, pick / 32));
  }
}

std::string Script::dispatch(std::uint16_t pick) {
  if (!can_say()) return "";
  constexpr std::array<std::string_view, 5> kDatas{"{}", "null", R"([1,"2",{"three":35}])", R"("text")", "7"};
  constexpr std::array<std::string_view, 7> kLimits{
      R"({"opcode":8,"retry_after":1.5,"meta":{"guild_id":"41771983423143937"}})",
      R"({"opcode":4,"retry_after":2.25,"meta":{}})",
      R"({"opcode":4,"retry_after":0.5,"meta":{"guild_id":"1"}})",
      R"({"opcode":31,"retry_after":29,"meta":null})",
      R"({"opcode":"4","retry_after":5})",
      R"({"opcode":4,"retry_after":"5"})",
      "[4]"};
  const std::int64_t s = pick % 7 == 0 ? s_ - 2 : pick % 7 == 1 ? s_ + 5 : pick % 97 == 2 ? s_ + (1LL << 40) : s_ + 1;
  s_ = std::max(s, s_);
  const std::string number_of_it = pick % 11 == 3 || s < 0 ? std::string() : number(s);
  if (pick / 8 % 6 == 5) return spelled(pick / 48, 0, number_of_it, "RATE_LIMITED", pick_of(kLimits, pick / 192));
  const std::string name = pick % 5 == 0 ? "XYZ_NEW" : pick % 31 == 4 ? "" : "MESSAGE_CREATE";
  return spelled(pick / 48, 0, number_of_it, name, pick_of(kDatas, pick / 5));
}

// What no document expects, and what is no error.
std::string Script::odd(std::uint16_t pick) {
  if (!can_say()) return "";
  switch (pick % 7) {
    case 0: return "hello " + pick_of(kIntervals, pick / 8);
    case 1: return "text {\"op\":12,\"d\":{\"unknown\":true}}";
    case 2: return "text {\"op\":-1}";
    case 3: return ready(pick / 8);
    case 4: return "resumed " + number(s_);
    case 5: return "frame 890470696e67";  // a ping
    default: return "text {\"op\":2,\"s\":4,\"d\":null}";
  }
}

// What breaks the payloads or the stream.
std::string Script::hostile(std::uint16_t pick) const {
  if (!can_say()) return "";
  switch (pick % 13) {
    case 0: return R"(text {"op":10,"d":{"heartbeat_interval":0}})";
    case 1: return R"(text {"op":10,"d":{"heartbeat_interval":"41250"}})";
    case 2: return R"(text {"op":10,"d":null})";
    case 3: return "text []";
    case 4: return R"(text {"d":1})";
    case 5: return R"(text {"op":"0","s":900})";
    case 6: return R"(text {"op":0,"s":"900","t":"X"})";
    case 7: return R"(text {"op":0,"s":900,"t":7})";
    case 8: return "frame c1027b7d";               // a reserved bit
    case 9: return "frame 8000";                   // nothing to continue
    case 11: return "deep 600";                    // beyond what is allowed (LOCAL-15)
    case 10: return "frame 8101ff";                // not UTF-8
    default: return "frame 8208010203040000ffff";  // no stream that anybody agreed on
  }
}

std::string Script::close(std::uint16_t pick) const {
  if (!can_say()) return "";
  constexpr std::array<std::string_view, 24> kResume{"1000", "1001", "1002", "1003", "1007", "1008", "1009", "1010",
                                                     "1011", "1012", "1013", "1014", "3000", "4000", "4002", "4008",
                                                     "4015", "4016", "4020", "4100", "4499", "4900", "4901", "4999"};
  constexpr std::array<std::string_view, 6> kNewSession{"4001", "4003", "4005", "4006", "4007", "4009"};
  constexpr std::array<std::string_view, 6> kFatal{"4004", "4010", "4011", "4012", "4013", "4014"};
  switch (pick % 8) {
    case 0: return "close";
    case 1:
    case 2: return "close " + pick_of(kNewSession, pick / 8);
    case 3: return "close " + pick_of(kFatal, pick / 8);
    default: return "close " + pick_of(kResume, pick / 8);
  }
}

// The end of a transport: behind a frame, or inside one, or instead of an upgrade.
std::string Script::end(std::uint16_t pick) const {
  if (!model_.model().has_transport()) return "";
  constexpr std::array<std::string_view, 4> kAnswers{
      "HTTP/1.1 520 \\r\\nContent-Length: 0\\r\\n\\r\\n",
      "HTTP/1.1 429 Slow\\r\\nRetry-After: 7\\r\\nContent-Length: 2\\r\\n\\r\\nno",
      "HTTP/1.1 503 Late\\r\\nRetry-After: 7200\\r\\nContent-Length: 0\\r\\n\\r\\n",
      "HTTP/1.1 403 Forbidden\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nno\\r\\n0\\r\\n\\r\\n"};
  constexpr std::string_view kFrame = "811b7b226f70223a392c2264223a66616c73652c2273223a6e756c6c7d";  // op 9
  const bool asked = model_.opened() && !model_.upgraded() && !model_.torn();
  if (pick % 3 == 1 && asked) return "begin_answer " + number(1 + pick / 3 % 120);
  if (pick % 3 == 0 && asked) return "refuse " + pick_of(kAnswers, pick / 3);
  if (pick % 3 == 1 && can_say() && !model_.is_etf())
    return "frame " + std::string(kFrame.substr(0, 2 + pick / 3 % (kFrame.size() / 2 - 1) * 2));
  return "lose";
}

std::string Script::command(std::uint16_t pick) const {
  constexpr std::array<std::string_view, 6> kCommands{"presence", "voice",   "members a",
                                                      "sounds",   "members", "sounds 300"};
  const std::string send = "send " + pick_of(kCommands, pick);
  return pick / 6 % 16 == 3 ? "repeat 7 " + send : send;
}

std::string Script::local(std::uint16_t pick) const {
  switch (pick % 8) {
    case 0: return "stop end";
    case 1: return "stop keep";
    case 2:
    case 3: return "reconnect";
    case 4:
    case 5: return "grant";
    case 6: return pick / 8 % 2 == 0 ? "main_url wss://second.example" : "main_url wss://gateway.example";
    default: return "start";
  }
}

// What comes late, for a link that is over: nothing of it may be seen (LOCAL-18, INV-20).
std::string Script::stale(std::uint16_t pick) const {
  constexpr std::array<std::string_view, 3> kWhat{"opened", "received", "lost"};
  return model_.link() == 0 ? std::string() : "stale " + pick_of(kWhat, pick);
}

// More than a window holds.
std::string Script::flood(std::uint16_t pick) const {
  if (pick % 4 != 0) return command(pick);
  if (pick / 4 % 2 == 0) return "repeat 130 send voice";
  return can_say() ? "repeat 125 text {\"op\":1}" : "";
}

}  // namespace portcullis::tests
