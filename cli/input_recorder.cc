#include "portcullis/cli/input_recorder.h"

#include <array>

#include "portcullis/net/entropy.h"
#include "portcullis/oracle/replay/inputs.h"

namespace portcullis::cli {
namespace {

using driver::Input;

/// In the order of Input.
constexpr std::array kNames{"start",   "opened",    "received", "lost", "elapsed",
                            "granted", "reconnect", "main_url", "stop"};

std::string drawn_seed() {
  constexpr int kWords = 8;
  const Chance chance = net::entropy();
  std::string seed;
  for (int word = 0; word < kWords; ++word) seed += (word == 0 ? "" : " ") + std::to_string(chance());
  return seed;
}

}  // namespace

Chance InputRecorder::chance_of(std::uint32_t shard) {
  return replay::draws_of(seeds_.insert_or_assign(shard, drawn_seed()).first->second);
}

void InputRecorder::tell(std::uint32_t shard, Input what, Instant now, const Config& config) {
  timeline::Json with{{"shard", shard}, {"did", kNames.at(static_cast<std::size_t>(what))}, {"now", recorder_.at(now)}};
  if (what == Input::Start) {
    with["config"] = replay::members_of(config, [&](std::string_view text) { return recorder_.pseudonym_of(text); });
    with["seed"] = seeds_.at(shard);
  }
  if (what == Input::MainUrl) with["url"] = config.url;
  if (what == Input::Stop) with["how"] = leaving_ == gateway::Leaving::Keep ? "keep" : "end";
  recorder_.note("input", std::move(with), shard);
}

}  // namespace portcullis::cli
