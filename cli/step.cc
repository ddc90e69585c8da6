#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "portcullis/cli/step_session.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

/// Lets a signal end the input, be it in a read or before the next, and no line that is being written.
void end_input_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { ::close(STDIN_FILENO); };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

/// Standard input, a line at a time.
class Lines {
 public:
  ~Lines() { std::free(line_); }

  /// Gives false at the end of the input, or when a signal came.
  bool next(std::string_view& line) {
    const ssize_t size = ::getline(&line_, &room_, stdin);
    if (size < 0) return false;
    line = {line_, static_cast<std::size_t>(size)};
    if (line.ends_with('\n')) line.remove_suffix(1);
    return true;
  }

 private:
  char* line_ = nullptr;
  std::size_t room_ = 0;
};

Exit run() {
  end_input_on_signals();
  Lines lines;
  Stepper stepper;
  for (std::string_view line; lines.next(line);)
    if (!print_line(stdout, one_line(stepper.answer(line)))) return Exit::Well;
  return Exit::Well;
}

}  // namespace

void add_step(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("step", "Answers JSON lines: single layers, or a client step by step");
  verb->footer(
      "Each line on standard input is answered with one on standard output. Equal lines get equal answers. A line "
      "that\n"
      "is wrong is answered with what is wrong and the field; the end of the input ends the program with status 0.\n"
      "corpus/schema/step.schema.json has the lines. What a client sends holds its token: use one that is made up.\n\n"
      "Example: what is in a payload\n"
      "  echo '{\"layer\": \"etf\", \"hex\": \"8374000000016400026f70610b\"}' | portcullis step");
  verb->callback([&run_verb] { run_verb = run; });
}

}  // namespace portcullis::cli
