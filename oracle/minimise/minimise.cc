#include "portcullis/oracle/minimise/minimise.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portcullis::minimise {
namespace {

using judge::Finding;
using judge::RuleResult;
using judge::Verdict;
using timeline::Json;
using timeline::Record;
using timeline::Timeline;

/// What a finding says, without the words for the record itself, whose payload is to become smaller.
std::string meaning_of(const Finding& finding, const Timeline& timeline) {
  std::string text = finding.seen;
  const std::string words = judge::in_words(timeline.records[finding.record]);
  const std::size_t at = words.empty() ? std::string::npos : text.find(words);
  return at == std::string::npos ? text : text.erase(at, words.size());
}

class Minimiser {
 public:
  Minimiser(Timeline timeline, const Aim& aim, const Bounds& bounds)
      : bounds_(bounds), aim_(aim), best_(std::move(timeline)) {}

  Outcome run() {
    thin_out_links();
    for (bool smaller = true; smaller && !is_over();) {
      thin_out_records();
      smaller = shrink_payloads();
    }
    return {std::move(best_), aim_, judgements_, !out_of_bounds_};
  }

 private:
  bool is_over() {
    const bool stopped = bounds_.stop != nullptr && *bounds_.stop;
    out_of_bounds_ = out_of_bounds_ || stopped || judgements_ >= bounds_.judgements_max;
    return out_of_bounds_;
  }

  /// Takes elements away, in pieces that halve until they are single, for as long as `still` says that it may be so.
  ///
  /// Shape: `still` is asked of a list without the piece, and the list stays that way where it says yes.
  template <typename Element, typename Still>
  void thin_out(std::vector<Element>& list, Still still) {
    for (std::size_t size = std::max<std::size_t>(list.size() / 2, 1); !list.empty();) {
      bool any = false;
      for (std::size_t end = list.size(); end > 0; end -= std::min(end, size)) {
        if (is_over()) return;
        const std::size_t begin = end - std::min(end, size);
        std::vector<Element> fewer(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(begin));
        fewer.insert(fewer.end(), list.begin() + static_cast<std::ptrdiff_t>(end), list.end());
        if (!still(fewer)) continue;
        list = std::move(fewer);
        any = true;
      }
      if (size == 1 && !any) return;
      size = std::max<std::size_t>(size / 2, 1);
    }
  }

  /// Says whether a timeline shows the finding at that record.
  bool shows(const Timeline& timeline, std::size_t record) {
    if (is_over()) return false;
    ++judgements_;
    const RuleResult result = judge::judge(timeline, *aim_.rule);
    bounds_.on_judged(judgements_, std::min(timeline.records.size(), best_.records.size()));
    const auto finding = std::ranges::find_if(
        result.findings, [&](const Finding& one) { return one.verdict == aim_.verdict && one.record == record; });
    if (result.verdict != aim_.verdict || finding == result.findings.end()) return false;
    if (!payloads_) return true;
    const std::string meaning = meaning_of(*finding, timeline);
    if (!meaning_) meaning_ = meaning;
    return meaning == *meaning_;
  }

  /// Keeps the records of that many indices, where they show the finding.
  bool keep(const std::vector<std::size_t>& indices) {
    const auto at = std::ranges::find(indices, aim_.record);
    if (at == indices.end()) return false;
    Timeline fewer{best_.clock, best_.about, {}};
    for (const std::size_t index : indices) fewer.records.push_back(best_.records[index]);
    return shows(fewer, static_cast<std::size_t>(at - indices.begin()));
  }

  void adopt(const std::vector<std::size_t>& indices) {
    aim_.record = static_cast<std::size_t>(std::ranges::find(indices, aim_.record) - indices.begin());
    std::vector<Record> records;
    for (const std::size_t index : indices) records.push_back(std::move(best_.records[index]));
    best_.records = std::move(records);
  }

  void thin_out_links() {
    std::vector<std::uint64_t> links;
    for (const Record& record : best_.records)
      if (record.link != 0 && std::ranges::find(links, record.link) == links.end()) links.push_back(record.link);
    const auto indices_of = [this](const std::vector<std::uint64_t>& kept) {
      std::vector<std::size_t> indices;
      for (std::size_t i = 0; i < best_.records.size(); ++i)
        if (const std::uint64_t link = best_.records[i].link; link == 0 || std::ranges::find(kept, link) != kept.end())
          indices.push_back(i);
      return indices;
    };
    thin_out(links, [&](const auto& fewer) { return keep(indices_of(fewer)); });
    adopt(indices_of(links));
  }

  void thin_out_records() {
    std::vector<std::size_t> indices(best_.records.size());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
    thin_out(indices, [&](const auto& fewer) { return keep(fewer); });
    adopt(indices);
  }

  /// Gives whether any payload became smaller. What the finding says is to stay: without its sequence a Resume breaks
  /// the rule on sequences too, but in another way.
  bool shrink_payloads() {
    payloads_ = true;
    meaning_.reset();
    bool any = false;
    if (!shows(best_, aim_.record)) return false;  // out of bounds
    for (Record& record : best_.records) {
      const auto payload = record.with.find("payload");
      if (payload != record.with.end() && payload->is_object() && payload->contains("d"))
        any = shrink((*payload)["d"]) || any;
    }
    payloads_ = false;
    return any;
  }

  /// Tries another value in the place of one; takes it back where the finding needs the old one.
  bool replace(Json& value, Json other) {
    if (value == other) return false;
    std::swap(value, other);
    if (shows(best_, aim_.record)) return true;
    std::swap(value, other);
    return false;
  }

  bool shrink(Json& value) {
    if (value.is_string()) return replace(value, "");
    if (!value.is_structured() || value.empty()) return false;
    if (replace(value, nullptr) || replace(value, value.is_object() ? Json::object() : Json::array())) return true;
    bool any = shrink_members(value);
    for (Json& member : value) any = shrink(member) || any;
    return any;
  }

  bool shrink_members(Json& value) {
    std::vector<std::pair<std::string, Json>> members;
    for (const auto& [name, member] : value.items()) members.emplace_back(name, member);
    const std::size_t before = members.size();
    const bool is_object = value.is_object();
    const auto made_of = [is_object](const auto& list) {
      Json made = is_object ? Json::object() : Json::array();
      for (const auto& [name, member] : list) is_object ? void(made[name] = member) : made.push_back(member);
      return made;
    };
    thin_out(members, [&](const auto& fewer) { return replace(value, made_of(fewer)); });
    return members.size() < before;
  }

  const Bounds& bounds_;
  Aim aim_;
  Timeline best_;
  std::size_t judgements_ = 0;
  bool out_of_bounds_ = false;
  bool payloads_ = false;  ///< they are being shrunk
  std::optional<std::string> meaning_;
};

}  // namespace

std::optional<Aim> aim_at(const judge::Judgement& judgement, std::string_view rule) {
  std::optional<Aim> aim;
  for (const RuleResult& result : judgement.rules) {
    if (!rule.empty() && result.rule->id != rule) continue;
    for (const Finding& finding : result.findings) {
      if (finding.verdict < Verdict::Unusual || finding.verdict != result.verdict) continue;
      const bool better =
          !aim || finding.verdict > aim->verdict || (finding.verdict == aim->verdict && finding.record < aim->record);
      if (better) aim = Aim{result.rule, finding.verdict, finding.record};
    }
  }
  return aim;
}

Outcome minimise(timeline::Timeline timeline, const Aim& aim, const Bounds& bounds) {
  return Minimiser(std::move(timeline), aim, bounds).run();
}

}  // namespace portcullis::minimise
