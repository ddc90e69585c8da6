#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace portcullis::cli {

/// What the program's exit status says.
enum class Exit : int {
  Well = 0,
  Failed = 1,        ///< a check failed, or the gateway has ended the session for good
  Stale = 2,         ///< a failure was expected that does not happen any more
  Usage = 3,         ///< the command line, a file or the configuration
  OurFault = 4,      ///< a bug of ours, or a machine that gives out
  NoConnection = 5,  ///< never connected in the time there was
};

/// Why a verb cannot go on: one line for a person, which says what is wrong and what to do about it.
///
/// Secrets: it holds neither token nor session id.
class Failure : public std::runtime_error {
 public:
  Failure(Exit status, const std::string& text) : std::runtime_error(text), status_(status) {}

  Exit status() const noexcept { return status_; }

 private:
  Exit status_;
};

/// What the verb on the command line does, set while the command line is read. Throws Failure.
using Run = std::function<Exit()>;

// Each verb adds itself to the command line.
void add_check(CLI::App& app, Run& run);
void add_connect(CLI::App& app, Run& run);
void add_demo(CLI::App& app, Run& run);
void add_explain(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_minimise(CLI::App& app, Run& run);
void add_mock(CLI::App& app, Run& run);
void add_proxy(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_run(CLI::App& app, Run& run);
void add_spec(CLI::App& app, Run& run);
void add_step(CLI::App& app, Run& run);
void add_vectors(CLI::App& app, Run& run);

}  // namespace portcullis::cli
