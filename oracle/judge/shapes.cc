#include "portcullis/oracle/judge/shapes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portcullis::judge {
namespace {

using timeline::Json;

constexpr std::int64_t kFirstVersionWithIntents = 8;
constexpr std::size_t kUserIdsMax = 100;
constexpr std::size_t kNonceBytesMax = 32;
constexpr std::int64_t kPrefixLimitMax = 100;

/// Gathers what does not fit, one sentence each.
class Check {
 public:
  Check(const Json& data, std::vector<Misfit>& misfits) : data_(data), misfits_(misfits) {}

  void holds(bool good, std::string_view requirement, std::string what) {
    if (!good) misfits_.push_back({std::string(requirement), std::move(what)});
  }
  const Json* find(std::string_view key) const {
    if (!data_.is_object()) return nullptr;
    const auto at = data_.find(key);
    return at == data_.end() ? nullptr : &*at;
  }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  template <typename Good>
  void needs(std::string_view key, std::string_view requirement, std::string_view kind, Good good) {
    const Json* const value = find(key);
    const std::string name(key);
    holds(value != nullptr, requirement, name + " is missing");
    if (value != nullptr) holds(good(*value), requirement, name + " is not " + std::string(kind));
  }
  template <typename Good>
  void allows(std::string_view key, std::string_view requirement, std::string_view kind, Good good) {
    if (const Json* const value = find(key))
      holds(good(*value), requirement, std::string(key) + " is not " + std::string(kind));
  }

 private:
  const Json& data_;
  std::vector<Misfit>& misfits_;
};

bool is_text(const Json& value) { return value.is_string(); }
bool is_integer(const Json& value) { return value.is_number_integer(); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_list(const Json& value) { return value.is_array(); }
bool is_id(const Json& value) {
  if (value.is_number_integer()) return value >= 0;
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string::npos;
}
bool is_id_or_null(const Json& value) { return value.is_null() || is_id(value); }
bool is_list_of_ids(const Json& value) { return value.is_array() && std::ranges::all_of(value, is_id); }

bool is_shard(const Json& value) {
  if (!value.is_array() || value.size() != 2 || !is_integer(value[0]) || !is_integer(value[1])) return false;
  return value[0].get<std::int64_t>() >= 0 && value[0].get<std::int64_t>() < value[1].get<std::int64_t>();
}

bool is_video_url(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  constexpr std::array kHosts{"https://twitch.tv/",   "https://www.twitch.tv/",   "http://www.twitch.tv/",
                              "https://youtube.com/", "https://www.youtube.com/", "https://youtu.be/"};
  return std::ranges::any_of(kHosts, [&](std::string_view host) { return text.starts_with(host); });
}

void check_activity(const Json& activity, std::vector<Misfit>& misfits) {
  Check check(activity, misfits);
  check.needs("name", "GW-PRES-4", "a string", is_text);
  check.needs("type", "GW-PRES-4", "an integer", is_integer);
  const Json* const type = check.find("type");
  const Json* const url = check.find("url");
  if (url != nullptr && !url->is_null() && type != nullptr && *type == 1)
    check.holds(is_video_url(*url), "GW-PRES-5", "url is no Twitch or YouTube URL");
  if (type != nullptr && *type == 4) check.holds(check.has("state"), "GW-PRES-7", "a custom activity has no state");
}

void check_presence(const Json& data, std::vector<Misfit>& misfits) {
  constexpr std::array kStatuses{"online", "dnd", "idle", "invisible", "offline"};
  Check check(data, misfits);
  for (const std::string_view key : {"since", "activities", "status", "afk"})
    check.holds(check.has(key), "GW-PRES-1", std::string(key) + " is missing");
  check.allows("since", "GW-PRES-2", "an integer or null", [](const Json& v) { return v.is_null() || is_integer(v); });
  check.allows("activities", "GW-PRES-2", "a list", is_list);
  check.allows("afk", "GW-PRES-2", "a boolean", is_flag);
  check.allows("status", "GW-PRES-3", "one of the five", [&](const Json& v) {
    return v.is_string() && std::ranges::find(kStatuses, v.get<std::string>()) != kStatuses.end();
  });
  check.holds(!check.has("game"), "GW-PRES-11", "game is of the time before version 8");
  if (const Json* const activities = check.find("activities"); activities != nullptr && activities->is_array())
    for (const Json& activity : *activities) check_activity(activity, misfits);
}

void check_properties(const Json& properties, std::vector<Misfit>& misfits) {
  Check check(properties, misfits);
  for (const std::string key : {"os", "browser", "device"}) {
    if (check.has("$" + key)) {
      check.holds(false, "GW-ID-7", "$" + key + " is the deprecated spelling");
      continue;
    }
    check.needs(key, "GW-ID-6", "a string", is_text);
  }
}

void check_identify(const Json& data, const Dialect& dialect, std::vector<Misfit>& misfits) {
  Check check(data, misfits);
  check.needs("token", "GW-ID-1", "a string", is_text);
  check.needs("properties", "GW-ID-1", "an object", [](const Json& v) { return v.is_object(); });
  if (const Json* const properties = check.find("properties")) check_properties(*properties, misfits);
  if (dialect.version >= kFirstVersionWithIntents) check.needs("intents", "GW-INT-1", "an integer", is_integer);
  check.allows("large_threshold", "GW-ID-8", "an integer from 50 to 250",
               [](const Json& v) { return is_integer(v) && v >= 50 && v <= 250; });
  check.allows("shard", "GW-ID-10", "[shard_id, num_shards] with 0 <= shard_id < num_shards", is_shard);
  check.allows("compress", "GW-ID-12", "a boolean", is_flag);
  const Json* const compress = check.find("compress");
  const bool both = compress != nullptr && compress->is_boolean() && compress->get<bool>() && !dialect.compress.empty();
  check.holds(!both, "GW-ID-13", "compress is true beside compress=" + dialect.compress);
  if (const Json* const presence = check.find("presence"); presence != nullptr && !presence->is_null()) {
    std::vector<Misfit> inner;
    check_presence(*presence, inner);
    for (const Misfit& misfit : inner) check.holds(false, "GW-ID-11", "presence: " + misfit.what);
  }
}

void check_resume(const Json& data, std::vector<Misfit>& misfits) {
  Check check(data, misfits);
  check.needs("token", "GW-RES-1", "a string", is_text);
  check.needs("session_id", "GW-RES-1", "a string", is_text);
  check.needs("seq", "GW-RES-1", "an integer", is_integer);
  check.holds(!check.has("intents"), "GW-INT-17", "intents are not sent again");
}

/// In JSON ids are strings; numbers are let pass by the gateway.
void check_spelling(const Json& data, std::vector<Misfit>& misfits) {
  Check(data, misfits).allows("guild_id", "GW-ENC-4", "a string", [](const Json& v) { return !v.is_number(); });
}

void check_voice(const Json& data, std::vector<Misfit>& misfits) {
  Check check(data, misfits);
  check.needs("guild_id", "GW-VSU-1", "an id", is_id);
  check_spelling(data, misfits);
  check.needs("channel_id", "GW-VSU-1", "an id or null", is_id_or_null);
  check.needs("self_mute", "GW-VSU-1", "a boolean", is_flag);
  check.needs("self_deaf", "GW-VSU-1", "a boolean", is_flag);
}

void check_members(const Json& data, std::vector<Misfit>& misfits) {
  Check check(data, misfits);
  check.needs("guild_id", "GW-RGM-1", "one id", is_id);
  check_spelling(data, misfits);
  const bool query = check.has("query");
  const bool by_id = check.has("user_ids");
  check.holds(query != by_id, "GW-RGM-2", query ? "query and user_ids together" : "neither query nor user_ids");
  if (query)
    check.needs("limit", "GW-RGM-3", "an integer from 0", [](const Json& v) { return is_integer(v) && v >= 0; });
  const Json* const limit = check.find("limit");
  if (query && *check.find("query") != "" && limit != nullptr && is_integer(*limit))
    check.holds(*limit <= kPrefixLimitMax, "GW-RGM-19", "limit is above 100");
  check.allows("user_ids", "GW-RGM-6", "an id or a list of at most 100",
               [](const Json& v) { return is_id(v) || (is_list_of_ids(v) && v.size() <= kUserIdsMax); });
  check.allows("nonce", "GW-RGM-8", "a string of at most 32 bytes",
               [](const Json& v) { return v.is_string() && v.get_ref<const std::string&>().size() <= kNonceBytesMax; });
}

void check_sounds(const Json& data, std::vector<Misfit>& misfits) {
  Check(data, misfits).needs("guild_ids", "GW-SB-1", "a list of ids", is_list_of_ids);
}

void check_channel_info(const Json& data, std::vector<Misfit>& misfits) {
  Check check(data, misfits);
  check.needs("guild_id", "GW-CI-1", "an id", is_id);
  check.needs("fields", "GW-CI-1", "a list of status and voice_start_time", [](const Json& v) {
    return v.is_array() &&
           std::ranges::all_of(v, [](const Json& one) { return one == "status" || one == "voice_start_time"; });
  });
}

}  // namespace

std::vector<Misfit> misfits_of(std::int64_t opcode, const Json& data, const Dialect& dialect) {
  std::vector<Misfit> misfits;
  switch (opcode) {
    case 1:
      Check(data, misfits).holds(data.is_null() || is_integer(data), "GW-HB-5", "d is neither an integer nor null");
      break;
    case 2: check_identify(data, dialect, misfits); break;
    case 3: check_presence(data, misfits); break;
    case 4: check_voice(data, misfits); break;
    case 6: check_resume(data, misfits); break;
    case 8: check_members(data, misfits); break;
    case 31: check_sounds(data, misfits); break;
    case 43: check_channel_info(data, misfits); break;
    default: break;
  }
  return misfits;
}

}  // namespace portcullis::judge
