#include "portcullis/oracle/live/remarks.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace portcullis::live {
namespace {

using judge::Verdict;
using timeline::Record;

constexpr std::int64_t kQuietMs = 60'000;    ///< without anybody, after which whoever comes is somebody new
constexpr std::int64_t kOnItsWayMs = 200;    ///< what is younger may not have been read
constexpr std::size_t kDispatchesKept = 64;  ///< the last ones of a thinned link: a Resume may be behind by some
constexpr std::size_t kRecordsLeft = Remarks::kRecordsMax * 3 / 4;

const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

bool is_dispatch(const Record& record) { return member(member(record.with, "payload"), "op") == 0; }

/// Says whether a record is about the link's life and its session, which later links are held against.
bool is_essential(const Record& record) {
  constexpr std::array<std::string_view, 5> kKinds{"open", "upgraded", "refused", "close", "end"};
  if (record.is != "message") return std::ranges::find(kKinds, record.is) != kKinds.end();
  const Json& payload = member(record.with, "payload");
  const Json& op = member(payload, "op");
  const Json& name = member(payload, "t");
  return op == 2 || op == 6 || op == 7 || op == 9 || op == 10 || name == "READY" || name == "RESUMED";
}

bool is_worth_a_remark(const judge::Finding& finding) {
  const Verdict verdict = finding.verdict;
  const bool told = verdict == Verdict::Violation || verdict == Verdict::Deviation || verdict == Verdict::Unusual;
  return told && !finding.marginal;
}

}  // namespace

void Remarks::saw(const Record& record, std::uint64_t number) {
  begin_anew_if_all_left(record);
  records_.push_back({number, std::make_shared<const Record>(record)});
  Link& link = links_[record.link];
  ++link.fresh;
  if (record.is == "open") ++open_;
  if (record.is == "end" && !std::exchange(link.ended, true) && open_ != 0) {
    --open_;
    left_at_ = record.at_ms;
  }
  if (records_.size() > kRecordsMax) make_room();
}

void Remarks::begin_anew_if_all_left(const Record& record) {
  if (record.is != "open" || open_ != 0 || record.at_ms < left_at_ + kQuietMs) return;
  records_.clear();
  links_.clear();
  told_.clear();
  noise_ms_ = 0;
}

/// Thins the oldest links that have ended, then the longest; in the end the oldest records go, whatever they are.
void Remarks::make_room() {
  const auto is_spent = [](const auto& entry) { return entry.second.ended && !entry.second.thinned; };
  while (records_.size() > kRecordsLeft) {
    auto next = std::ranges::find_if(links_, is_spent);
    if (next == links_.end())
      next = std::ranges::max_element(links_, {}, [](const auto& entry) { return entry.second.fresh; });
    if (next->second.fresh == 0) break;
    thin(next->first);
  }
  while (records_.size() > kRecordsLeft) {
    links_[records_.front().record->link].thinned = true;
    records_.pop_front();
  }
  std::erase_if(links_, [this](const auto& entry) {
    return std::ranges::none_of(records_, [&](const auto& kept) { return kept.record->link == entry.first; });
  });
  told_.erase(told_.lower_bound({1, 0, {}}), told_.lower_bound({records_.front().number, 0, {}}));
}

void Remarks::thin(std::uint64_t link) {
  const auto is_its_dispatch = [&](const Window::Kept& kept) {
    return kept.record->link == link && !is_essential(*kept.record) && is_dispatch(*kept.record);
  };
  const auto dispatches = static_cast<std::size_t>(std::ranges::count_if(records_, is_its_dispatch));
  std::size_t to_forget = dispatches - std::min(dispatches, kDispatchesKept);
  std::erase_if(records_, [&](const Window::Kept& kept) {
    if (kept.record->link != link || is_essential(*kept.record)) return false;
    if (!is_dispatch(*kept.record)) return true;
    return to_forget != 0 && to_forget-- != 0;
  });
  links_[link] = {0, links_[link].ended, true};
}

judge::Judgement Remarks::judge(const Window& window) {
  timeline::Timeline timeline;
  for (const auto& kept : window.records) timeline.records.push_back(*kept.record);
  // A record that no rule is about tells the judge how late it is, and how exactly that is known.
  const std::int64_t last = timeline.records.empty() ? 0 : timeline.records.back().at_ms;
  timeline.records.push_back({std::max(last, window.now_ms - kOnItsWayMs), 0, "noise", {{"ms", window.noise_ms}}});
  return judge::judge(timeline);
}

std::vector<Json> Remarks::fresh(const Window& window, const judge::Judgement& judgement) {
  std::vector<Json> remarks;
  for (const judge::RuleResult& result : judgement.rules)
    for (const judge::Finding& finding : result.findings) {
      const auto link = links_.find(finding.link);
      const bool muted = finding.link != 0 && (link == links_.end() || link->second.thinned);
      if (!is_worth_a_remark(finding) || muted) continue;
      const bool placed = finding.record < window.records.size();
      const std::uint64_t about = placed ? window.records[finding.record].number : 0;
      if (told_.insert({about, finding.link, result.rule->id}).second)
        remarks.push_back(told(*result.rule, finding, about));
    }
  return remarks;
}

Json Remarks::told(const judge::Rule& rule, const judge::Finding& finding, std::uint64_t about) const {
  Json requirements = Json::array();
  for (const std::string& id : rule.requirements) requirements.push_back({{"id", id}, {"text", statement_of_(id)}});
  return {{"at", finding.at_ms},
          {"link", finding.link},
          {"is", "remark"},
          {"about", about},
          {"verdict", judge::name_of(finding.verdict)},
          {"rule", rule.id},
          {"says", rule.says},
          {"seen", finding.seen},
          {"allowed", finding.allowed},
          {"requirements", std::move(requirements)}};
}

}  // namespace portcullis::live
