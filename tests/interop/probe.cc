// Moves bytes between a loopback socket and a Client, and nothing more. Events come out as JSON lines on standard
// output, commands go in as lines on standard input: presence, members, session, reconnect, stop end, stop keep.
//
//   probe --url ws://127.0.0.1:PORT [--compression none|zlib-stream] [--shard I/N] [--intents N] [--seed N]
//         [--identify-spacing-ms N] [--resume-file FILE] [--seconds-max N]
//
// The token comes from PROBE_TOKEN. FILE is read at the start, if it is there, and written when a session is kept.
// Neither the token nor a session's id, nor anything else that a peer sent but the names of dispatches, is printed
// (GW-SEC-1). Ends with 0 when the client has finished, 1 when it has not in --seconds-max, 2 when it cannot begin.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "portcullis/core/client.h"

namespace portcullis {
namespace {

using nlohmann::json;
using spec::name;

// clang-format off
constexpr std::array<std::string_view, 11> kWhys{
    "ClosedByPeer", "LostLink", "OpenFailed", "HelloTimeout", "ReadyTimeout", "Zombie", "Undecodable",
    "AskedToReconnect", "InvalidSession", "LocalReconnect", "LocalStop"};
constexpr std::array<std::string_view, 3> kNexts{"Resume", "Identify", "Nothing"};
constexpr std::array<std::string_view, 3> kKinds{"Ready", "Resumed", "Other"};
constexpr std::array<std::string_view, 4> kFinishes{"NotStarted", "Ended", "Kept", "Fatal"};
// clang-format on

std::string_view name_in(const auto& names, auto value) { return names.at(static_cast<std::size_t>(value)); }

Instant monotonic_now() {
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

// The line goes out at once: the test reads it while the probe goes on.
void print(const json& line) {
  std::puts(line.dump(-1, ' ', true, json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

json line_of(const Connected&) { return {{"event", "connected"}}; }

// What `d` was is told by its length and checksum: it may hold a session's id.
json line_of(const Dispatch& dispatch) {
  const auto raw = dispatch.data.raw;
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(raw.data()), static_cast<uInt>(raw.size()));
  return {{"event", "dispatch"},
          {"kind", name_in(kKinds, dispatch.kind)},
          {"name", dispatch.name},
          {"s", dispatch.sequence ? json(*dispatch.sequence) : json()},
          {"d_bytes", raw.size()},
          {"d_crc32", sum},
          {"out_of_place", dispatch.out_of_place}};
}

json line_of(const Odd& odd) { return {{"event", "odd"}, {"opcode", odd.opcode}, {"req", id(odd.req)}}; }

json line_of(const Disconnected& end) {
  json line{{"event", "disconnected"},      {"why", name_in(kWhys, end.why)}, {"next", name_in(kNexts, end.next)},
            {"close_code", end.close_code}, {"http_status", end.http_status}, {"delay_ms", end.delay.count()},
            {"failures", end.failures}};
  if (end.error)
    line["error"] = {{"text", text(end.error->code)}, {"req", id(end.error->req)}, {"offset", end.error->offset}};
  return line;
}

std::optional<Session> read_session(const std::string& path) {
  Session session;
  std::ifstream file(path);
  if (file >> session.id >> session.resume_gateway_url >> session.sequence) return session;
  return std::nullopt;
}

void write_session(const std::string& path, const Session& session) {
  umask(077);
  std::ofstream(path) << session.id << '\n' << session.resume_gateway_url << '\n' << session.sequence << '\n';
}

class Probe {
 public:
  Probe(Config config, std::uint32_t seed, Duration identify_spacing)
      : shard_(config.identify.shard.value_or(gateway::Shard{})),
        random_(seed),
        identify_spacing_(identify_spacing),
        client_(std::move(config), Limits{}, chance(), workspace_) {}
  ~Probe() { hang_up(); }

  Status start() { return client_.start(monotonic_now()); }

  // Runs until the client has finished, or for so long; says which.
  bool run(Duration longest) {
    const Instant end = monotonic_now() + longest;
    settle();
    while (!finished_ && monotonic_now() < end) wait(end);
    return finished_;
  }

  std::optional<Session> session() const { return client_.session(); }

 private:
  Chance chance() {
    return [this] { return static_cast<std::uint32_t>(random_()); };
  }

  // Polls the client until it waits, and again after each answer that it gets at once.
  void settle() {
    do {
      for (waiting_ = false; !waiting_;) std::visit([this](const auto& output) { take(output); }, client_.poll());
    } while (answer_dial());
    if (client_.state() == state_) return;
    state_ = client_.state();
    print({{"event", "state"}, {"state", name(state_)}});
  }

  void take(const Dial& dial) {
    print({{"event", "dial"}, {"link", dial.link.number}, {"port", dial.endpoint.port}});
    link_ = dial.link;
    socket_ = connect_to(dial.endpoint);
    dialled_ = true;
  }
  void take(const Transmit& transmit) {
    // What a client has to say fits into the socket's buffers; where it does not, the link is as good as lost.
    const auto& bytes = transmit.bytes;
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count != static_cast<ssize_t>(bytes.size())) ::shutdown(socket_, SHUT_RDWR);
  }
  void take(const Hangup&) { hang_up(); }
  void take(const Notify& notify) {
    print(std::visit([](const auto& event) { return line_of(event); }, notify.event));
  }
  void take(const AskIdentify&) { grant_at_ = std::max(monotonic_now(), identify_from_); }
  void take(const ReturnIdentify&) { grant_at_.reset(); }
  void take(const Wait& wait) {
    waiting_ = true;
    deadline_ = wait.deadline;
  }
  void take(const Finished& end) {
    waiting_ = finished_ = true;
    deadline_.reset();
    print({{"event", "finished"}, {"why", name_in(kFinishes, end.finish.why)}, {"close_code", end.finish.close_code}});
  }

  // Connects to a port of this machine and to nothing else: the token goes there.
  static int connect_to(const websocket::Url& endpoint) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (endpoint.secure || endpoint.host != "127.0.0.1") return -1;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
  }

  bool answer_dial() {
    if (!std::exchange(dialled_, false)) return false;
    socket_ >= 0 ? client_.opened(link_, monotonic_now()) : client_.lost(link_, monotonic_now());
    return true;
  }

  void hang_up() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  void wait(Instant end) {
    const Instant next = std::min({end, deadline_.value_or(end), grant_at_.value_or(end)});
    const auto left = std::max(Duration{0}, next - monotonic_now());
    std::array<pollfd, 2> ready{{{input_, POLLIN, 0}, {socket_, POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), static_cast<int>(left.count()));
    if (ready[0].revents != 0) read_input();
    if (ready[1].revents != 0) {
      read_socket();
    } else if (deadline_ && *deadline_ <= monotonic_now()) {  // only with nothing left to read
      client_.elapsed(monotonic_now());
      settle();
    }
    if (grant_at_ && *grant_at_ <= monotonic_now()) grant();
  }

  void grant() {
    identify_from_ = monotonic_now() + identify_spacing_;
    grant_at_.reset();
    client_.identify_granted(monotonic_now());
    settle();
  }

  // Takes a random number of bytes at most, so that reads do not end where something of the peer's ends.
  void read_socket() {
    const std::size_t count_max = 1 + cuts_() % bytes_.size();
    const auto count = ::recv(socket_, bytes_.data(), count_max, 0);
    if (count > 0) {
      client_.received(link_, {bytes_.data(), static_cast<std::size_t>(count)}, monotonic_now());
    } else {
      hang_up();
      client_.lost(link_, monotonic_now());
    }
    settle();
  }

  void read_input() {
    std::array<char, 256> bytes;
    const auto count = ::read(input_, bytes.data(), bytes.size());
    if (count <= 0) return void(input_ = -1);
    typed_.append(bytes.data(), static_cast<std::size_t>(count));
    for (auto end = typed_.find('\n'); end != std::string::npos; end = typed_.find('\n')) {
      obey(typed_.substr(0, end));
      settle();
      typed_.erase(0, end + 1);
    }
  }

  void obey(std::string_view command) {
    const std::uint64_t guild = (std::uint64_t{16} * shard_.count + shard_.id) << 22;  // one of this shard's
    if (command == "presence") return send(gateway::UpdatePresence{{}, {}, gateway::PresenceStatus::Idle, false});
    if (command == "members") return send(gateway::RequestGuildMembers{guild, "", 0, {}, false, {}});
    if (command == "reconnect") return client_.reconnect(monotonic_now());
    if (command == "stop end") return client_.stop(gateway::Leaving::End, monotonic_now());
    if (command == "stop keep") return client_.stop(gateway::Leaving::Keep, monotonic_now());
    if (command != "session") return print({{"event", "unknown command"}});
    const auto held = client_.session();
    print({{"event", "session"}, {"held", held.has_value()}, {"sequence", held ? held->sequence : 0}});
  }

  void send(const gateway::Command& command) {
    const Status sent = client_.send(command, monotonic_now());
    if (!sent) print({{"event", "refused"}, {"text", text(sent.error().code)}, {"req", id(sent.error().req)}});
  }

  gateway::Shard shard_;
  std::mt19937 random_;
  std::mt19937 cuts_{random_()};
  Duration identify_spacing_;
  Workspace workspace_;
  Client client_;
  gateway::Machine::State state_{};
  Link link_;
  int socket_ = -1;
  int input_ = STDIN_FILENO;
  bool dialled_ = false, waiting_ = false, finished_ = false;
  std::optional<Instant> deadline_;
  std::optional<Instant> grant_at_;
  Instant identify_from_{};
  std::string typed_;
  std::array<std::byte, 65'536> bytes_{};
};

using Flags = std::map<std::string, std::string>;

Config config_of(Flags& flags) {
  Config config;
  config.url = flags["--url"];
  if (const char* token = std::getenv("PROBE_TOKEN")) config.identify.token = token;
  config.identify.intents = std::stoull(flags["--intents"]);
  if (flags["--compression"] == "none") config.compression = compression::Compression::None;
  gateway::Shard part;
  if (std::sscanf(flags["--shard"].c_str(), "%u/%u", &part.id, &part.count) == 2) config.identify.shard = part;
  config.resume = read_session(flags["--resume-file"]);
  return config;
}

int run(Flags flags) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(flags["--seed"]));
  Probe probe(config_of(flags), seed, Duration{std::stoll(flags["--identify-spacing-ms"])});
  if (const Status started = probe.start(); !started) {
    print({{"event", "refused"}, {"text", text(started.error().code)}, {"req", id(started.error().req)}});
    return 2;
  }
  if (!probe.run(Duration{std::stoll(flags["--seconds-max"]) * 1'000})) return 1;
  const auto kept = probe.session();
  if (kept && !flags["--resume-file"].empty()) write_session(flags["--resume-file"], *kept);
  return 0;
}

}  // namespace
}  // namespace portcullis

int main(int argc, char** argv) {
  portcullis::Flags flags{{"--intents", "1"}, {"--seed", "1"}, {"--identify-spacing-ms", "0"}, {"--seconds-max", "60"}};
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  return portcullis::run(std::move(flags));
}
