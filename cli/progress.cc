#include "portcullis/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace portcullis::cli {
namespace {

constexpr std::size_t kColumnsMin = 20;
constexpr std::size_t kColumnsUnknown = 80;

std::size_t columns() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kColumnsMin;
  return known ? size.ws_col : kColumnsUnknown;
}

std::string seconds(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ms) / 1'000);
  return text;
}

}  // namespace

Progress::Progress(std::size_t scenarios)
    : scenarios_(scenarios),
      terminal_(::isatty(STDERR_FILENO) == 1),
      colour_(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr) {}

void Progress::begun(const std::string& scenario) {
  running_.push_back(scenario);
  draw();
}

void Progress::over(const report::ScenarioResult& result) {
  ++done_;
  std::erase(running_, result.scenario.id);
  if (terminal_) return draw();
  std::string line = "[" + std::to_string(done_) + "/" + std::to_string(scenarios_) + "] " + result.scenario.id + ": " +
                     std::string(report::name_of(result.outcome)) + " in " + seconds(result.took_ms);
  if (!result.why.empty()) line += ": " + result.why;
  print_line(stderr, line);
}

void Progress::draw() {
  if (!terminal_) return;
  std::string line = "[" + std::to_string(done_) + "/" + std::to_string(scenarios_) + "]";
  for (const std::string& scenario : running_) line += " " + scenario;
  line.resize(std::min(line.size(), columns() - 1));
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
}

void Progress::end() {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

}  // namespace portcullis::cli
