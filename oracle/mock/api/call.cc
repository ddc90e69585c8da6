#include "portcullis/oracle/mock/api/call.h"

#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

namespace portcullis::mock::api {

HttpAnswer json_answer(const nlohmann::json& body, int status) { return {.status = status, .body = text_of(body)}; }

std::optional<std::string> Call::query(std::string_view name) const {
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) return unescaped(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::uint64_t Call::number(std::string_view name, std::uint64_t preset, std::uint64_t max) const {
  const auto given = query(name);
  if (!given) return preset;
  const auto value = id_of(*given);
  const std::string field(name);
  if (!value) throw bad_field(field, "NUMBER_TYPE_COERCE", "Value \"" + *given + "\" is not int.");
  if (*value > max)
    throw bad_field(field, "NUMBER_TYPE_MAX", "int value should be less than or equal to " + std::to_string(max) + ".");
  return *value;
}

Place Call::place() const {
  auto found = state.find_place(id("channel_id"));
  if (!found) throw unknown(10'003, "Channel");
  return *std::move(found);
}

std::shared_ptr<const Guild> Call::guild() const {
  auto found = find_guild(state.world(), id("guild_id"));
  if (!found) throw unknown(10'004, "Guild");
  return found;
}

Message& Call::message(const Place& place) const {
  Message* const found = state.find_message(place.channel_id, id("message_id"));
  // An ephemeral one is there for its reader alone.
  if (found == nullptr || found->is_ephemeral()) throw unknown(10'008, "Message");
  return *found;
}

}  // namespace portcullis::mock::api
