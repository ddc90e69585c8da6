#include "portcullis/oracle/live/clients.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portcullis/oracle/mock/query.h"
#include "portcullis/spec/intents.h"

namespace portcullis::live {
namespace {

const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

Json intents_in_words(const Json& intents) {
  Json words = Json::array();
  if (!intents.is_number_integer()) return words;
  const auto bits = intents.get<std::uint64_t>();
  for (const auto& row : spec::kIntents)
    if ((bits & spec::bit(row.intent)) != 0) words.push_back(row.name);
  return words;
}

/// What the client calls itself in its Identify.
Json library_of(const Json& properties) {
  for (const char* const name : {"browser", "$browser", "device", "$device"})
    if (const Json& value = member(properties, name); value.is_string() && value != "") return value;
  return nullptr;
}

void count(Json& told, const char* name) { told[name] = told[name].get<std::int64_t>() + 1; }

}  // namespace

void Clients::saw(const timeline::Record& record, std::uint64_t number) {
  if (record.is == "open") open(record);
  const auto found = clients_.find(record.link);
  if (found == clients_.end()) return;
  Client& client = found->second;
  client.changed = number;
  if (record.is == "message") on_message(client, record);
  if (record.is == "refused") end(client, "refused");
  if (record.is == "close" && client.told["close"].is_null())  // the other end's only answers
    client.told["close"] = {{"from", record.with["from"]}, {"code", member(record.with, "code")}};
  if (record.is == "end") end(client, member(record.with, "how") == "reset" ? "reset" : "ended");
}

void Clients::stepped(const mock::Stepped& step, std::uint64_t number) {
  const auto found = clients_.find(step.link);
  if (found == clients_.end()) return;
  found->second.changed = number;
  found->second.told["state"] = spec::name(step.row->to);
}

Json Clients::links() const {
  Json links = Json::array();
  for (const auto& [link, client] : clients_) links.push_back(link);
  return links;
}

Json Clients::changed_since(std::uint64_t number) const {
  Json changed = Json::array();
  for (const auto& [link, client] : clients_)
    if (client.changed > number) changed.push_back(client.told);
  return changed;
}

void Clients::open(const timeline::Record& record) {
  const std::string url = record.with.value("url", "");
  const std::size_t host = url.find("://");
  const mock::Query query = mock::read_query(url.substr(std::min(url.find('/', host + 3), url.size())));
  Client client;
  client.told = {{"link", record.link},
                 {"state", "New"},
                 {"opened_at", record.at_ms},
                 {"secure", url.starts_with("wss")},
                 {"version", query.version},
                 {"encoding", query.encoding},
                 {"compress", query.compress},
                 {"shard", nullptr},
                 {"intents", nullptr},
                 {"library", nullptr},
                 {"session", nullptr},
                 {"resumed", false},
                 {"interval_ms", nullptr},
                 {"beat_at", nullptr},
                 {"latency_ms", nullptr},
                 {"beats", 0},
                 {"received", 0},
                 {"sent", 0},
                 {"sequence", nullptr},
                 {"close", nullptr},
                 {"ended", nullptr}};
  clients_.insert_or_assign(record.link, std::move(client));
}

void Clients::on_message(Client& client, const timeline::Record& record) {
  const bool by_client = record.with["from"] == "client";
  count(client.told, by_client ? "received" : "sent");
  const Json& payload = member(record.with, "payload");
  by_client ? on_client_payload(client, payload, record.at_ms) : on_server_payload(client, payload, record.at_ms);
}

void Clients::on_client_payload(Client& client, const Json& payload, std::int64_t at_ms) {
  Json& told = client.told;
  const Json& op = member(payload, "op");
  const Json& data = member(payload, "d");
  if (op == 1) {
    told["beat_at"] = at_ms;
    count(told, "beats");
    if (client.asked_at >= 0) told["latency_ms"] = at_ms - std::exchange(client.asked_at, -1);
  } else if (op == 2) {
    const Json& shard = member(data, "shard");
    told["shard"] = shard.is_array() && shard.size() == 2 ? shard : Json{0, 1};
    told["intents"] = intents_in_words(member(data, "intents"));
    told["library"] = library_of(member(data, "properties"));
    if (member(data, "compress") == true && told["compress"] == "") told["compress"] = "payload";
  } else if (op == 6) {
    inherit(client, member(data, "session_id"));
  }
}

void Clients::on_server_payload(Client& client, const Json& payload, std::int64_t at_ms) {
  Json& told = client.told;
  const Json& op = member(payload, "op");
  const Json& data = member(payload, "d");
  if (op == 0 && member(payload, "s").is_number()) told["sequence"] = payload["s"];
  if (op == 1) client.asked_at = at_ms;
  if (op == 10) told["interval_ms"] = member(data, "heartbeat_interval");
  if (member(payload, "t") == "READY") told["session"] = member(data, "session_id");
  if (member(payload, "t") == "RESUMED") told["resumed"] = true;
}

/// A Resume says nothing of the client but its session: the rest is what the link before knew.
void Clients::inherit(Client& client, const Json& session) const {
  client.told["session"] = session;
  for (const auto& [link, other] : clients_) {
    if (&other == &client || session.is_null() || other.told["session"] != session) continue;
    for (const char* const name : {"shard", "intents", "library", "sequence"}) client.told[name] = other.told[name];
  }
}

void Clients::end(Client& client, std::string how) {
  if (std::exchange(client.ended, true)) return;
  client.told["ended"] = std::move(how);
  client.told["state"] = "Closed";
  forget_oldest();
}

void Clients::forget_oldest() {
  const auto is_ended = [](const auto& entry) { return entry.second.ended; };
  if (std::ranges::count_if(clients_, is_ended) > static_cast<std::ptrdiff_t>(kEndedMax))
    clients_.erase(std::ranges::find_if(clients_, is_ended));
}

}  // namespace portcullis::live
