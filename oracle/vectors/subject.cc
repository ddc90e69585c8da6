#include "portcullis/oracle/vectors/subject.h"

#include <string_view>
#include <utility>
#include <variant>

namespace portcullis::vectors {
namespace {

constexpr int kWaitMs = 20;
// So often it may end over a question, before nothing more is expected of it: one that never answered, and another.
constexpr int kEndsMaxUnheard = 2;
constexpr int kEndsMax = 20;
constexpr std::size_t kLineBytesMax = 64 * 1024 * 1024;

std::string ending_of(const run::Exited& exited) {
  if (exited.signal != 0) return "the program was ended by signal " + std::to_string(exited.signal);
  return "the program ended with status " + std::to_string(exited.status);
}

}  // namespace

Subject::Subject(std::string command, std::chrono::milliseconds patience, const std::atomic<bool>& interrupted)
    : command_(std::move(command)), patience_(patience), interrupted_(interrupted) {}

bool Subject::start() {
  read_.clear();
  auto started = run::Process::start({command_, {}, [this](std::string_view bytes) { read_.append(bytes); }, {}});
  if (auto* process = std::get_if<0>(&started)) process_ = std::move(*process);
  return process_ != nullptr;
}

Reply Subject::fail(const std::string& fault) {
  ++ended_early_;
  tail_ = process_->tail();
  process_.reset();
  return {{}, fault};
}

Reply Subject::ask(const Json& question) {
  if (ended_early_ >= (has_answered_ ? kEndsMax : kEndsMaxUnheard)) return {{}, "the program has ended too often"};
  if (!process_ && !start()) return {{}, "the program cannot be started"};
  const std::string line = question.dump(-1, ' ', true) + "\n";
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  std::string_view left = line;
  for (;;) {
    left.remove_prefix(process_->write_some(left));
    process_->attend(left.empty() ? kWaitMs : 1);
    if (const std::size_t end = read_.find('\n'); end != std::string::npos && left.empty()) {
      Json answer = Json::parse(read_.substr(0, end), nullptr, false);
      read_.erase(0, end + 1);
      has_answered_ = true;
      if (!answer.is_object()) return {{}, "the line is no JSON object"};
      return {std::move(answer), {}};
    }
    if (process_->exited()) return fail(ending_of(*process_->exited()));
    if (read_.size() > kLineBytesMax) return fail("the line is too long");
    if (interrupted_) return {{}, "interrupted"};
    if (std::chrono::steady_clock::now() > deadline)
      return fail("none came in " + std::to_string(patience_.count()) + " ms");
  }
}

}  // namespace portcullis::vectors
