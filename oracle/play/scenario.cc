#include "portcullis/oracle/play/scenario.h"

#include <algorithm>
#include <array>
#include <set>

#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/play/scenarios.h"
#include "portcullis/oracle/play/steps.h"

namespace portcullis::play {
namespace {

constexpr std::uint64_t kDayMs = 86'400'000;
constexpr std::size_t kLinksMax = 1'000;
constexpr std::array<std::string_view, 4> kLevels{"MUST", "SHOULD", "ROBUST", "INFO"};
constexpr std::array<std::string_view, 11> kMoments{"request", "upgraded", "identify", "resume", "ready", "resumed",
                                                    "live",    "beat",     "message",  "close",  "end"};
constexpr std::array<std::string_view, 3> kOrders{"send", "close", "start"};

using Read = std::variant<std::vector<Scenario>, Malformed>;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_name_letter(char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'; }

void check_id(const Node& id, const std::string& area) {
  const std::string& text = id.text();
  bool good = text.starts_with(area + "/");
  for (std::size_t at = area.size(); good && at < text.size();) {
    const std::size_t end = std::min(text.find('/', at + 1), text.size());
    const std::string part = text.substr(at + 1, end - at - 1);
    good = !part.empty() && part.front() != '_' && part.front() != '.' && part.front() != '-' &&
           std::ranges::all_of(part, is_name_letter);
    at = end;
  }
  if (!good) id.fail("\"id\" must be " + area + "/NAME or " + area + "/NAME/VARIANT, of a-z, 0-9, and _ . - within");
}

void check_requirements(const Node& list) {
  const auto of_an_id = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
  const auto prefix = [](const std::string& id) {
    return std::ranges::any_of(std::array<std::string_view, 5>{"GW-", "WS-", "INV-", "OP-", "LOCAL-"},
                               [&](auto one) { return id.starts_with(one) && id.size() > one.size(); });
  };
  const auto ids = list.texts();
  if (ids.empty()) list.fail("\"requirements\" must name one at least");
  for (const std::string& id : ids)
    if (!prefix(id) || !std::ranges::all_of(id, of_an_id)) list.fail("\"" + id + "\" is not the id of a requirement");
}

Setting read_setting(const Node& node) {
  node.only({"heartbeat_ms", "shards", "max_concurrency", "guilds", "remaining", "resume_url", "gateway_bot"});
  Setting out;
  const auto number = [&](std::string_view name, std::uint64_t least, std::uint64_t most, auto& into) {
    if (const auto found = node.find(name))
      into = static_cast<std::decay_t<decltype(into)>>(found->number(least, most));
  };
  number("heartbeat_ms", 1, kDayMs, out.heartbeat_interval);
  number("shards", 1, 1'000, out.shards);
  number("max_concurrency", 1, 1'000, out.max_concurrency);
  number("guilds", 0, 1'000, out.guilds);
  number("remaining", 0, 1'000, out.remaining);
  if (const auto url = node.find("resume_url"))
    out.resume_url = static_cast<ResumeUrl>(url->choice({"same", "dead", "other", "missing", "slash", "query"}));
  if (const auto statuses = node.find("gateway_bot"))
    for (const Node& status : statuses->items()) out.gateway_bot.push_back(static_cast<int>(status.number(400, 599)));
  return out;
}

void read_text(const Node& node, std::string_view name, std::string& into) {
  into = node.at(name).text();
  if (into.empty()) node.fail_member(name, "must not be empty");
}

template <typename Choice>
void read_choice(const Node& node, std::string_view name, const std::vector<std::string_view>& names, Choice& into) {
  if (const auto found = node.find(name)) into = static_cast<Choice>(found->choice(names));
}

void read_texts(const Node& node, std::string_view name, std::vector<std::string>& into) {
  if (const auto found = node.find(name)) into = found->texts();
}

/// What a scenario needs of the client has to be said in front, so that one that cannot do it is not asked.
void check_needs(const Node& node, const Scenario& scenario) {
  if (node.find("needs"))
    for (const Node& need : node.at("needs").items()) need.choice({kOrders.begin(), kOrders.end()});
  for (const Script& script : scenario.links)
    for (const Step& step : script)
      if (const auto* const order = std::get_if<Order>(&step.verb))
        if (std::ranges::find(scenario.needs, name_of(order->what)) == scenario.needs.end())
          node.fail_member("needs", "must name \"" + std::string(name_of(order->what)) + "\", which is ordered");
}

Scenario read_one(const Node& node, const std::string& area) {
  node.only({"id", "level", "requirements", "sources", "about", "seen_in", "clock", "budget_ms", "slow", "needs",
             "world", "links", "further_links", "watch_ms", "then"});
  Scenario out;
  out.area = area;
  check_id(node.at("id"), area);
  out.id = node.at("id").text();
  out.level = static_cast<Level>(node.at("level").choice({kLevels.begin(), kLevels.end()}));
  check_requirements(node.at("requirements"));
  out.requirements = node.at("requirements").texts();
  read_text(node, "about", out.about);
  read_texts(node, "sources", out.sources);
  read_texts(node, "seen_in", out.seen_in);
  read_texts(node, "needs", out.needs);
  read_choice(node, "clock", {"any", "virtual", "wall"}, out.pace);
  read_choice(node, "further_links", {"good", "last"}, out.further_links);
  read_choice(node, "then", {"stop", "leave"}, out.then);
  out.budget = Duration{node.at("budget_ms").number(1, kDayMs)};
  if (const auto watch = node.find("watch_ms")) out.watch = Duration{watch->number(0, kDayMs)};
  if (const auto slow = node.find("slow")) out.slow = slow->boolean();
  if (const auto world = node.find("world")) out.world = read_setting(*world);
  for (const Node& steps : node.at("links").items()) out.links.push_back(read_script(steps));
  const bool may_be_none = !out.world.gateway_bot.empty();
  if ((out.links.empty() && !may_be_none) || out.links.size() > kLinksMax)
    node.fail_member("links", "must be 1 to 1000 scripts");
  if (may_be_none && out.pace != Pace::Wall) node.fail_member("clock", "must be wall, where \"gateway_bot\" is");
  check_needs(node, out);
  return out;
}

std::vector<Scenario> read_file(const Node& file) {
  file.only({"schema", "area", "about", "scenarios"});
  file.at("schema").choice({"scenarios.schema.json"});
  std::string area, about;
  read_text(file, "area", area);
  read_text(file, "about", about);
  if (!is_lower(area.front()) || !std::ranges::all_of(area, [](char c) { return is_lower(c) || c == '_'; }))
    file.fail_member("area", "must be of a-z and _");
  std::vector<Scenario> out;
  std::set<std::string> ids;
  for (const Node& node : file.at("scenarios").items()) {
    out.push_back(read_one(node, area));
    if (!ids.insert(out.back().id).second) node.fail_member("id", "occurs twice: " + out.back().id);
  }
  if (out.empty()) file.fail_member("scenarios", "must not be empty");
  return out;
}

}  // namespace

Read read_scenarios(std::string_view text, const std::string& file) {
  try {
    const Document document(text, file);
    return read_file(Node(document));
  } catch (const Wrong& wrong) {
    return Malformed{wrong.text};
  }
}

Read read_scenario_folder(const std::filesystem::path& folder) {
  auto files = read_folder(folder);
  if (auto* const malformed = std::get_if<Malformed>(&files)) return std::move(*malformed);
  return read_each(std::get<0>(files), read_scenarios, &Scenario::id);
}

const std::vector<Scenario>& embedded_scenarios() {
  static const auto scenarios = sound(read_each(kScenarioFiles, read_scenarios, &Scenario::id));
  return scenarios;
}

mock::World world_of(const Scenario& scenario) {
  constexpr std::uint64_t kFirstGuild = 200'000'000'000'000'001;
  constexpr std::uint64_t kSharded = 1 << 22;  // a guild's shard is told by the bits from here on
  mock::World world;
  world.guild_ids.clear();
  for (std::uint64_t i = 0; i < scenario.world.guilds; ++i) world.guild_ids.push_back(kFirstGuild + i * kSharded);
  world.max_concurrency = scenario.world.max_concurrency;
  world.heartbeat_interval = scenario.world.heartbeat_interval;
  world.identifies_left = scenario.world.remaining;
  return world;
}

std::string_view name_of(Level level) { return kLevels[static_cast<std::size_t>(level)]; }
std::string_view name_of(Order::What what) { return kOrders[static_cast<std::size_t>(what)]; }
std::string_view name_of(Moment moment) { return kMoments[static_cast<std::size_t>(moment)]; }

}  // namespace portcullis::play
