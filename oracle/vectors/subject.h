#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "portcullis/oracle/run/process.h"
#include "portcullis/oracle/vectors/run.h"

namespace portcullis::vectors {

/// Another implementation's program: it reads questions and prints answers, one JSON object a line each way. It is
/// started when there is something to ask, and again where it ended over a question.
class Subject {
 public:
  /// Lifetime: `interrupted` is borrowed; once it is set nothing is waited for.
  Subject(std::string command, std::chrono::milliseconds patience, const std::atomic<bool>& interrupted);

  /// Asks, and waits for the line that answers.
  Reply ask(const Json& question);

  bool has_answered() const noexcept { return has_answered_; }
  /// The end of what it printed, where it never answered.
  std::string tail() const { return tail_; }

 private:
  bool start();
  Reply fail(const std::string& fault);

  const std::string command_;
  const std::chrono::milliseconds patience_;
  const std::atomic<bool>& interrupted_;
  std::string read_;
  std::string tail_;
  std::unique_ptr<run::Process> process_;  // whose end adds to what was read
  bool has_answered_ = false;
  int ended_early_ = 0;
};

}  // namespace portcullis::vectors
