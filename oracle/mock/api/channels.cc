#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/oracle/mock/api/body.h"
#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/messages.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

/// The routes of channels and their messages.
namespace portcullis::mock::api {
namespace {

using nlohmann::json;

constexpr std::uint64_t kPageMax = 100;
constexpr std::uint64_t kPage = 50;

json event_of(const Place& place, const Message& message) {
  json data{{"channel_id", snowflake(place.channel_id)}, {"message_id", snowflake(message.id())}};
  if (place.guild) data["guild_id"] = snowflake(place.guild->id);
  return data;
}

bool can_be_written_in(const Place& place) { return !place.guild || place.channel().kind != ChannelKind::Category; }

/// Gives the part of the messages that a query asks for.
struct Page {
  std::size_t from, to;
};
Page page_of(const Call& call, const std::vector<const Message*>& all) {
  const auto limit = static_cast<std::size_t>(call.number("limit", kPage, kPageMax));
  const auto index = [&](std::uint64_t id) {
    return static_cast<std::size_t>(
        std::ranges::lower_bound(all, id, {}, [](const Message* one) { return one->id(); }) - all.begin());
  };
  const auto back = [&](std::size_t to) { return Page{to - std::min(to, limit), to}; };
  if (call.query("before")) return back(index(call.number("before", 0, UINT64_MAX)));
  if (call.query("after")) {
    const std::uint64_t id = call.number("after", 0, UINT64_MAX);
    const std::size_t from = id == UINT64_MAX ? all.size() : index(id + 1);
    return {from, std::min(from + limit, all.size())};
  }
  if (call.query("around"))
    return back(std::min(index(call.number("around", 0, UINT64_MAX)) + limit / 2 + 1, all.size()));
  return back(all.size());
}

std::shared_ptr<const User> user_of_path(const Call& call) {
  auto user = find_user(call.state.world(), call.id("user_id"));
  if (!user) throw unknown(10'013, "User");
  return user;
}

}  // namespace

HttpAnswer get_channel(Call& call) {
  const Place place = call.place();
  return json_answer(place.guild ? channel_object(*place.guild, place.channel())
                                 : direct_channel_object(place.channel_id, *place.recipient));
}

HttpAnswer get_messages(Call& call) {
  const Place place = call.place();
  std::vector<const Message*> all;
  for (const Message& one : call.state.messages(place.channel_id))
    if (!one.is_ephemeral()) all.push_back(&one);
  const Page page = page_of(call, all);
  json out = json::array();
  for (std::size_t i = page.to; i > page.from; --i) out.push_back(rendered(call.state, *all[i - 1]));
  return json_answer(out);
}

HttpAnswer post_message(Call& call) {
  const Place place = call.place();
  if (!can_be_written_in(place)) throw Refusal{400, 50'008, "Cannot send messages in a non-text channel"};
  const json draft = read_body(call.request);
  check_draft(draft);
  check_not_empty(draft);
  const Message& made = write_message(call.state, call.tell, place, call.state.bot(), draft);
  return json_answer(rendered(call.state, made));
}

HttpAnswer get_message(Call& call) { return json_answer(rendered(call.state, call.message(call.place()))); }

HttpAnswer patch_message(Call& call) {
  const Place place = call.place();
  Message& message = call.message(place);
  if (message.author_id() != call.state.bot().id)
    throw Refusal{403, 50'005, "Cannot edit a message authored by another user"};
  const json draft = read_body(call.request);
  check_draft(draft);
  edit_message(call.state, call.tell, place, message, draft);
  return json_answer(rendered(call.state, message));
}

HttpAnswer remove_message(Call& call) {
  const Place place = call.place();
  const Message& message = call.message(place);
  if (!place.guild && message.author_id() != call.state.bot().id)
    throw Refusal{403, 50'003, "Cannot execute action on a DM channel"};
  delete_message(call.state, call.tell, place, message.id());
  return no_content();
}

HttpAnswer remove_messages(Call& call) {
  const Place place = call.place();
  if (!place.guild) throw Refusal{403, 50'003, "Cannot execute action on a DM channel"};
  const json body = read_body(call.request);
  const json list = body.is_object() ? body.value("messages", json()) : json();
  if (!list.is_array() || list.size() < 2 || list.size() > kPageMax)
    throw bad_field("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.");
  json ids = json::array();
  for (const json& one : list) {
    const auto id = id_in(one);
    if (id && call.state.remove_message(place.channel_id, *id)) ids.push_back(snowflake(*id));
  }
  json data{{"ids", std::move(ids)}, {"channel_id", snowflake(place.channel_id)}};
  data["guild_id"] = snowflake(place.guild->id);
  call.tell({"MESSAGE_DELETE_BULK", text_of(data)});
  return no_content();
}

HttpAnswer post_typing(Call& call) {
  constexpr std::int64_t kMsInSecond = 1'000;
  const Place place = call.place();
  json data{{"channel_id", snowflake(place.channel_id)},
            {"user_id", snowflake(call.state.bot().id)},
            {"timestamp", call.state.now_ms() / kMsInSecond}};
  if (place.guild)
    data.update({{"guild_id", snowflake(place.guild->id)}, {"member", member_object(place.guild->members.front())}});
  call.tell({"TYPING_START", text_of(data)});
  return no_content();
}

HttpAnswer put_own_reaction(Call& call) {
  const Place place = call.place();
  add_reaction(call.tell, place, call.message(place), emoji_of(call.text("emoji")), call.state.bot());
  return no_content();
}

HttpAnswer remove_own_reaction(Call& call) {
  const Place place = call.place();
  remove_reaction(call.tell, place, call.message(place), emoji_of(call.text("emoji")), call.state.bot());
  return no_content();
}

HttpAnswer remove_reaction_of(Call& call) {
  const Place place = call.place();
  const auto user = user_of_path(call);
  remove_reaction(call.tell, place, call.message(place), emoji_of(call.text("emoji")), *user);
  return no_content();
}

HttpAnswer get_reactions(Call& call) {
  const Message& message = call.message(call.place());
  const json emoji = emoji_of(call.text("emoji"));
  const auto found = std::ranges::find_if(message.reactions, [&](const auto& one) { return one.first == emoji; });
  if (found == message.reactions.end()) throw unknown(10'014, "Emoji");
  json out = json::array();
  for (const std::uint64_t id : found->second)
    if (const auto user = find_user(call.state.world(), id)) out.push_back(user_object(*user));
  return json_answer(out);
}

HttpAnswer remove_reactions(Call& call) {
  const Place place = call.place();
  Message& message = call.message(place);
  message.reactions.clear();
  call.tell({"MESSAGE_REACTION_REMOVE_ALL", text_of(event_of(place, message))});
  return no_content();
}

HttpAnswer remove_reactions_of_emoji(Call& call) {
  const Place place = call.place();
  Message& message = call.message(place);
  const json emoji = emoji_of(call.text("emoji"));
  if (std::erase_if(message.reactions, [&](const auto& one) { return one.first == emoji; }) == 0)
    throw unknown(10'014, "Emoji");
  json data = event_of(place, message);
  data["emoji"] = emoji;
  call.tell({"MESSAGE_REACTION_REMOVE_EMOJI", text_of(data)});
  return no_content();
}

}  // namespace portcullis::mock::api
