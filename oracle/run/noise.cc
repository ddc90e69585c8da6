#include "portcullis/oracle/run/noise.h"

#include <algorithm>

#include "portcullis/net/clock.h"

namespace portcullis::run {
namespace {

constexpr Duration kNap{10};
constexpr Duration kKept{600'000};

}  // namespace

Noise::Noise() : thread_([this] { run(); }) {}

Noise::~Noise() {
  over_ = true;
  thread_.join();
}

void Noise::run() {
  while (!over_) {
    const Instant wanted = net::now() + kNap;
    std::this_thread::sleep_for(kNap);
    const Instant now = net::now();
    const std::int64_t late = (now - wanted).count();
    if (late <= 1) continue;
    const std::lock_guard lock(mutex_);
    late_.emplace_back(now, late);
    while (late_.front().first < now - kKept) late_.pop_front();
  }
}

std::int64_t Noise::worst_since(Instant since) const {
  const std::lock_guard lock(mutex_);
  std::int64_t worst = 0;
  for (const auto& [at, late] : late_)
    if (at >= since) worst = std::max(worst, late);
  return worst;
}

}  // namespace portcullis::run
