#include "portcullis/spec/pages.h"

#include "portcullis/spec/close_codes.h"
#include "portcullis/spec/dispatch_events.h"
#include "portcullis/spec/gateway_peer.h"
#include "portcullis/spec/gateway_session.h"
#include "portcullis/spec/heartbeat.h"
#include "portcullis/spec/intents.h"
#include "portcullis/spec/message_assembly.h"
#include "portcullis/spec/opcodes.h"
#include "portcullis/spec/websocket_connection.h"

namespace portcullis::spec::render {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Vocabulary opcodes() {
  Vocabulary page{"opcodes", "The opcodes that a bot sends or receives.", {}};
  for (const OpcodeRow& row : kOpcodes)
    page.rows.push_back({{"op", static_cast<int>(row.opcode)},
                         {"name", row.name},
                         {"may_send", row.may_send},
                         {"may_receive", row.may_receive},
                         {"data", row.data},
                         {"requirement", id(row.req)}});
  return page;
}

Vocabulary foreign_opcodes() {
  Vocabulary page{
      "foreign_opcodes", "Numbers seen in use that a bot neither sends nor receives; names unofficial.", {}};
  for (const ForeignOpcodeRow& row : kForeignOpcodes)
    page.rows.push_back({{"op", row.number}, {"name", row.name}, {"requirement", id(req::GW_ENV_4)}});
  return page;
}

Vocabulary close_codes() {
  Vocabulary page{
      "close_codes",
      "What a close by the server means to a client that holds a session: what the documentation says about "
      "reconnecting, every act that is no fault, and the one that this project takes.",
      {}};
  for (const CloseRow& row : kCloseCodes)
    page.rows.push_back({{"first", row.first},
                         {"last", row.last},
                         {"name", row.name},
                         {"documented", spec::name(row.documented)},
                         {"required", names(row.required)},
                         {"recommended", spec::name(row.recommended)},
                         {"class", spec::name(classify_close(row.first))},
                         {"requirement", id(row.req)},
                         {"open_point", row.open_point ? Json(id(*row.open_point)) : Json()}});
  return page;
}

Vocabulary intents() {
  Vocabulary page{"intents", "The bits of `intents` in Identify.", {}};
  for (const IntentRow& row : kIntents)
    page.rows.push_back({{"bit", static_cast<int>(row.intent)},
                         {"value", bit(row.intent)},
                         {"name", row.name},
                         {"privileged", row.privileged},
                         {"for_bots", row.for_bots},
                         {"old_name", text_or_null(row.old_name)},
                         {"requirement", id(row.req)}});
  return page;
}

std::vector<std::string> documented_names(const Set<Intent>& set) {
  std::vector<std::string> members;
  for (const IntentRow& row : kIntents)
    if (set.contains(row.intent)) members.emplace_back(row.name);
  return members;
}

Vocabulary dispatch_events() {
  Vocabulary page{"dispatch_events",
                  "The events of op 0. `gate` lists the intents of which one is needed (none: always sent); `route` is "
                  "the shard on which it arrives.",
                  {}};
  for (const DispatchRow& row : kDispatchEvents)
    page.rows.push_back({{"name", row.name},
                         {"gate", documented_names(row.gate)},
                         {"route", spec::name(row.route)},
                         {"data", row.data},
                         {"requirement", id(row.req)}});
  return page;
}

}  // namespace

std::vector<Machine> machines() {
  return {
      machine("websocket_connection", "One WebSocket connection over one transport, in either role.",
              websocket_connection::State::Connecting, websocket_connection::kTable),
      machine("message_assembly", "How frames become messages.", message_assembly::State::Idle,
              message_assembly::kTable),
      machine("gateway_session", "One shard's session, over as many connections as it takes.",
              gateway_session::State::Idle, gateway_session::kTable),
      machine("heartbeat", "When to beat, and when silence means a dead peer.", heartbeat::State::Stopped,
              heartbeat::kTable),
      machine("gateway_peer", "The server's side of one connection.", gateway_peer::State::New, gateway_peer::kTable),
  };
}

std::vector<Vocabulary> vocabularies() {
  return {opcodes(), foreign_opcodes(), close_codes(), intents(), dispatch_events()};
}

}  // namespace portcullis::spec::render
