#include "portcullis/oracle/probe/session.h"

#include <algorithm>

namespace portcullis::probe {
namespace {

constexpr std::int64_t kGuildsAndMessages = 1 << 0 | 1 << 9;
constexpr std::int64_t kAhead = 1'000'000;

}  // namespace

Json good_identify(const std::string& token) {
  return {{"token", token},
          {"intents", kGuildsAndMessages},
          {"properties", {{"os", "linux"}, {"browser", "portcullis"}, {"device", "portcullis"}}}};
}

void Session::see(const Json& sight) {
  const Json number = sight.value("s", Json());
  const bool ready = sight["t"] == "READY";
  if (ready) {
    first_.reset();
    last_.reset();
    heard_.clear();
    user_id_ =
        sight.contains("d.user.id") && sight["d.user.id"].is_string() ? sight["d.user.id"].get<std::string>() : "";
  }
  if (!number.is_number_integer()) return;
  const auto s = number.get<std::int64_t>();
  if (ready) first_ = s;
  const bool is_new = !last_ || s > *last_;
  if (is_new && !ready && sight["t"] != "RESUMED") heard_.push_back(s);
  if (is_new) last_ = s;
}

void Session::learn_guild(const Json& guilds) {
  guild_id_.clear();
  if (!guilds.is_array() || guilds.empty() || !guilds[0].is_object()) return;
  const Json id = guilds[0].value("id", Json());
  if (id.is_string()) guild_id_ = id.get<std::string>();
}

std::vector<std::int64_t> Session::owed() const {
  std::vector<std::int64_t> out;
  std::ranges::copy_if(heard_, std::back_inserter(out), [this](std::int64_t s) { return s > resumed_from_; });
  return out;
}

std::optional<Json> Session::value_of(std::string_view name) const {
  const auto text = [](const std::string& value) { return value.empty() ? std::optional<Json>() : Json(value); };
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value ? std::optional(Json(*value)) : std::nullopt;
  };
  if (name == "$token") return token_;
  if (name == "$identify") return good_identify(token_);
  if (name == "$session_id") return text(ready_.session_id);
  if (name == "$guild_id") return text(guild_id_);
  if (name == "$user_id") return text(user_id_);
  if (name == "$seq") return number(last_);
  if (name == "$seq_ahead") return number(last_ ? std::optional(*last_ + kAhead) : std::nullopt);
  if (name == "$ready_seq") return number(first_);
  return Json(name);
}

std::optional<std::string> Session::fill_in(Json& payload) const {
  if (payload.is_string() && payload.get_ref<const std::string&>().starts_with('$')) {
    const auto name = payload.get<std::string>();
    const auto value = value_of(name);
    if (!value) return "the server did not tell what " + name.substr(1) + " stands for";
    payload = *value;
  } else if (payload.is_structured()) {
    for (auto& member : payload)
      if (auto unknown = fill_in(member)) return unknown;
  }
  return std::nullopt;
}

}  // namespace portcullis::probe
