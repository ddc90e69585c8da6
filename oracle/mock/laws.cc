#include "portcullis/oracle/mock/laws.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace portcullis::mock {
namespace {

using nlohmann::json;

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "spec/laws.json: %s\n", what.c_str());
  std::abort();
}

class Reader {
 public:
  explicit Reader(std::string_view text) : file_(json::parse(text, nullptr, false)) {
    if (!file_.is_object() || !file_.contains("laws")) stop("is not a list of laws");
    for (const json& law : file_["laws"]) laws_[law.value("id", "")] = &law;
  }

  const json& value(const std::string& law, const std::string& name) const {
    const auto at = laws_.find(law);
    if (at == laws_.end()) stop("no law " + law);
    const json& values = (*at->second)["values"];
    if (!values.contains(name)) stop("no " + name + " in " + law);
    return values[name];
  }

  template <typename Number>
  Number number(const std::string& law, const std::string& name) const {
    const json& found = value(law, name);
    if (!found.is_number()) stop(name + " in " + law + " is not a number");
    return found.get<Number>();
  }

  std::vector<std::int64_t> list(const std::string& law, const std::string& name) const {
    std::vector<std::int64_t> out;
    for (const json& one : value(law, name)) {
      if (!one.is_number_integer()) stop(name + " in " + law + " is not a list of integers");
      out.push_back(one.get<std::int64_t>());
    }
    if (out.empty()) stop(name + " in " + law + " is empty");
    return out;
  }

  Duration span(const std::string& law, const std::string& name) const {
    return Duration{number<std::int64_t>(law, name)};
  }

 private:
  json file_;
  std::map<std::string, const json*> laws_;
};

std::vector<std::int64_t> live_versions(const Reader& laws) {
  auto all = laws.list("version/live", "available");
  const auto older = laws.list("version/live", "deprecated");
  all.insert(all.end(), older.begin(), older.end());
  return all;
}

}  // namespace

Laws read_laws(std::string_view text) {
  const Reader laws(text);
  return {
      .versions = live_versions(laws),
      .first_sequence = laws.number<std::int64_t>("payload/sequence-start", "first"),
      .sequence_step = laws.number<std::int64_t>("payload/sequence-start", "step"),
      .zstd_window_log = laws.number<int>("compression/zstd-stream", "window_log"),
      .plain_bytes_max = laws.number<std::size_t>("compression/payload-choice", "plain_bytes_max"),
      .heartbeat_interval = laws.span("hello/interval", "heartbeat_interval_ms"),
      .silent_intervals_max = laws.number<double>("heartbeat/silence", "silent_intervals_max"),
      .silent_code = static_cast<std::uint16_t>(laws.list("heartbeat/silence", "close_codes").front()),
      .codes_for_good = laws.list("session/ended-by-client-close", "close_codes"),
      .codes_of_an_end = laws.list("session/after-server-close", "ended_codes"),
      .lifetime_min = laws.span("session/lifetime", "lifetime_ms_min"),
      .lifetime_max = laws.span("session/lifetime", "lifetime_ms_max"),
      .replay_events_max = laws.number<std::size_t>("replay/bound", "events_max"),
      .identify_window = laws.span("identify/spacing", "window_ms"),
      .identifies_a_day = laws.number<std::uint32_t>("identify/daily", "identifies_max"),
      .identify_day = laws.span("identify/daily", "window_ms"),
      .guilds_a_shard = laws.number<std::size_t>("shard/guilds", "guilds_max"),
      .intents_existing = laws.number<std::uint64_t>("intents/unknown", "allowed_bits"),
      .intents_privileged = laws.number<std::uint64_t>("intents/disallowed", "privileged_bits"),
      .messages_max = laws.number<std::size_t>("send/rate", "messages_max"),
      .messages_window = laws.span("send/rate", "window_ms"),
      .payload_bytes_max = laws.number<std::size_t>("send/size", "payload_bytes_max"),
      .presences_max = laws.number<std::size_t>("presence/rate", "updates_max"),
      .presences_window = laws.span("presence/rate", "window_ms"),
      .whole_list_window = laws.span("members/whole-list", "window_ms"),
      .chunk_members_max = laws.number<std::size_t>("members/chunk", "chunk_members_max"),
      .prefix_members_max = laws.number<std::size_t>("members/chunk", "prefix_members_max"),
      .user_ids_max = laws.number<std::size_t>("members/chunk", "user_ids_max"),
      .nonce_bytes_max = laws.number<std::size_t>("members/chunk", "nonce_bytes_max"),
  };
}

}  // namespace portcullis::mock
