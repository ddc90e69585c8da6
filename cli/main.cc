// The program `portcullis`: reads the command line and does what its verb says.
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "portcullis/cli/catalogue.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

constexpr const char* kVersion = "0.1.0";

int status(Exit exit) { return static_cast<int>(exit); }

/// One line for a person, whatever lines the text consists of.
int complain(const std::string& verb, std::string text, Exit exit) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "portcullis%s%s: %s\n", verb.empty() ? "" : " ", verb.c_str(), text.c_str());
  return status(exit);
}

/// The verb on the command line, if any.
const CLI::App* verb_of(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? nullptr : verbs.front();
}

std::string verbs_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* const verb : app.get_subcommands({})) names += (names.empty() ? "" : ", ") + verb->get_name();
  return names;
}

/// The name of an option as it was written, without a value: that might be a secret.
std::string name_alone(const std::string& argument) {
  return argument.starts_with("-") ? argument.substr(0, argument.find('=')) : std::string();
}

/// What is left over on the command line, for a person. Its words are not repeated: somebody may have tried to give the
/// token.
std::string unknown_words(const CLI::App& app) {
  std::string names;
  for (const std::string& argument : app.remaining(true)) {
    const std::string name = name_alone(argument);
    if (name == "--token" || name == "-t")
      return "the token is never an argument, which other users could read: set PORTCULLIS_TOKEN, or name a file with "
             "--token-file";
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "there is a word too many on the command line" : "there is no option " + names;
}

int on_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // help or the version
  const CLI::App* const verb = verb_of(app);
  const std::string name = verb == nullptr ? "" : verb->get_name();
  const std::string see = "; see portcullis " + (name.empty() ? "" : name + " ") + "--help";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return complain(name, error.what() + see, Exit::Usage);
  if (verb == nullptr && name_alone(app.remaining(true).front()).empty())
    return complain(name, "no such verb; there are " + verbs_of(app) + see, Exit::Usage);
  return complain(name, unknown_words(app) + see, Exit::Usage);
}

std::string version() { return std::string("portcullis ") + kVersion + ", requirements of " + catalogue_date(); }

/// Says whether what was printed got there. A reader that went away, as `head` does, had enough.
bool is_printed() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int perform(const std::string& verb, const Run& run) {
  try {
    const int ended = status(run());
    if (is_printed()) return ended;
    return complain(verb, "standard output could not be written to the end: is the disk full?", Exit::OurFault);
  } catch (const Failure& failure) {
    return complain(verb, failure.what(), failure.status());
  } catch (const std::exception& fault) {
    return complain(verb, std::string("our own fault: ") + fault.what(), Exit::OurFault);
  }
}

int run(int argc, char** argv) {
  CLI::App app("Portcullis: the Discord gateway, its client and a mock of its server");
  app.name("portcullis");
  app.set_version_flag("--version", version);
  app.get_formatter()->column_width(30);
  app.require_subcommand(0, 1);
  app.footer(
      "Each verb has a --help of its own.\n"
      "The bot's token comes from PORTCULLIS_TOKEN or a file, never from an argument; only that of a\n"
      "server under test may. NO_COLOR switches colours off.\n\n"
      "Example: a whole session on this machine, with nothing to set up\n"
      "  portcullis demo");
  Run run_verb;
  add_demo(app, run_verb);
  add_connect(app, run_verb);
  add_mock(app, run_verb);
  add_list(app, run_verb);
  add_explain(app, run_verb);
  add_run(app, run_verb);
  add_check(app, run_verb);
  add_report(app, run_verb);
  add_replay(app, run_verb);
  add_minimise(app, run_verb);
  add_proxy(app, run_verb);
  add_vectors(app, run_verb);
  add_step(app, run_verb);
  add_spec(app, run_verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return on_parse_error(app, error);
  }
  if (!run_verb) return complain("", "which verb? There are " + verbs_of(app) + "; see portcullis --help", Exit::Usage);
  return perform(verb_of(app)->get_name(), run_verb);
}

}  // namespace
}  // namespace portcullis::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a pipe that was closed is an error of the write
  return portcullis::cli::run(argc, argv);
}
