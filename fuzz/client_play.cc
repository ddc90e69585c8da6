#include "portcullis/fuzz/client_play.h"

#include <array>

#include "portcullis/fuzz/draw_command.h"
#include "portcullis/fuzz/in_etf.h"

namespace portcullis::fuzz {
namespace {

using State = spec::gateway_session::State;

constexpr int kActsMax = 300;

Config config_of(std::uint8_t flags) {
  Config config = tests::plain_config();
  using C = compression::Compression;
  constexpr std::array<C, 4> kWays{C::ZlibStream, C::ZstdStream, C::Payload, C::ZlibStream};
  if (flags % 2 != 0) config.compression = kWays[flags / 8 % 4];
  if (flags / 32 % 2 != 0) config.encoding = encoding::Encoding::Etf;
  // Payload compression says by a binary message what ETF says with every message.
  if (flags / 32 % 2 != 0 && config.compression == C::Payload) config.compression = C::ZstdStream;
  if (flags / 2 % 2 != 0) config.check = encoding::Check::Envelope;
  return config;
}

// Small ones, half of the time, so that they are reached.
Limits limits_of(std::uint8_t flags) {
  Limits limits;
  if (flags / 4 % 2 == 0) return limits;
  limits.message_bytes_max = 200;
  limits.payload_bytes_max = 300;
  limits.nesting_max = 4;
  limits.commands_waiting_max = 3;
  limits.pongs_waiting_max = 2;
  return limits;
}

std::uint8_t first_byte_of(Input input) { return input.byte(); }

}  // namespace

ClientPlay::ClientPlay(Input input, Cutter cut)
    : input_(input),
      config_(config_of(first_byte_of(input))),
      limits_(limits_of(first_byte_of(input))),
      world_(config_, limits_),
      watch_(world_) {
  input_.byte();
  world_.cut = cut;
}

void ClientPlay::play_watched() {
  watched_ = true;
  for (int acts = 0; !input_.empty() && acts < kActsMax && broken().empty(); ++acts) {
    act();
    note();
  }
}

void ClientPlay::play() {
  for (int acts = 0; !input_.empty() && acts < kActsMax; ++acts) {
    act();
    note();
  }
}

// Waits differ with the cut but for the last one.
void ClientPlay::note() {
  if (world_.link() != link_) {
    link_ = world_.link();
    opened_ = refused_ = false;
    teller_.reset();
    packer_.reset();
  }
  for (auto& line : tests::without_passing_waits(world_.take())) log_.push_back(std::move(line));
}

void ClientPlay::act() {
  switch (input_.byte() % 16) {
    case 0:
    case 1:
    case 2: return progress();
    case 3: return raw_bytes(input_.piece());
    case 4: return message(input_.long_piece());
    case 5: return fragmented();
    case 6: return small_message();
    case 7: return dispatch();
    case 8: return ready();
    case 9: return close();
    case 10: return advance();
    case 11: return lose();
    case 12: return refuse();
    case 13: return command();
    case 14: return local();
    default: return stale();
  }
}

// ---- What a good server and a good caller do next

void ClientPlay::progress() {
  switch (world_.client().state()) {
    case State::Idle:
    case State::Stopped: watch_.starts(); return void(world_.start());
    case State::Backoff: return world_.advance(world_.deadline() ? *world_.deadline() - world_.now() : Duration{1});
    case State::Connecting:
      if (!opened_) return opened_ = true, world_.opened();
      [[fallthrough]];
    case State::AwaitHello:
      if (refused_ || !world_.has_link()) return lose();
      if (world_.has_request() && !world_.is_upgraded()) {
        if (watched_) teller_.emplace(config_, limits_, world_, watch_);
        packer_.emplace(config_.compression);
        return world_.upgrade();
      }
      return message(tests::hello(41'250));
    case State::AwaitSlot: return world_.grant();
    case State::Identifying: return ready();
    case State::Resuming: return message(tests::resumed(++s_));
    case State::Ready: return message(tests::dispatch("MESSAGE_CREATE", ++s_));
    case State::ClosingToReconnect:
    case State::ClosingToStop: return lose();
  }
}

// ---- What comes from the server

void ClientPlay::raw_bytes(std::string_view bytes) {
  if (!upgraded()) return;
  if (teller_)
    teller_->give(bytes_in(bytes));
  else
    world_.bytes(bytes_in(bytes));
}

void ClientPlay::frame(std::uint8_t first_byte, std::string_view payload) {
  raw_bytes(tests::text_of(tests::server_frame(first_byte, bytes_in(payload))));
}

void ClientPlay::message(std::string_view payload) {
  if (!upgraded()) return;
  if (payload.empty()) return frame(0x81, payload);  // zlib flushes nothing twice
  const bool etf = config_.encoding == encoding::Encoding::Etf;
  const auto packed = (*packer_)(etf ? in_etf(payload) : std::string(payload));
  frame(packed.binary || etf ? 0x82 : 0x81, tests::text_of(packed.payload));
}

void ClientPlay::fragmented() {
  const std::string first = input_.piece(), between = input_.piece(), last = input_.piece();
  frame(config_.encoding == encoding::Encoding::Etf ? 0x02 : 0x01, first);  // text is plain, whatever was agreed on
  if (!between.empty()) frame(0x89, between);
  frame(0x80, last);
}

void ClientPlay::small_message() {
  constexpr std::array<std::string_view, 12> kPayloads{
      R"({"op":1,"d":null})",
      R"({"op":7,"d":null})",
      R"({"op":9,"d":true})",
      R"({"op":9,"d":false})",
      R"({"op":11})",
      R"({"op":10,"d":{"heartbeat_interval":5000}})",
      R"({"op":10,"d":{"heartbeat_interval":1}})",
      R"({"op":12,"d":{"unknown":true}})",
      R"({"op":0,"t":"RESUMED","s":null,"d":null})",
      R"({"op":0,"t":"RATE_LIMITED","s":7,"d":{"opcode":8,"retry_after":1.5,"meta":{"guild_id":"81384788765712384"}}})",
      R"({"op":0,"t":"READY","s":3,"d":{"session_id":"none"}})",
      R"({"op":nonsense})"};
  message(kPayloads[input_.byte() % kPayloads.size()]);
}

void ClientPlay::dispatch() {
  const std::uint16_t s = input_.two();
  const std::string name = input_.piece();
  s_ = std::max<std::int64_t>(s_, s);
  message(tests::dispatch(name, s, R"([1,"2",{"three":3.5e1}])"));
}

void ClientPlay::ready() {
  const std::uint8_t pick = input_.byte();
  s_ = 1;
  const std::string id = "session-" + std::to_string(++sessions_);
  message(tests::ready(id, s_, pick % 4 == 3 ? "wss://other.example/?x=1" : "wss://resume.example"));
}

void ClientPlay::close() {
  const std::uint16_t code = input_.two();
  const std::string reason = input_.piece();
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  frame(0x88, code == 0 ? reason : payload + reason);
}

// ---- Time, the transport, the caller

void ClientPlay::advance() {
  const std::uint16_t ms = input_.two();
  const auto deadline = world_.deadline();
  world_.advance(ms == 0 && deadline ? std::max(*deadline - world_.now(), Duration{0}) : Duration{ms});
  watch_.time_passed();
}

void ClientPlay::lose() {
  if (!world_.has_link()) return;
  watch_.loses_link();
  world_.lose();
}

void ClientPlay::refuse() {
  const std::string response = input_.long_piece();
  if (!world_.has_link() || !world_.has_request() || world_.is_upgraded() || response.empty()) return;
  refused_ = true;
  world_.refuse(response);
}

void ClientPlay::command() {
  const std::uint8_t times = input_.byte();
  const gateway::Command command = draw_command(input_);
  for (int left = times < 250 ? 1 : 130; left != 0; --left) (void)world_.send(command);
}

void ClientPlay::local() {
  switch (input_.byte() % 8) {
    case 0: watch_.ends(); return world_.stop(gateway::Leaving::End);
    case 1: return world_.stop(gateway::Leaving::Keep);
    case 2: return world_.reconnect();
    case 3: return world_.grant();
    case 4: watch_.starts(); return void(world_.start());
    default: return progress();
  }
}

// What comes late, for a link that is over: nothing of it may be seen (LOCAL-18, INV-20).
void ClientPlay::stale() {
  const std::uint8_t pick = input_.byte();
  if (link_ == 0) return;
  const Link old{link_ - 1 - pick % 2};
  const auto bytes = tests::server_text(tests::dispatch("MESSAGE_CREATE", 1'000'000));
  const bool ignored = world_.ignores([&](Client& client) {
    if (pick / 2 % 3 == 0) client.opened(old, world_.now());
    if (pick / 2 % 3 == 1) client.received(old, bytes, world_.now());
    if (pick / 2 % 3 == 2) client.lost(old, world_.now());
  });
  if (!ignored) watch_.fail("LOCAL-18", "something that came for an old link was not ignored");
}

}  // namespace portcullis::fuzz
