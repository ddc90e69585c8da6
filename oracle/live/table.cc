#include "portcullis/oracle/live/table.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "portcullis/spec/gateway_peer.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::live {
namespace {

namespace peer = spec::gateway_peer;
using Json = nlohmann::ordered_json;

constexpr std::string_view kPlace = "{{table}}";

Json inputs_of(const peer::Row& row) {
  Json inputs = Json::array();
  for (std::size_t i = 0; i < spec::EnumNames<peer::Input>::values.size(); ++i) {
    const auto input = static_cast<peer::Input>(i);
    if (row.on.contains(input))
      inputs.push_back({{"input", spec::name(input)}, {"action", spec::name(row.act)}, {"requirement", id(row.req)}});
  }
  return inputs;
}

Json table() {
  std::map<std::pair<peer::State, peer::State>, Json> moves;
  for (const peer::Row& row : peer::kTable) {
    if (row.from == row.to || row.act == peer::Action::Impossible) continue;
    Json& causes = moves.try_emplace({row.from, row.to}, Json::array()).first->second;
    for (Json& input : inputs_of(row)) causes.push_back(std::move(input));
  }
  Json told{{"states", spec::EnumNames<peer::State>::values}, {"moves", Json::array()}};
  for (auto& [ends, causes] : moves)
    told["moves"].push_back(
        {{"from", spec::name(ends.first)}, {"to", spec::name(ends.second)}, {"on", std::move(causes)}});
  for (const spec::OpcodeRow& row : spec::kOpcodes)
    told["opcodes"][std::to_string(static_cast<unsigned>(row.opcode))] = row.name;
  return told;
}

}  // namespace

std::string page_with_table(std::string_view page) {
  std::string whole(page);
  return whole.replace(whole.find(kPlace), kPlace.size(), table().dump());
}

}  // namespace portcullis::live
