#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/spec/dispatch_events.h"
#include "portcullis/tests/mock/talk.h"

/// What the cases of peer_test, which fill more than one file, have in common.
namespace portcullis::tests {

using nlohmann::json;
using A = peer_table::Action;
using I = peer_table::Input;
using S = peer_table::State;
using namespace std::chrono_literals;

inline mock::World plain_world() {
  mock::World world;
  world.token = "the-token";
  world.gateway_url = "ws://resume.example";
  return world;
}

inline constexpr auto kZlib = compression::Compression::ZlibStream;
inline constexpr auto kZstd = compression::Compression::ZstdStream;
inline constexpr auto kPayload = compression::Compression::Payload;
inline constexpr auto kNone = compression::Compression::None;

inline std::string session_of(Talk& talk) { return talk.peer().sessions().at(0).id; }

/// A raw link that has identified.
inline Talk::Raw& live(Talk& talk) {
  auto& raw = talk.raw();
  talk.text(raw, identify());
  REQUIRE(raw.has("READY"));
  return raw;
}

}  // namespace portcullis::tests
