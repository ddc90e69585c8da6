#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/cli/catalogue.h"
#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/script_words.h"
#include "portcullis/cli/server_scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/cli/words.h"
#include "portcullis/oracle/judge/rule.h"
#include "portcullis/oracle/probe/grade.h"

namespace portcullis::cli {
namespace {

constexpr std::size_t kWidth = 100;

struct Options {
  Selection selection;
  std::string id;
};

// ---- How it is laid out

/// Breaks a text into lines at its spaces, each behind the indent.
std::string folded(std::string_view text, std::size_t indent) {
  std::string out, line;
  const auto flush = [&] { out += std::string(indent, ' ') + line + "\n"; };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      flush();
      line.clear();
    }
    line.append(line.empty() ? "" : " ").append(word);
  }
  flush();
  return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

class Page {
 public:
  void title(const std::string& id, const std::string& more) {
    text_ += paint_(Paint::Colour::Bold, id) + "  " + more + "\n";
  }
  void say(std::string_view text, std::size_t indent = 2) { text_ += folded(text, indent); }
  void head(const std::string& name) { text_ += "\n" + paint_(Paint::Colour::Cyan, name) + "\n"; }
  bool empty() const noexcept { return text_.empty(); }
  void print() {
    text_.pop_back();
    print_line(stdout, text_);
  }

 private:
  const Paint paint_{stdout, true};
  std::string text_;
};

// ---- What is told of each thing

void tell_requirements(Page& page, const std::vector<std::string>& ids) {
  page.head("Requirements");
  for (const std::string& id : ids) {
    const Requirement* const one = find_requirement(id);
    page.say(id + (one == nullptr ? "" : ", " + one->level + ": " + one->statement));
    if (one != nullptr && !one->source.empty()) page.say("Source: " + one->source, 4);
  }
}

bool cites(const std::vector<std::string>& ids, std::string_view id) { return std::ranges::find(ids, id) != ids.end(); }

bool share(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::ranges::any_of(some, [&](const std::string& id) { return cites(others, id); });
}

/// Rules that cite one of these.
void tell_rules(Page& page, const std::vector<std::string>& ids) {
  page.head("Rules that check it");
  bool any = false;
  for (const judge::Rule& rule : judge::rules()) {
    if (!share(rule.requirements, ids)) continue;
    page.say(rule.id + ", " + std::string(judge::name_of(rule.level)) + ": " + rule.says);
    any = true;
  }
  for (const judge::Rule& rule : probe::rules()) {
    if (!share(rule.requirements, ids)) continue;
    page.say(rule.id + ", for servers, " + std::string(judge::name_of(rule.level)) + ": " + rule.says);
    any = true;
  }
  if (!any) page.say("None: it shows in whether a scenario goes on, or not on the wire.");
}

/// Scenarios that cite one of these.
void tell_scenarios(Page& page, const std::vector<play::Scenario>& all, const std::vector<std::string>& ids) {
  page.head("Scenarios that cite it");
  bool any = false;
  for (const play::Scenario& scenario : all) {
    if (!share(scenario.requirements, ids)) continue;
    page.say(scenario.id + ", " + std::string(play::name_of(scenario.level)) + ": " + scenario.about);
    any = true;
  }
  for (const probe::Scenario& scenario : probe::embedded_scenarios()) {
    if (!share(scenario.rule.requirements, ids)) continue;
    page.say(scenario.id() + ", for servers, " + std::string(probe::name_of(scenario.level)) + ": " + scenario.about());
    any = true;
  }
  if (!any) page.say("None.");
}

std::string conditions_of(const play::Scenario& scenario) {
  std::string text = "It may take " + in_words(scenario.budget) + ".";
  if (scenario.pace == play::Pace::Virtual) text += " It is played in virtual time only.";
  if (scenario.pace == play::Pace::Wall) text += " It is played over sockets only.";
  if (scenario.slow) text += " It takes long: --slow.";
  if (!scenario.needs.empty())
    text += " It needs a client that takes orders (--shim): " + joined(scenario.needs, ", ") + ".";
  return text;
}

void explain(Page& page, const play::Scenario& scenario) {
  page.title(scenario.id, std::string(play::name_of(scenario.level)) + " scenario");
  page.say(scenario.about);
  page.say(conditions_of(scenario));
  page.head("Script");
  for (const std::string& line : script_in_words(scenario)) page.say(line);
  tell_requirements(page, scenario.requirements);
  tell_rules(page, scenario.requirements);
  if (!scenario.sources.empty()) {
    page.head("Sources");
    page.say(joined(scenario.sources, "; "));
  }
  if (scenario.seen_in.empty()) return;
  page.head("Such a failure was reported of");
  page.say(joined(scenario.seen_in, ", "));
}

/// Those for servers stand in the file as they are played: each step as JSON.
void explain(Page& page, const probe::Scenario& scenario) {
  page.title(scenario.id(), std::string(probe::name_of(scenario.level)) + " scenario for servers");
  page.say(scenario.about());
  if (scenario.slow) page.say("It takes as long as heartbeats do: --slow.");
  page.head("Script");
  std::size_t times = 0;
  for (std::size_t i = 0; i < scenario.steps.size(); i += times) {
    const std::string& text = scenario.steps[i].text;
    for (times = 1; i + times < scenario.steps.size() && scenario.steps[i + times].text == text;) ++times;
    page.say(text + (times == 1 ? "" : ", " + std::to_string(times) + " times"));
  }
  tell_requirements(page, scenario.rule.requirements);
  if (scenario.sources.empty()) return;
  page.head("Sources");
  page.say(joined(scenario.sources, "; "));
}

void explain(Page& page, const judge::Rule& rule, const std::vector<play::Scenario>& scenarios) {
  page.title(rule.id, std::string(judge::name_of(rule.level)) + " rule");
  page.say(rule.says);
  if (rule.despite_odd) page.say("It also binds a client whose gateway was odd.");
  tell_requirements(page, rule.requirements);
  tell_scenarios(page, scenarios, rule.requirements);
}

void explain(Page& page, const Requirement& requirement, const std::vector<play::Scenario>& scenarios) {
  page.title(requirement.id,
             requirement.level + " requirement" + (requirement.side.empty() ? "" : ", side: " + requirement.side));
  page.say(requirement.statement);
  if (!requirement.more.empty()) page.say(requirement.more);
  if (!requirement.source.empty()) page.say("Source: " + requirement.source);
  tell_rules(page, {requirement.id});
  tell_scenarios(page, scenarios, {requirement.id});
}

Exit run(const Options& options) {
  const std::vector<play::Scenario> scenarios = scenarios_of(options.selection);
  const auto scenario = std::ranges::find(scenarios, options.id, &play::Scenario::id);
  const auto rule = std::ranges::find(judge::rules(), options.id, &judge::Rule::id);
  const auto& for_servers = probe::embedded_scenarios();
  const auto probed = std::ranges::find(for_servers, options.id, &probe::Scenario::id);
  const auto server_rule = std::ranges::find(probe::rules(), options.id, &judge::Rule::id);
  const Requirement* const requirement = find_requirement(options.id);
  Page page;
  if (scenario != scenarios.end()) explain(page, *scenario);
  if (scenario != scenarios.end() && rule != judge::rules().end()) page.say("", 0);
  if (rule != judge::rules().end()) explain(page, *rule, scenarios);
  if (server_rule != probe::rules().end()) explain(page, *server_rule, scenarios);
  if (probed != for_servers.end()) explain(page, *probed);
  if (requirement != nullptr) explain(page, *requirement, scenarios);
  if (page.empty())
    throw Failure(Exit::Usage,
                  "there is no scenario, rule or requirement " + options.id + "; portcullis list shows the scenarios");
  page.print();
  return Exit::Well;
}

}  // namespace

void add_explain(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("explain", "Tells what a scenario, a rule or a requirement is about");
  const auto options = std::make_shared<Options>();
  verb->add_option("ID", options->id, "Its id, as reports have it")->required()->option_text(" ");
  verb->add_option("--scenarios", options->selection.folder, "A folder with scenarios, in place of the program's")
      ->option_text("FOLDER");
  verb->footer(
      "A scenario and a rule may have the same id: then both are told.\n\n"
      "Examples\n"
      "  portcullis explain close/4000/after-ready\n"
      "  portcullis explain GW-HB-14");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
