#include "portcullis/cli/steps.h"

#include <nlohmann/json.hpp>

namespace portcullis::cli {

using spec::gateway_peer::Action;
using spec::gateway_peer::Input;

bool matters(const mock::Stepped& step) noexcept {
  return step.input != Input::Heartbeat && step.input != Input::SayDispatch && step.row->act != Action::Ignore;
}

std::string in_words(const mock::Stepped& step) {
  std::string words = std::string(spec::name(step.from)) + ": " + std::string(spec::name(step.input));
  if (!step.detail.empty()) words += " (" + std::string(step.detail) + ")";
  words += " -> " + std::string(spec::name(step.row->act));
  if (step.row->to != step.from) words += ", now " + std::string(spec::name(step.row->to));
  return words;
}

nlohmann::ordered_json line_of(const mock::Stepped& step) {
  return {{"event", "step"},
          {"link", step.link},
          {"from", spec::name(step.from)},
          {"input", spec::name(step.input)},
          {"action", spec::name(step.row->act)},
          {"to", spec::name(step.row->to)},
          {"detail", step.detail},
          {"req", id(step.row->req)}};
}

}  // namespace portcullis::cli
