// Our driver as any client: connects as the environment says, and stays until SIGTERM.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "portcullis/driver/shard_group.h"
#include "portcullis/driver/signals.h"
#include "portcullis/spec/intents.h"

namespace portcullis::clients {
namespace {

constexpr Duration kLook{100};

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Says when there is no point in going on: a signal has come, or a shard has ended for good.
class End final : public driver::Observer {
 public:
  explicit End(const driver::StopSignals& signals)
      : listener_([this, &signals] {
          while (!over_)
            if (signals.wait_for(kLook)) ring();
        }) {}
  ~End() override {
    ring();
    listener_.join();
  }

  void on_stopped(driver::Shard&, const Finish& finish) override {
    if (finish.why == Finish::Why::Fatal) fatal_ = true;
    ring();
  }
  void wait() const { over_.wait(false); }
  const std::atomic<bool>& over() const noexcept { return over_; }
  bool fatal() const noexcept { return fatal_; }

 private:
  void ring() {
    over_ = true;
    over_.notify_all();
  }

  std::atomic<bool> over_ = false, fatal_ = false;
  std::thread listener_;  // after what it uses
};

int run() {
  const driver::StopSignals signals;
  End end(signals);
  driver::GroupOptions options;
  options.config.identify.token = from_environment("PORTCULLIS_TOKEN");
  options.config.identify.intents = spec::kAllIntents;
  options.api_url = from_environment("PORTCULLIS_API");
  options.ca_file = from_environment("PORTCULLIS_CA");
  auto started = driver::ShardGroup::start(std::move(options), end, end.over());
  if (const auto* const trouble = std::get_if<net::Trouble>(&started)) {
    std::fprintf(stderr, "client: %s\n", trouble->text.c_str());
    return 1;
  }
  driver::ShardGroup& group = *std::get<0>(started);
  end.wait();
  group.stop(gateway::Leaving::End);
  group.wait();
  return end.fatal() ? 1 : 0;
}

}  // namespace
}  // namespace portcullis::clients

int main() { return portcullis::clients::run(); }
