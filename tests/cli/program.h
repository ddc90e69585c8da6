#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::tests {

/// A folder of a test's own, which goes with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// The path of a file in it, which need not exist.
  std::string path(std::string_view name) const;
  /// The same, written.
  std::string file(std::string_view name, std::string_view content) const;

 private:
  std::string folder_;
};

std::string content_of(const std::string& path);

/// A run of the program `portcullis`, with what it prints.
class Program {
 public:
  using Environment = std::map<std::string, std::string>;

  /// Starts it. The environment is this one and no other, but for PATH.
  explicit Program(std::vector<std::string> arguments, Environment environment = {});
  /// Ends it by force where it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  /// Waits for the end; gives the exit status, or 1000 and more when a signal or this function's patience ended it.
  int wait();
  /// Waits until `text` stands in what it has printed on either way out; false when it ended without.
  bool prints(std::string_view text);
  std::string out() const { return content_of(scratch_.path("out")); }
  std::string err() const { return content_of(scratch_.path("err")); }

 private:
  bool has_ended();

  Scratch scratch_;
  pid_t pid_ = -1;
  int status_ = -1;
};

/// A run of `portcullis mock`, once it listens.
class Mock {
 public:
  explicit Mock(std::vector<std::string> arguments, Program::Environment environment = {});

  /// Asks its control port; gives what it answers.
  std::string control(std::string_view method, std::string_view path, std::string_view body = "") const;

  Program& program() noexcept { return program_; }
  const std::string& gateway_url() const noexcept { return gateway_url_; }
  const std::string& api_url() const noexcept { return api_url_; }
  const std::string& ca_file() const noexcept { return ca_file_; }

 private:
  Scratch scratch_;
  Program program_;
  std::string gateway_url_, api_url_, control_url_, ca_file_;
};

/// A port of this machine at which nobody answers, for as long as this lives.
class DeadPort {
 public:
  DeadPort();
  ~DeadPort();
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;

  std::string number() const { return std::to_string(port_); }

 private:
  int socket_ = -1;
  int port_ = 0;
};

}  // namespace portcullis::tests
