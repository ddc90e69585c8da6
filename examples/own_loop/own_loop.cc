// Two shards on one thread, in a loop of our own: the core alone, no driver. Plain ws only, for the mock gateway; for
// Discord itself put TLS between `Socket` and the client.
//
//   BOT_TOKEN=... own_loop ws://127.0.0.1:PORT EVENTS      stops after so many dispatches
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include "portcullis/core/client.h"
#include "portcullis/core/gateway/identify_queue.h"

using namespace portcullis;

namespace {

constexpr std::uint32_t kShards = 2;

Instant now() {
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::uint32_t unpredictable() {
  static std::random_device device;
  return device();
}

int connect_to(const websocket::Url& endpoint) {
  if (endpoint.secure) return -1;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0) return -1;
  int fd = -1;
  for (addrinfo* one = found; one != nullptr && fd < 0; one = one->ai_next) {
    fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) != 0) close(std::exchange(fd, -1));
  }
  freeaddrinfo(found);
  return fd;
}

// Who of them may identify, and when.
gateway::IdentifyQueue identify_queue({0, 1}, unpredictable);

class Shard {
 public:
  Shard(std::uint32_t id, Config config, Workspace& workspace)
      : id_(id), client_(std::move(config), Limits{}, unpredictable, workspace) {}
  ~Shard() { hang_up(); }

  bool start() {
    const Status begun = client_.start(now());
    if (!begun) std::printf("shard %u: %s\n", id_, std::string(text(begun.error().code)).c_str());
    settle();
    return bool(begun);
  }
  void identify() {
    client_.identify_granted(now());
    settle();
  }
  void stop() {
    client_.stop(gateway::Leaving::End, now());
    settle();
  }

  pollfd polled() const { return {socket_, POLLIN, 0}; }  // poll overlooks a socket of -1
  std::optional<Instant> deadline() const { return deadline_; }
  bool finished() const { return finished_; }
  int dispatches() const { return dispatches_; }

  // Reads first, and lets time pass only where nothing is left to read.
  void go_on(short ready) {
    if (ready != 0) return read();
    if (!deadline_ || *deadline_ > now()) return;
    client_.elapsed(now());
    settle();
  }

 private:
  void read() {
    std::array<std::byte, 16 * 1024> bytes;
    const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      client_.received(link_, std::span(bytes).first(static_cast<std::size_t>(count)), now());
    } else {
      hang_up();
      client_.lost(link_, now());
    }
    settle();
  }

  // Takes what the client has to say until it waits. Only then may another one use the Workspace.
  void settle() {
    do {
      for (waiting_ = false; !waiting_;) std::visit([this](const auto& output) { take(output); }, client_.poll());
    } while (answer_dial());
  }
  bool answer_dial() {
    if (!std::exchange(dialled_, false)) return false;
    socket_ >= 0 ? client_.opened(link_, now()) : client_.lost(link_, now());
    return true;
  }

  void take(const Dial& dial) {
    link_ = dial.link;
    socket_ = connect_to(dial.endpoint);
    dialled_ = true;
  }
  void take(const Transmit& transmit) {
    const auto sent = send(socket_, transmit.bytes.data(), transmit.bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(transmit.bytes.size())) shutdown(socket_, SHUT_RDWR);  // reading tells of it
  }
  void take(const Hangup&) { hang_up(); }
  void take(const AskIdentify&) { identify_queue.ask(id_); }
  void take(const ReturnIdentify&) { identify_queue.give_back(id_); }
  void take(const Notify& notify) {
    if (const auto* dispatch = std::get_if<Dispatch>(&notify.event)) {
      std::printf("shard %u: %.*s\n", id_, static_cast<int>(dispatch->name.size()), dispatch->name.data());
      ++dispatches_;
    }
    if (const auto* end = std::get_if<Disconnected>(&notify.event))
      std::printf("shard %u: disconnected, again in %lld ms\n", id_, static_cast<long long>(end->delay.count()));
  }
  void take(const Wait& wait) {
    waiting_ = true;
    deadline_ = wait.deadline;
  }
  void take(const Finished&) {
    waiting_ = finished_ = true;
    deadline_.reset();
    identify_queue.retire(id_);
  }

  void hang_up() {
    if (socket_ >= 0) close(std::exchange(socket_, -1));
  }

  std::uint32_t id_;
  Client client_;
  Link link_;
  int socket_ = -1;
  std::optional<Instant> deadline_;
  int dispatches_ = 0;
  bool dialled_ = false;
  bool waiting_ = false;
  bool finished_ = false;
};

Config config_of(const char* url, const char* token, std::uint32_t shard) {
  Config config;
  config.url = url;
  config.identify.token = token;
  config.identify.intents = 1 << 0 | 1 << 9;  // guilds and their messages
  config.identify.shard = gateway::Shard{shard, kShards};
  return config;
}

int milliseconds_until(std::optional<Instant> deadline) {
  if (!deadline) return -1;
  return static_cast<int>(std::clamp<std::int64_t>((*deadline - now()).count(), 0, 60'000));
}

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

int main(int argc, char** argv) {
  const char* token = std::getenv("BOT_TOKEN");
  if (argc != 3 || token == nullptr) {
    std::fprintf(stderr, "usage: BOT_TOKEN=... own_loop ws://127.0.0.1:PORT EVENTS\n");
    return 3;
  }
  const int events_max = std::atoi(argv[2]);
  Workspace workspace;  // one a thread
  std::array<Shard, kShards> shards{Shard(0, config_of(argv[1], token, 0), workspace),
                                    Shard(1, config_of(argv[1], token, 1), workspace)};
  for (Shard& shard : shards)
    if (!shard.start()) return 3;

  bool stopping = false;
  while (!shards[0].finished() || !shards[1].finished()) {
    while (const auto granted = identify_queue.granted(now())) shards[*granted].identify();
    std::array<pollfd, kShards> polled{shards[0].polled(), shards[1].polled()};
    const auto deadline = earlier(earlier(shards[0].deadline(), shards[1].deadline()), identify_queue.deadline());
    poll(polled.data(), polled.size(), milliseconds_until(deadline));
    for (std::size_t i = 0; i < kShards; ++i) shards[i].go_on(polled[i].revents);

    const bool enough = shards[0].dispatches() >= events_max && shards[1].dispatches() >= events_max;
    if (enough && !std::exchange(stopping, true))
      for (Shard& shard : shards) shard.stop();
  }
  std::printf("%d and %d dispatches\n", shards[0].dispatches(), shards[1].dispatches());
  return stopping ? 0 : 1;
}
