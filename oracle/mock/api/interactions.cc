#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/oracle/mock/api/body.h"
#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/messages.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

/// The routes at which a bot answers interactions.
namespace portcullis::mock::api {
namespace {

using nlohmann::json;
using Answered = Interaction::Answered;

constexpr std::int64_t kFirstAnswerMs = 3'000;
constexpr std::int64_t kTokenMs = 15 * 60 * 1'000;
constexpr unsigned kEphemeral = 1u << 6;
constexpr unsigned kLoading = 1u << 7;

/// What the first answer may be.
enum class Kind : unsigned {
  Message = 4,
  DeferredMessage = 5,
  DeferredUpdate = 6,
  Update = 7,
  Choices = 8,
  Modal = 9,
};

/// What a message tells of the interaction that it answers.
json origin_of(const Interaction& interaction) {
  const json& object = interaction.object;
  const json& user = object.contains("member") ? object["member"]["user"] : object["user"];
  json out{{"application_id", object["application_id"]},
           {"webhook_id", object["application_id"]},
           {"interaction_metadata",
            {{"id", object["id"]},
             {"type", object["type"]},
             {"user", user},
             {"authorizing_integration_owners", object["authorizing_integration_owners"]}}}};
  if (object["data"].contains("name"))
    out["interaction"] = {
        {"id", object["id"]}, {"type", object["type"]}, {"name", object["data"]["name"]}, {"user", user}};
  return out;
}

Message& answer_with(Call& call, Interaction& interaction, const json& draft, bool is_first) {
  constexpr int kChatInputCommand = 20;
  json extra = origin_of(interaction);
  if (is_first && extra.contains("interaction")) extra["type"] = kChatInputCommand;
  Message& made = write_message(call.state, call.tell, interaction.place, call.state.bot(), draft, extra);
  interaction.message_ids.push_back(made.id());
  if (is_first) interaction.original_id = made.id();
  return made;
}

/// Gives the message that a component belongs to.
Message& source_of(Call& call, const Interaction& interaction) {
  const json& object = interaction.object;
  const auto id =
      object.contains("message") ? id_of(object["message"]["id"].get_ref<const std::string&>()) : std::nullopt;
  Message* const found = id ? call.state.find_message(interaction.place.channel_id, *id) : nullptr;
  if (found == nullptr) throw bad_field("type", "BASE_TYPE_CHOICES", "The interaction has no message to update.");
  return *found;
}

json draft_of(const json& answer) {
  json draft = answer.value("data", json());
  if (draft.is_null()) draft = json::object();
  // Of a form, the files stand beside `data`.
  if (answer.contains("attachments") && draft.is_object()) draft["attachments"] = answer["attachments"];
  check_draft(draft);
  return draft;
}

void take(Call& call, Interaction& interaction, Kind kind, const json& answer) {
  const json draft = draft_of(answer);
  switch (kind) {
    case Kind::Message:
      check_not_empty(draft);
      answer_with(call, interaction, draft, true);
      break;
    case Kind::DeferredMessage: {
      const json given = draft.value("flags", json());
      const unsigned flags = given.is_null() ? 0 : given.get<unsigned>() & kEphemeral;
      answer_with(call, interaction, {{"flags", flags | kLoading}}, true);
      interaction.answered = Answered::Deferred;
      return;
    }
    case Kind::DeferredUpdate: interaction.original_id = source_of(call, interaction).id(); break;
    case Kind::Update: {
      Message& source = source_of(call, interaction);
      interaction.original_id = source.id();
      edit_message(call.state, call.tell, interaction.place, source, draft);
      break;
    }
    case Kind::Choices:
    case Kind::Modal: break;
  }
  interaction.answered = Answered::Yes;
}

Kind kind_of(const json& answer) {
  const json type = answer.is_object() ? answer.value("type", json()) : json();
  const bool known = type.is_number_unsigned() && type.get<unsigned>() >= 4 && type.get<unsigned>() <= 9;
  if (!known) throw bad_field("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 6, 7, 8, 9}.");
  return static_cast<Kind>(type.get<unsigned>());
}

json callback_object(Call& call, const Interaction& interaction, Kind kind) {
  json of{{"id", snowflake(interaction.id)}, {"type", interaction.object["type"]}};
  json out{{"interaction", of}, {"resource", {{"type", static_cast<unsigned>(kind)}}}};
  if (!interaction.original_id) return out;
  const std::string id = snowflake(*interaction.original_id);
  out["interaction"].update({{"response_message_id", id}, {"response_message_loading", kind == Kind::DeferredMessage}});
  if (const Message* const made = call.state.find_message(interaction.place.channel_id, *interaction.original_id))
    out["resource"]["message"] = rendered(call.state, *made);
  return out;
}

/// Gives the interaction whose token is in the path.
Interaction& interaction_of(Call& call) {
  if (call.id("application_id") != call.state.bot().id) throw unknown(10'015, "Webhook");
  Interaction* const found = call.state.find_interaction(call.text("token"));
  if (found == nullptr) throw unknown(10'015, "Webhook");
  if (call.state.now_ms() - found->made_ms > kTokenMs) throw Refusal{401, 50'027, "Invalid Webhook Token"};
  return *found;
}

Message& answer_of(Call& call, const Interaction& interaction) {
  const std::string& name = call.text("message");
  const auto id = name == "@original" ? interaction.original_id : id_of(name);
  const bool own = id && (id == interaction.original_id ||
                          std::ranges::find(interaction.message_ids, *id) != interaction.message_ids.end());
  Message* const found = own ? call.state.find_message(interaction.place.channel_id, *id) : nullptr;
  if (found == nullptr) throw unknown(10'008, "Message");
  return *found;
}

/// Changes an answer; one that was only promised is then there.
Message& change(Call& call, Interaction& interaction, Message& message, const json& draft) {
  if (interaction.answered == Answered::Deferred && message.id() == interaction.original_id) {
    message.object["flags"] = message.object["flags"].get<unsigned>() & ~kLoading;
    interaction.answered = Answered::Yes;
  }
  json without_flags = draft;
  without_flags.erase("flags");
  edit_message(call.state, call.tell, interaction.place, message, without_flags);
  return message;
}

}  // namespace

HttpAnswer post_callback(Call& call) {
  Interaction* const interaction = call.state.find_interaction(call.text("token"));
  const bool late = interaction != nullptr && interaction->answered == Answered::No &&
                    call.state.now_ms() - interaction->made_ms > kFirstAnswerMs;
  if (interaction == nullptr || interaction->id != call.id("interaction_id") || late)
    throw unknown(10'062, "interaction");
  if (interaction->answered != Answered::No) throw Refusal{400, 40'060, "Interaction has already been acknowledged."};
  const json answer = read_body(call.request);
  const Kind kind = kind_of(answer);
  take(call, *interaction, kind, answer);
  interaction->answer = answer;
  if (call.query("with_response") != "true") return no_content();
  return json_answer(callback_object(call, *interaction, kind));
}

HttpAnswer post_followup(Call& call) {
  Interaction& interaction = interaction_of(call);
  if (interaction.answered == Answered::No) throw unknown(10'015, "Webhook");
  const json draft = read_body(call.request);
  check_draft(draft);
  check_not_empty(draft);
  Message* const promised = interaction.answered == Answered::Deferred
                                ? call.state.find_message(interaction.place.channel_id, *interaction.original_id)
                                : nullptr;
  Message& made =
      promised != nullptr ? change(call, interaction, *promised, draft) : answer_with(call, interaction, draft, false);
  return json_answer(rendered(call.state, made));
}

HttpAnswer get_answer(Call& call) { return json_answer(rendered(call.state, answer_of(call, interaction_of(call)))); }

HttpAnswer patch_answer(Call& call) {
  Interaction& interaction = interaction_of(call);
  Message& message = answer_of(call, interaction);
  const json draft = read_body(call.request);
  check_draft(draft);
  return json_answer(rendered(call.state, change(call, interaction, message, draft)));
}

HttpAnswer remove_answer(Call& call) {
  Interaction& interaction = interaction_of(call);
  delete_message(call.state, call.tell, interaction.place, answer_of(call, interaction).id());
  return no_content();
}

}  // namespace portcullis::mock::api
