#include "portcullis/cli/run_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>

#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/progress.h"
#include "portcullis/cli/server_scenarios.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/today.h"
#include "portcullis/cli/token.h"
#include "portcullis/oracle/probe/suite.h"
#include "portcullis/oracle/report/words.h"

namespace portcullis::cli {
namespace {

using report::Outcome;

websocket::Url url_of(const ServerUnderTest& server) {
  constexpr std::array<std::string_view, 3> kDiscords{"discord.gg", "discord.com", "discordapp.com"};
  auto url = websocket::parse_url(server.url);
  if (!url)
    throw Failure(Exit::Usage, "--server " + server.url + ": " + std::string(text(url.error().code)) +
                                   "; give a URL such as ws://127.0.0.1:3001");
  const auto is_at = [&](std::string_view domain) {
    return url->host == domain || url->host.ends_with("." + std::string(domain));
  };
  if (std::ranges::any_of(kDiscords, is_at))
    throw Failure(Exit::Usage, "--server: this plays clients that break every rule; not to Discord");
  return *std::move(url);
}

std::string token_of(const ServerUnderTest& server) {
  return server.token.empty() ? need_token(server.token_file) : server.token;
}

std::unique_ptr<net::Tls> tls_of(const websocket::Url& url, const std::string& ca_file) {
  if (!url.secure) return nullptr;
  auto tls = net::Tls::client(ca_file);
  if (const auto* const trouble = std::get_if<net::Trouble>(&tls)) throw Failure(Exit::Usage, trouble->text);
  return std::make_unique<net::Tls>(std::get<net::Tls>(tls));
}

/// A server that does not answer at all is told of once, and not by every scenario.
void try_out(const probe::SuiteOptions& suite, probe::Gate& gate, const std::atomic<bool>& interrupted) {
  const report::ScenarioResult tried = probe::play(probe::first_login(), suite.target, suite.tls, gate, interrupted);
  if (tried.outcome == Outcome::NotStarted) throw Failure(Exit::NoConnection, tried.why);
  const auto& records = tried.timeline.records;
  const bool upgraded = std::ranges::find(records, "upgraded", &timeline::Record::is) != records.end();
  if (!upgraded && !interrupted) throw Failure(Exit::NoConnection, "the server does not upgrade: " + tried.why);
  if (tried.outcome != Outcome::Failed) return;
  std::fprintf(stderr, "portcullis run: a plain session does not go well, so much of what follows will fail: %s\n",
               tried.why.c_str());
}

/// What the catalogue only observed is told, as nobody fails by it.
void print_observed(const report::ClientReport& report) {
  bool any = false;
  for (const report::ScenarioResult& result : report.results) {
    if (result.scenario.level != "OBSERVED" || result.outcome != Outcome::Passed) continue;
    if (!std::exchange(any, true)) print_line(stdout, "Observed, and never failed:");
    print_line(stdout, "  " + result.scenario.id + "  " + result.why);
  }
}

void print(const report::ClientReport& report, bool colour) {
  print_observed(report);
  std::string table = report::to_table(report, colour);
  table.pop_back();
  print_line(stdout, table.starts_with('\n') ? table : "\n" + table);
}

std::vector<std::string> ids_of(const std::vector<probe::Scenario>& scenarios) {
  std::vector<std::string> ids;
  for (const probe::Scenario& scenario : scenarios) ids.push_back(scenario.id());
  return ids;
}

}  // namespace

Exit run_server(const ServerUnderTest& server, const Selection& selection, const ReportFiles& files) {
  probe::SuiteOptions suite;
  suite.target = {url_of(server), token_of(server)};
  const std::unique_ptr<net::Tls> tls = tls_of(suite.target.url, server.ca_file);
  suite.tls = tls.get();
  suite.at_a_time = server.at_a_time;
  suite.slow = server.slow;
  const std::vector<probe::Scenario> all = server_scenarios_of(selection);
  const std::vector<const probe::Scenario*> chosen = chosen_of(all, selection);
  const std::vector<run::Expected> expected = read_expected_of(files, ids_of(all));

  std::atomic<bool> interrupted = false;
  const Interrupt interrupt(std::nullopt, [&interrupted] { interrupted = true; });
  probe::Gate gate(Duration{server.identify_every_ms});
  try_out(suite, gate, interrupted);
  Progress progress(chosen.size());
  suite.on_begun = [&](const probe::Scenario& scenario) { progress.begun(scenario.id()); };
  suite.on_over = [&](const report::ScenarioResult& result) { progress.over(result); };

  report::ClientReport report;
  report.name = server.name.empty() ? server.url : server.name;
  report.command = "--server " + server.url;
  report.date = today();
  const auto began = std::chrono::steady_clock::now();
  report.results = probe::play_all(chosen, suite, gate, interrupted);
  const auto took = std::chrono::steady_clock::now() - began;
  report.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  progress.end();
  run::apply(expected, report.results);
  print(report, progress.colour());
  write_reports(report, files);
  if (interrupted) throw Failure(Exit::Failed, "interrupted: what had not begun was skipped");
  return exit_of(report);
}

}  // namespace portcullis::cli
