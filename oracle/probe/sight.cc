#include "portcullis/oracle/probe/sight.h"

namespace portcullis::probe {
namespace {

constexpr int kDepthMax = 3;

void add_members(Json& facts, const std::string& prefix, const Json& map, int depth) {
  for (const auto& [name, value] : map.items()) {
    const std::string key = prefix + "." + name;
    if (!value.is_object())
      facts[key] = value;
    else if (depth < kDepthMax)
      add_members(facts, key, value, depth + 1);
  }
}

Json sight_of_message(const Json& with) {
  Json facts{{"kind", with.value("kind", "")}};
  if (with.contains("undecodable")) return facts["undecodable"] = with["undecodable"], facts;
  const auto payload = with.find("payload");
  if (payload == with.end() || !payload->is_object()) return facts["undecodable"] = "no map", facts;
  for (const char* const name : {"op", "t", "s"})
    if (payload->contains(name)) facts[name] = (*payload)[name];
  const Json data = payload->value("d", Json());
  facts["d_kind"] = kind_of(data);
  if (data.is_object())
    add_members(facts, "d", data, 1);
  else if (!data.is_array())
    facts["d"] = data;
  return facts;
}

}  // namespace

std::string_view kind_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_number()) return "number";
  if (value.is_string()) return "string";
  return value.is_array() ? "list" : "map";
}

std::optional<Json> sight_of(const timeline::Record& record) {
  if (record.is == "upgraded") return Json{{"upgraded", true}};
  if (record.is == "refused") return Json{{"refused", record.with["status"]}};
  if (record.with.value("from", "") != "server") return std::nullopt;
  if (record.is == "message") return sight_of_message(record.with);
  if (record.is == "close") return Json{{"close", record.with.value("code", 1005)}};
  if (record.is == "ping" || record.is == "pong") return Json{{record.is, record.with["payload"]}};
  if (record.is == "fault") return Json{{"fault", record.with["what"]}};
  if (record.is == "end") return Json{{"end", record.with["how"]}};
  return std::nullopt;
}

bool is_last(const Json& sight) {
  return sight.contains("close") || sight.contains("refused") || sight.contains("fault") || sight.contains("end");
}

}  // namespace portcullis::probe
