#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "portcullis/net/fd.h"
#include "portcullis/net/trouble.h"

namespace portcullis::run {

/// How a process ended.
struct Exited {
  int status = 0;       ///< of its exit; 0 where a signal ended it
  int signal = 0;       ///< that ended it, or 0
  bool killed = false;  ///< by us, as it had not ended when it was asked to
};

/// A command of the user's, in a process group of its own, with all that it starts.
///
///   Shape:    what it prints is read whenever `attend` is called, and its end is kept. Without `on_output` its
///   standard
///             input is empty; with it, it reads what `write` gives.
///   Lifetime: destroying it kills what is left of it: its group, and processes that have left the group.
///   Errors:   `start` fails when there is no process or descriptor to be had. A command that cannot be found exits
///   with
///             status 127, as the shell has it.
class Process {
 public:
  struct Options {
    std::string command;  ///< for /bin/sh
    std::map<std::string, std::string> environment;
    /// Gets what is printed on standard output, cut up in any way.
    std::function<void(std::string_view)> on_output;
    std::string secret;  ///< that it should not print; empty: anything goes
  };
  static std::variant<std::unique_ptr<Process>, net::Trouble> start(Options options);
  ~Process();
  Process(const Process&) = delete;

  /// Reads what it printed and looks whether it has ended; waits for either for so many milliseconds.
  void attend(int timeout_ms);
  /// Gives how it ended, once it has. A shell may end before what it runs: see `is_over`.
  const std::optional<Exited>& exited() const noexcept { return exited_; }
  /// Says whether its whole group has ended.
  bool is_over() const noexcept;

  void ask_to_end();  ///< SIGTERM to the group
  void kill();        ///< SIGKILL, also to what has left the group, and waits for the end of all
  /// Writes to its standard input what that takes now, and gives how much it was.
  std::size_t write_some(std::string_view bytes);
  bool write(std::string_view bytes) { return write_some(bytes) == bytes.size(); }

  /// Gives the end of what it printed on both streams.
  const std::string& tail() const noexcept { return tail_; }
  /// Says whether it printed the secret on either stream.
  bool printed_secret() const noexcept { return printed_secret_; }

 private:
  Process(Options options, pid_t pid, std::string mark, net::Fd output, net::Fd errors, net::Fd input);
  void read_all(net::Fd& from, bool output);
  void keep(std::string_view bytes);
  void look(int options);
  void reap();
  void sweep();

  const Options options_;
  const pid_t pid_;
  const std::string mark_;  ///< stands in the environment of all that it starts
  net::Fd output_, errors_, input_;
  std::string tail_;
  bool printed_secret_ = false;
  std::optional<Exited> exited_;
};

}  // namespace portcullis::run
