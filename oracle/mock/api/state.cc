#include "portcullis/oracle/mock/api/state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace portcullis::mock::api {

using nlohmann::json;

std::optional<std::uint64_t> id_of(std::string_view digits) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return id;
}

std::optional<std::uint64_t> id_in(const json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  return value.is_string() ? id_of(value.get_ref<const std::string&>()) : std::nullopt;
}

std::uint64_t Message::id() const { return *id_of(object["id"].get_ref<const std::string&>()); }
std::uint64_t Message::author_id() const { return *id_of(object["author"]["id"].get_ref<const std::string&>()); }
bool Message::is_ephemeral() const {
  constexpr unsigned kEphemeral = 1u << 6;
  return (object["flags"].get<unsigned>() & kEphemeral) != 0;
}

std::string State::timestamp() const {
  using namespace std::chrono;
  const sys_time<milliseconds> now{milliseconds(now_ms_)};
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const hh_mm_ss time{now - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d000+00:00", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

std::uint64_t State::fresh_id() {
  constexpr std::int64_t kEpochMs = 1'420'070'400'000;  // the first second of 2015
  const std::int64_t since = std::max<std::int64_t>(now_ms_ - kEpochMs, 0);
  last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(since) << 22);
  return last_id_;
}

std::optional<Place> State::find_place(std::uint64_t channel_id) const {
  if (auto guild = find_guild_of_channel(world_, channel_id)) return Place{channel_id, std::move(guild)};
  const auto direct = direct_.find(channel_id);
  if (direct == direct_.end()) return std::nullopt;
  return Place{channel_id, nullptr, direct->second};
}

Place State::direct_place(const User& user) {
  for (const auto& [channel_id, recipient] : direct_)
    if (recipient->id == user.id) return {channel_id, nullptr, recipient};
  const std::uint64_t channel_id = fresh_id();
  return {channel_id, nullptr, direct_[channel_id] = std::make_shared<const User>(user)};
}

Message& State::add_message(std::uint64_t channel_id, json object) {
  auto& messages = messages_[channel_id];
  if (messages.size() >= kMessagesMax) messages.pop_front();
  return messages.emplace_back(Message{std::move(object)});
}

Message* State::find_message(std::uint64_t channel_id, std::uint64_t id) {
  const auto channel = messages_.find(channel_id);
  if (channel == messages_.end()) return nullptr;
  const auto found = std::ranges::find(channel->second, id, &Message::id);
  return found == channel->second.end() ? nullptr : &*found;
}

Message* State::find_message(std::uint64_t id) {
  for (const auto& entry : messages_)
    if (Message* const found = find_message(entry.first, id)) return found;
  return nullptr;
}

bool State::remove_message(std::uint64_t channel_id, std::uint64_t id) {
  return std::erase_if(messages_[channel_id], [id](const Message& one) { return one.id() == id; }) != 0;
}

Interaction& State::add_interaction(const Place& place) {
  if (interactions_.size() >= kInteractionsMax) interactions_.pop_front();
  Interaction& made = interactions_.emplace_back();
  made.id = fresh_id();
  made.token = "interaction-" + std::to_string(made.id) + "-token";
  made.made_ms = now_ms_;
  made.place = place;
  return made;
}

Interaction* State::find_interaction(std::string_view token) {
  const auto found = std::ranges::find(interactions_, token, &Interaction::token);
  return found == interactions_.end() ? nullptr : &*found;
}

}  // namespace portcullis::mock::api
