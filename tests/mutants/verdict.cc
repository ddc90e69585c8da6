#include "portcullis/tests/mutants/verdict.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace portcullis::tests {
namespace {

constexpr std::size_t kReasonBytesMin = 30;

}  // namespace

Equivalents read_equivalents(std::string_view text) {
  Equivalents out;
  const auto file = nlohmann::json::parse(text);
  for (const auto& group : file.at("equivalent")) {
    const std::string reason = group.at("reason");
    if (reason.size() < kReasonBytesMin) throw std::runtime_error("this is no reason: " + reason);
    if (group.at("mutants").empty()) throw std::runtime_error("no mutant has this reason: " + reason);
    for (const std::string id : group.at("mutants"))
      if (!out.emplace(id, reason).second) throw std::runtime_error("stands there twice: " + id);
  }
  return out;
}

std::vector<std::string> faults(const Outcome& outcome, const Equivalents& equivalents,
                                const std::set<std::string>& all) {
  std::vector<std::string> out;
  for (const std::string& id : outcome.survived)
    if (!equivalents.contains(id)) out.push_back("not noticed: " + id);
  for (const std::string& id : outcome.noticed)
    if (equivalents.contains(id)) out.push_back("noticed, so not equivalent: " + id);
  for (const auto& [id, reason] : equivalents)
    if (!all.contains(id)) out.push_back("no such mutant: " + id);
  return out;
}

}  // namespace portcullis::tests
