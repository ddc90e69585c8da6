// Clients and a gateway over a network that fails in every way, in virtual time.
//
//   bazel run -c opt //tests/simulation -- --help
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <random>
#include <string>

#include "portcullis/tests/simulation/fleet.h"
#include "portcullis/tests/simulation/shrink.h"
#include "portcullis/tests/simulation/speed.h"

namespace {

using namespace portcullis::simulation;
using Clock = std::chrono::steady_clock;

constexpr int kGood = 0;
constexpr int kBroken = 1;       // a law
constexpr int kMeaningless = 2;  // something that has to happen did not
constexpr int kUsage = 3;
constexpr int kTooSlow = 4;
constexpr int kInterrupted = 130;  // as a shell has it
constexpr std::chrono::seconds kTellEvery{2};
constexpr std::chrono::seconds kShrinkFor{60};

struct Wish {
  std::uint64_t seeds = 45;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> only;
  std::string soak;
  bool speed = false;
};

std::atomic<bool> interrupted = false;
std::atomic<std::uint64_t> seed_at_hand = 0;

void interrupt(int) { interrupted = true; }

/// An assertion of the core has stopped us: the seed is all that can still be said.
void tell_seed(int) {
  char text[80];
  const int size = std::snprintf(text, sizeof text, "seed %llu stopped the simulation\n",
                                 static_cast<unsigned long long>(seed_at_hand.load()));
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, static_cast<std::size_t>(size));
}

/// Says how far it is, on standard error, every two seconds at most.
class Progress {
 public:
  void tell(const std::string& text) {
    if (Clock::now() - told_at_ < kTellEvery) return;
    told_at_ = Clock::now();
    std::cerr << text << std::endl;
  }

 private:
  Clock::time_point told_at_ = Clock::now();
};

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

/// Reads "90", "90s" or "5m"; none for anything else.
std::optional<double> seconds_of(const std::string& text) {
  std::size_t read = 0;
  double number = 0;
  try {
    number = std::stod(text, &read);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  const std::string unit = text.substr(read);
  if (!(number > 0) || (!unit.empty() && unit != "s" && unit != "m")) return std::nullopt;
  return unit == "m" ? number * 60 : number;
}

/// Prints the seed and the smallest history that still breaks the law.
void report(const Setup& setup, const std::vector<Fault>& faults, const Broken& broken, Progress& progress) {
  std::cout << "seed " << setup.seed << " (" << describe(setup) << ")\n  breaks " << broken.law << ": " << broken.what
            << "\n  at " << broken.at.time_since_epoch().count() << " ms" << std::endl;
  const auto begun = Clock::now();
  const auto fewest = shrink(setup, faults, broken.law, interrupted, [&](std::size_t left) {
    progress.tell("looking for a smaller history: " + std::to_string(left) + " faults left");
    return Clock::now() - begun < kShrinkFor;
  });
  const Outcome again = Fleet(setup, fewest).run(interrupted);
  std::cout << "  with " << fewest.size() << " of " << faults.size() << " faults:\n";
  for (const Fault& fault : fewest) std::cout << "    " << describe(fault) << '\n';
  if (again.broken)
    std::cout << "  then at " << again.broken->at.time_since_epoch().count() << " ms: " << again.broken->what << '\n';
  std::cout << "  again: bazel run -c opt //tests/simulation -- --seed " << setup.seed << std::endl;
}

/// Runs one seed; says whether all laws held.
bool run_seed(std::uint64_t seed, Tally& tally, Progress& progress) {
  seed_at_hand = seed;
  const Setup setup = setup_of(seed);
  const auto faults = draw_faults(setup);
  const Outcome outcome = Fleet(setup, faults).run(interrupted);
  tally.add(outcome.tally);
  if (!outcome.broken) return true;
  report(setup, faults, *outcome.broken, progress);
  return false;
}

int show_speed(const Wish& wish) {
  std::cerr << "measuring the speed, some seconds" << std::endl;
  const Speed speed = measure_speed(wish.first, interrupted);
  if (interrupted) return kInterrupted;
  std::printf(
      "16 shards, a dispatch a second and a fault every ten minutes each: %.0f times real time (at least %.0f)\n"
      "16 idle shards: %.0f times real time (at least %.0f)\n",
      speed.busy, kBusyMin, speed.idle, kIdleMin);
  if (!speed.good) return kBroken;
  return speed.busy >= kBusyMin && speed.idle >= kIdleMin ? kGood : kTooSlow;
}

int verdict(const Tally& tally, std::uint64_t seeds, double seconds, bool whole) {
  const double hours = static_cast<double>(tally.length.count()) / 3'600'000.0;
  std::printf("%llu seeds, %.1f virtual hours in %.1f s (%.0f times real time)\n",
              static_cast<unsigned long long>(seeds), hours, seconds, hours * 3'600.0 / seconds);
  std::cout << describe(tally) << std::endl;
  if (interrupted) return kInterrupted;
  const auto missing = tally.missing();
  if (!whole || missing.empty()) return kGood;
  for (const std::string& what : missing) std::cout << "never happened: " << what << '\n';
  return kMeaningless;
}

int run(const Wish& wish, std::optional<double> soak) {
  const auto begun = Clock::now();
  const std::uint64_t first = wish.only ? *wish.only : soak ? std::random_device{}() : wish.first;
  const std::uint64_t count = wish.only ? 1 : wish.seeds;
  if (soak) std::cout << "seeds from " << first << std::endl;
  Progress progress;
  Tally tally;
  std::uint64_t done = 0;
  const auto goes_on = [&] { return soak ? seconds_since(begun) < *soak : done < count; };
  for (; goes_on() && !interrupted; ++done) {
    progress.tell(std::to_string(done) + (soak ? "" : " of " + std::to_string(count)) + " seeds, " +
                  std::to_string(static_cast<int>(seconds_since(begun))) + " s");
    if (!run_seed(first + done, tally, progress)) return kBroken;
  }
  return verdict(tally, done, seconds_since(begun), !wish.only);
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  CLI::App app("Runs clients and a gateway over a network that fails in every way, in virtual time.", "simulation");
  app.add_option("--seeds", wish.seeds, "So many runs, each with a seed of its own")->capture_default_str();
  app.add_option("--first", wish.first, "The first of them")->capture_default_str();
  app.add_option("--seed", wish.only, "Only this one");
  app.add_option("--soak", wish.soak, "Fresh seeds for so long: 90, 90s, or 5m");
  app.add_flag("--speed", wish.speed, "Measure how fast it is, and nothing else");
  app.footer(
      "Ends with 0 when all laws held, 1 when one was broken, 2 when something that has to happen did not, 3 on\n"
      "wrong usage, 4 when --speed finds it too slow, and 130 when interrupted.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kGood : kUsage;
  }
  const auto soak = wish.soak.empty() ? std::nullopt : seconds_of(wish.soak);
  if (!wish.soak.empty() && !soak) {
    std::cerr << "simulation: --soak takes seconds or minutes, as in 90, 90s or 5m\n";
    return kUsage;
  }
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::signal(SIGABRT, tell_seed);
  return wish.speed ? show_speed(wish) : run(wish, soak);
}
