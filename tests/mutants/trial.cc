#include "portcullis/tests/mutants/trial.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <stdexcept>

namespace portcullis::tests {
namespace {

// A mutant that fills the memory is to die before the machine does.
constexpr rlim_t kBytesMax = rlim_t{1} << 30;

constexpr int kContent = 0;
constexpr int kNoticed = 1;

void limit_time(int ms) {
  const itimerval limit{{0, 0}, {ms / 1'000, ms % 1'000 * 1'000}};
  setitimer(ITIMER_PROF, &limit, nullptr);
}

void be_silent() {
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
}

bool notices(const Detector& detector) {
  try {
    return detector.notices();
  } catch (const std::exception&) {
    return true;
  }
}

bool sees(const Detector& detector, std::optional<Layer> layer) {
  return !layer || std::ranges::find(detector.sees, *layer) != detector.sees.end();
}

// The child's life: before each detector its number goes through the pipe.
[[noreturn]] void run_child(const std::vector<Detector>& net, std::optional<Layer> layer,
                            const std::function<void()>& lay, int pipe_end) {
  be_silent();
  const rlimit memory{kBytesMax, kBytesMax};
  setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  lay();
  for (std::size_t i = 0; i < net.size(); ++i) {
    if (!sees(net[i], layer)) continue;
    const auto number = static_cast<std::uint8_t>(i);
    if (write(pipe_end, &number, 1) != 1) _exit(kNoticed + 1);
    limit_time(net[i].ms_max);
    if (notices(net[i])) _exit(kNoticed);
  }
  _exit(kContent);
}

}  // namespace

std::optional<std::size_t> try_net(const std::vector<Detector>& net, std::optional<Layer> layer,
                                   const std::function<void()>& lay) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(ends[0]);
    run_child(net, layer, lay, ends[1]);
  }
  close(ends[1]);
  std::size_t last = 0;
  std::uint8_t number = 0;
  while (read(ends[0], &number, 1) == 1) last = number;
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kContent) return std::nullopt;
  return last;
}

}  // namespace portcullis::tests
