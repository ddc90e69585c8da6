#include "portcullis/tests/client/history.h"

#include <algorithm>
#include <array>

namespace portcullis::tests {
namespace {

constexpr std::array<std::int64_t, 6> kIntervals{41'250, 45'000, 5'000, 1'100, 600'000, 250};
constexpr std::array<std::uint16_t, 24> kResumeCodes{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                                     1011, 1012, 1013, 1014, 3000, 4000, 4002, 4008,
                                                     4015, 4016, 4020, 4100, 4499, 4900, 4901, 4999};
constexpr std::array<std::uint16_t, 6> kNewSessionCodes{4001, 4003, 4005, 4006, 4007, 4009};
constexpr std::array<std::uint16_t, 6> kFatalCodes{4004, 4010, 4011, 4012, 4013, 4014};

}  // namespace

History::History(Config config, Cut cut, std::vector<std::uint64_t>* row_counts)
    : world_(std::move(config)), watch_(world_) {
  world_.client().count_rows(row_counts);
  if (cut == Cut::AtRandom)
    world_.cut = [this](std::size_t) {
      cut_seed_ = cut_seed_ * 1'664'525u + 1'013'904'223u;
      return 1 + (cut_seed_ >> 16) % 24;
    };
}

void History::play(const std::vector<Step>& steps) {
  for (const Step& each : steps) {
    step(each);
    note();
    if (!watch_.broken().empty()) return;
  }
}

// Waits differ with the cut but for the last one.
void History::note() {
  if (world_.link() != link_) {
    link_ = world_.link();
    opened_ = hello_sent_ = server_closed_ = false;
  }
  for (auto& line : without_passing_waits(world_.take())) log_.push_back(std::move(line));
}

void History::step(Step step) {
  const auto [kind, pick] = step;
  switch (kind % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5: return progress(pick);
    case 6:
    case 7: return advance(pick);
    case 8: return send_frame(pick);
    case 9: return send_odd(pick);
    case 10: return send_hostile(pick);
    case 11: return close(pick);
    case 12: return pick % 2 == 0 ? lose() : refuse(pick);
    case 13: return command(pick);
    case 14: return local(pick);
    default: return stale(pick);
  }
}

// The next thing that a good gateway and a good caller would do.
void History::progress(std::uint16_t pick) {
  if (world_.finished() || link_ == 0) {
    watch_.starts();
    (void)world_.start();
    return;
  }
  if (!world_.has_link()) return advance(0);
  if (!opened_) {
    opened_ = true;
    return world_.opened();
  }
  if (world_.has_request() && !world_.is_upgraded() && !server_closed_) return world_.upgrade();
  if (server_closed_) return lose();
  if (!hello_sent_) {
    hello_sent_ = true;
    const auto interval = kIntervals[pick % kIntervals.size()];
    watch_.sends_hello(interval);
    return text(hello(interval));
  }
  if (watch_.closed()) return close(static_cast<std::uint16_t>(pick / 8 * 8 + 4));
  if (world_.asks() > 0 && !watch_.identified()) return world_.grant();
  if (watch_.live()) return send_dispatch(pick);
  if (watch_.resumed() && pick % 3 != 0) {
    ++s_;
    watch_.sends_resumed(s_);
    return text(resumed(s_));
  }
  if (watch_.resumed()) return send_dispatch(pick);
  if (!watch_.identified()) return advance(pick);
  s_ = 1;
  const std::string id = "session-" + std::to_string(++sessions_);
  watch_.sends_ready(id, s_);
  text(ready(id, s_, pick % 4 == 0 ? "wss://other.example/" : "wss://resume.example"));
}

void History::advance(std::uint16_t pick) {
  const auto deadline = world_.deadline();
  const Duration left = deadline ? *deadline - world_.now() : Duration{1'000};
  const Duration by = pick % 4 == 0 ? Duration{pick % 1'000} : left;
  world_.advance(std::max(by, Duration{0}));
  watch_.time_passed();
}

void History::send_frame(std::uint16_t pick) {
  if (!can_receive()) return;
  switch (pick % 6) {
    case 0: return ask_for_beat();
    case 1: return text(R"({"op":11,"d":null,"s":null,"t":null})");
    case 2: return text(R"({"op":7,"d":null})");
    case 3: return send_invalid(pick / 6);
    default: return send_dispatch(pick);
  }
}

void History::ask_for_beat() {
  watch_.asks_for_beat();
  const bool takes_frames = !watch_.closed() && !watch_.deaf();
  text(R"({"op":1,"d":null})");
  if (takes_frames && watch_.sent_in_a_minute() < 50) watch_.expect_answer();
}

void History::send_invalid(std::uint16_t pick) {
  constexpr std::array<std::string_view, 5> kFalse{R"({"op":9,"d":false})", R"({"d":null,"op":9})", R"({"op":9})",
                                                   R"({"op":9,"d":"true"})", R"({"op":9,"d":0})"};
  if (pick % 3 != 0) return text(R"({"t":null,"s":null,"op":9,"d":true})");
  watch_.ends_session();
  text(kFalse[pick / 3 % kFalse.size()]);
}

void History::send_dispatch(std::uint16_t pick) {
  if (!can_receive()) return;
  constexpr std::array<std::string_view, 5> kDatas{"{}", "null", R"([1,"2",{"three":3.5e1}])", R"("text")", "7"};
  const std::int64_t s = pick % 7 == 0 ? s_ - 2 : pick % 7 == 1 ? s_ + 5 : s_ + 1;
  if (s < 0) return;
  s_ = std::max(s, s_);
  watch_.sends_dispatch(s);
  text(dispatch(pick % 5 == 0 ? "XYZ_NEW" : "MESSAGE_CREATE", s, kDatas[pick / 5 % kDatas.size()]));
}

// What no document expects, and what is no error.
void History::send_odd(std::uint16_t pick) {
  if (!can_receive()) return;
  switch (pick % 9) {
    case 0:
      watch_.sends_hello(5'000);
      hello_sent_ = true;
      return text(hello(5'000));
    case 1: return text(R"({"op":12,"d":{"unknown":true}})");
    case 2: return text(R"({"op":-1})");
    case 3:
      watch_.sends_ready("session-odd", 3);
      s_ = std::max<std::int64_t>(s_, 3);
      return text(ready("session-odd", 3));
    case 4: watch_.sends_resumed(s_); return text(resumed(s_));
    case 5:
      return text(
          R"({"op":0,"t":"RATE_LIMITED","s":null,"d":{"opcode":8,"retry_after":1.5,"meta":{"guild_id":"81384788765712384"}}})");
    case 6: return world_.bytes(server_frame(0x89, bytes_of("ping")));
    case 7:
      watch_.sends_ready("", 3);
      s_ = std::max<std::int64_t>(s_, 3);
      text(ready("session-odd", 3, "ws://gateway.example"));
      return pick % 2 == 0 ? text(R"({"op":9,"d":true})") : void();
    default: return text(R"({"t":null,"d":{"deep":[[[{}]]]},"op":0})");
  }
}

// What breaks the stream.
void History::send_hostile(std::uint16_t pick) {
  if (!can_receive()) return;
  const auto payload = [this](std::string_view json) {
    watch_.breaks_payloads();
    text(json);
  };
  const auto frame = [this](std::uint8_t first_byte, std::string_view bytes) {
    watch_.breaks_frames();
    world_.bytes(server_frame(first_byte, bytes_of(bytes)));
  };
  switch (pick % 9) {
    case 0: return payload(R"({"op":nonsense})");
    case 1: return payload(R"({"op":10,"d":{"heartbeat_interval":0}})");
    case 2: return payload(R"({"op":10,"d":{}})");
    case 3: return payload("[]");
    case 4: return payload(R"({"d":1})");
    case 5: return frame(0xC1, "{}");    // a reserved bit
    case 6: return frame(0x80, "");      // nothing to continue
    case 7: return frame(0x81, "\xff");  // not UTF-8
    default:
      watch_.breaks_payloads();
      world_.bytes(server_frame(0x82, bytes_of(std::string_view("\x01\x02\x03\x04\x00\x00\xff\xff", 8))));
  }
}

void History::close(std::uint16_t pick) {
  if (!can_receive()) return;
  server_closed_ = true;
  const std::uint16_t which = pick / 8;
  std::optional<std::uint16_t> code;
  switch (pick % 8) {
    case 0: watch_.closes(spec::CloseClass::Resume); break;
    case 1:
    case 2:
      code = kNewSessionCodes[which % kNewSessionCodes.size()];
      watch_.closes(spec::CloseClass::NewSession);
      break;
    case 3:
      code = kFatalCodes[which % kFatalCodes.size()];
      watch_.closes(spec::CloseClass::Fatal);
      break;
    default: code = kResumeCodes[which % kResumeCodes.size()]; watch_.closes(spec::CloseClass::Resume);
  }
  world_.close(code);
}

void History::lose() {
  if (!world_.has_link()) return;
  watch_.loses_link();
  world_.lose();
}

void History::refuse(std::uint16_t pick) {
  if (!world_.has_link() || !world_.has_request() || world_.is_upgraded() || server_closed_) return;
  constexpr std::array<std::string_view, 5> kAnswers{
      "HTTP/1.1 520 \r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
      "no\r\n\r\n",
      "nonsense", "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"};
  server_closed_ = true;
  world_.refuse(kAnswers[pick / 2 % kAnswers.size()]);
}

void History::command(std::uint16_t pick) {
  gateway::Command command;
  switch (pick % 4) {
    case 0: command = gateway::UpdatePresence{}; break;
    case 1: command = gateway::UpdateVoiceState{.guild_id = 81384788765712384, .channel_id = std::nullopt}; break;
    case 2: {
      gateway::RequestGuildMembers members;
      members.guild_id = 81384788765712384;
      members.query = "a";
      members.limit = 5;
      command = members;
      break;
    }
    default: command = gateway::RequestSoundboardSounds{.guild_ids = {1, 2, 3}};
  }
  const int times = pick % 64 == 5 ? 130 : 1;
  for (int i = 0; i < times; ++i) (void)world_.send(command);
}

void History::local(std::uint16_t pick) {
  switch (pick % 8) {
    case 0: watch_.ends(); return world_.stop(gateway::Leaving::End);
    case 1: return world_.stop(gateway::Leaving::Keep);
    case 2: return world_.reconnect();
    case 3: return world_.grant();
    case 4:
      watch_.starts();
      (void)world_.start();
      return;
    default: return progress(pick);
  }
}

// What comes late, for a link that is over: nothing of it may be seen (LOCAL-18, INV-20).
void History::stale(std::uint16_t pick) {
  if (link_ == 0) return;
  const Link old{link_ - 1 - pick % 2};
  const auto bytes = server_text(dispatch("MESSAGE_CREATE", 1'000'000));
  const bool ignored = world_.ignores([&](Client& client) {
    if (pick % 3 == 0) client.opened(old, world_.now());
    if (pick % 3 == 1) client.received(old, bytes, world_.now());
    if (pick % 3 == 2) client.lost(old, world_.now());
  });
  if (!ignored) watch_.fail("LOCAL-18", "something that came for an old link was not ignored");
}

void History::text(std::string_view json) {
  if (can_receive()) world_.text(json);
}

}  // namespace portcullis::tests
