#include "portcullis/oracle/run/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

extern char** environ;

namespace portcullis::run {
namespace {

using net::Fd;

constexpr std::size_t kTailBytesMax = 64 * 1024;
constexpr std::size_t kReadBytesMax = 1024 * 1024;  ///< of one turn: who floods us does not keep us from looking up
constexpr int kSweepsMax = 100;

/// The environment variable by which what a command started is found again.
constexpr std::string_view kMarkName = "PORTCULLIS_RUN";

struct Pipe {
  Fd read, write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

void set_nonblocking(const Fd& fd) { ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

std::string new_mark() {
  static std::atomic<unsigned> count = 0;
  return std::string(kMarkName) + "=" + std::to_string(::getpid()) + "." + std::to_string(++count);
}

std::vector<std::string> environment_of(const std::map<std::string, std::string>& added, const std::string& mark) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view entry(*one);
    const std::string name(entry.substr(0, entry.find('=')));
    if (name != kMarkName && !added.contains(name)) all.emplace_back(entry);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  all.push_back(mark);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What happens in the child; nothing here may allocate, as other threads of the parent may have held a lock.
[[noreturn]] void become(char* const* arguments, char* const* environment, int input, int output, int errors,
                         pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execve("/bin/sh", arguments, environment);
  ::_exit(127);
}

/// Processes whose environment has the mark.
std::vector<pid_t> marked(const std::string& mark) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    std::ifstream file(entry.path() / "environ", std::ios::binary);
    const std::string environment(std::istreambuf_iterator<char>(file), {});
    if (environment.find(mark + '\0') != std::string::npos) found.push_back(pid);
  }
  return found;
}

net::Trouble trouble() {
  return {net::Trouble::Stage::Configure, "cannot start a process: " + net::reason(errno) + "; try a smaller -j"};
}

}  // namespace

std::variant<std::unique_ptr<Process>, net::Trouble> Process::start(Options options) {
  // What a command's own children leave behind comes to us, and not to process 1.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto output = make_pipe(), errors = make_pipe(), input = make_pipe();
  Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!output || !errors || !input || !nothing) return trouble();
  const bool talks = static_cast<bool>(options.on_output);
  const std::string mark = new_mark();
  std::vector<std::string> words{"sh", "-c", options.command};
  std::vector<std::string> entries = environment_of(options.environment, mark);
  const std::vector<char*> arguments = pointers_to(words), environment = pointers_to(entries);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return trouble();
  if (pid == 0)
    become(arguments.data(), environment.data(), talks ? input->read.get() : nothing.get(), output->write.get(),
           errors->write.get(), parent);
  ::setpgid(pid, pid);  // whichever of the two comes first
  set_nonblocking(output->read);
  set_nonblocking(errors->read);
  set_nonblocking(input->write);
  return std::unique_ptr<Process>(new Process(std::move(options), pid, mark, std::move(output->read),
                                              std::move(errors->read), talks ? std::move(input->write) : Fd()));
}

Process::Process(Options options, pid_t pid, std::string mark, Fd output, Fd errors, Fd input)
    : options_(std::move(options)),
      pid_(pid),
      mark_(std::move(mark)),
      output_(std::move(output)),
      errors_(std::move(errors)),
      input_(std::move(input)) {}

Process::~Process() { kill(); }

void Process::attend(int timeout_ms) {
  std::array<pollfd, 2> polled{pollfd{output_.get(), POLLIN, 0}, pollfd{errors_.get(), POLLIN, 0}};
  ::poll(polled.data(), polled.size(), timeout_ms);
  read_all(output_, true);
  read_all(errors_, false);
  look(WNOHANG);
  reap();
}

void Process::read_all(Fd& from, bool output) {
  std::array<char, 16 * 1024> buffer;
  for (std::size_t taken = 0; from && taken < kReadBytesMax;) {
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    if (count == 0) return void(from = Fd());
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    taken += bytes.size();
    keep(bytes);
    if (output && options_.on_output) options_.on_output(bytes);
  }
}

void Process::keep(std::string_view bytes) {
  const std::string& secret = options_.secret;
  const std::size_t from = tail_.size() - std::min(tail_.size(), secret.size());
  tail_ += bytes;
  if (!secret.empty()) printed_secret_ |= tail_.find(secret, from) != std::string::npos;
  if (tail_.size() > 2 * kTailBytesMax) tail_.erase(0, tail_.size() - kTailBytesMax);
}

void Process::look(int options) {
  int status = 0;
  if (exited_ || ::waitpid(pid_, &status, options) != pid_) return;
  exited_ = Exited{WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0, false};
}

bool Process::is_over() const noexcept { return exited_ && ::kill(-pid_, 0) != 0; }

void Process::ask_to_end() {
  if (!is_over()) ::kill(-pid_, SIGTERM);
}

void Process::kill() {
  const bool alive = !is_over();
  ::kill(-pid_, SIGKILL);
  look(0);
  if (alive) exited_->killed = true;
  sweep();
  read_all(output_, true);
  read_all(errors_, false);
}

/// Takes note of the ends of others in its group: their parents are gone, so that they are ours.
void Process::reap() {
  while (exited_ && ::waitpid(-pid_, nullptr, WNOHANG) > 0) {
  }
}

/// Ends what the command left behind, in its group or out of it.
void Process::sweep() {
  reap();
  for (int i = 0; i < kSweepsMax; ++i) {
    const std::vector<pid_t> left = marked(mark_);
    if (left.empty()) return;
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    for (const pid_t pid : left) ::waitpid(pid, nullptr, WNOHANG);
    ::usleep(1'000);
  }
}

std::size_t Process::write_some(std::string_view bytes) {
  std::size_t written = 0;
  while (input_ && written < bytes.size()) {
    const ssize_t count = ::write(input_.get(), bytes.data() + written, bytes.size() - written);
    if (count > 0)
      written += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      break;
  }
  return written;
}

}  // namespace portcullis::run
