// The driver as a program for tests: one shard of a group. Events come out as JSON lines on standard output, commands
// go in as lines on standard input: presence, members, session, reconnect, stop end, stop keep.
//
//   probe --url wss://localhost:PORT [--ca FILE] [--compression none|zlib-stream|payload] [--shard I/N] [--intents N]
//         [--resume-file FILE] [--seconds-max N]
//
// The token comes from PROBE_TOKEN. FILE is read at the start, if it is there, and written when a session is kept.
// Neither the token nor a session's id, nor anything else that a peer sent but the names of dispatches, is printed
// (GW-SEC-1). Ends with 0 when the shard has stopped, 1 when it has not in --seconds-max, 2 when it cannot begin.

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "portcullis/driver/shard_group.h"
#include "portcullis/net/clock.h"

namespace portcullis {
namespace {

using nlohmann::json;

// clang-format off
constexpr std::array<std::string_view, 11> kWhys{
    "ClosedByPeer", "LostLink", "OpenFailed", "HelloTimeout", "ReadyTimeout", "Zombie", "Undecodable",
    "AskedToReconnect", "InvalidSession", "LocalReconnect", "LocalStop"};
constexpr std::array<std::string_view, 3> kNexts{"Resume", "Identify", "Nothing"};
constexpr std::array<std::string_view, 3> kKinds{"Ready", "Resumed", "Other"};
constexpr std::array<std::string_view, 4> kFinishes{"NotStarted", "Ended", "Kept", "Fatal"};
// clang-format on

std::string_view name_in(const auto& names, auto value) { return names.at(static_cast<std::size_t>(value)); }

// The line goes out at once: the test reads it while the probe goes on.
void print(const json& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::puts(line.dump(-1, ' ', true, json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

class Printer final : public driver::Observer {
 public:
  std::atomic<bool> stopped = false;

  void on_connected(driver::Shard&, const websocket::Url& endpoint) override {
    print({{"event", "connected"}, {"port", endpoint.port}});
  }
  // What `d` was is told by its length and checksum: it may hold a session's id.
  void on_dispatch(driver::Shard&, const Dispatch& dispatch) override {
    const auto raw = dispatch.data.raw;
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(raw.data()), static_cast<uInt>(raw.size()));
    print({{"event", "dispatch"},
           {"kind", name_in(kKinds, dispatch.kind)},
           {"name", dispatch.name},
           {"s", dispatch.sequence ? json(*dispatch.sequence) : json()},
           {"d_bytes", raw.size()},
           {"d_crc32", sum},
           {"out_of_place", dispatch.out_of_place}});
  }
  void on_odd(driver::Shard&, const Odd& odd) override {
    print({{"event", "odd"}, {"opcode", odd.opcode}, {"req", id(odd.req)}});
  }
  void on_disconnected(driver::Shard&, const Disconnected& end, const std::optional<net::Trouble>& trouble) override {
    json line{{"event", "disconnected"},      {"why", name_in(kWhys, end.why)}, {"next", name_in(kNexts, end.next)},
              {"close_code", end.close_code}, {"http_status", end.http_status}, {"delay_ms", end.delay.count()},
              {"failures", end.failures}};
    if (end.error) line["error"] = {{"text", text(end.error->code)}, {"req", id(end.error->req)}};
    if (trouble) line["trouble"] = trouble->text;
    print(line);
  }
  void on_refused(driver::Shard&, const gateway::Command&, const Error& error) override { refused(error); }
  void on_stopped(driver::Shard&, const Finish& finish) override {
    print({{"event", "finished"}, {"why", name_in(kFinishes, finish.why)}, {"close_code", finish.close_code}});
    stopped = true;
  }

  static void refused(const Error& error) {
    print({{"event", "refused"}, {"text", text(error.code)}, {"req", id(error.req)}});
  }
};

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

/// Takes lines from standard input and does what they say.
class Commander {
 public:
  Commander(driver::Shard& shard, gateway::Shard part) : shard_(shard), part_(part) {}

  void read_for(Duration longest) {
    pollfd ready{input_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(longest.count())) <= 0) return;
    std::array<char, 256> bytes;
    const auto count = ::read(input_, bytes.data(), bytes.size());
    if (count <= 0) return void(input_ = -1);
    typed_.append(bytes.data(), static_cast<std::size_t>(count));
    for (auto end = typed_.find('\n'); end != std::string::npos; end = typed_.find('\n')) {
      obey(typed_.substr(0, end));
      typed_.erase(0, end + 1);
    }
  }

 private:
  void obey(std::string_view command) {
    const std::uint64_t guild = (std::uint64_t{16} * part_.count + part_.id) << 22;  // one of this shard's
    if (command == "presence") return send(gateway::UpdatePresence{{}, {}, gateway::PresenceStatus::Idle, false});
    if (command == "members") return send(gateway::RequestGuildMembers{guild, "", 0, {}, false, {}});
    if (command == "reconnect") return shard_.reconnect();
    if (command == "stop end") return shard_.stop(gateway::Leaving::End);
    if (command == "stop keep") return shard_.stop(gateway::Leaving::Keep);
    if (command != "session") return print({{"event", "unknown command"}});
    const auto held = shard_.session();
    print({{"event", "session"}, {"held", held.has_value()}, {"sequence", held ? held->sequence : 0}});
  }

  void send(const gateway::Command& command) {
    if (const Status sent = shard_.send(command); !sent) Printer::refused(sent.error());
  }

  driver::Shard& shard_;
  gateway::Shard part_;
  int input_ = STDIN_FILENO;
  std::string typed_;
};

using Flags = std::map<std::string, std::string>;

driver::GroupOptions options_of(Flags& flags) {
  driver::GroupOptions options;
  Config& config = options.config;
  config.url = flags["--url"];
  if (const char* token = std::getenv("PROBE_TOKEN")) config.identify.token = token;
  config.identify.intents = std::stoull(flags["--intents"]);
  if (flags["--compression"] == "none") config.compression = compression::Compression::None;
  if (flags["--compression"] == "payload") config.compression = compression::Compression::Payload;
  gateway::Shard part;
  std::sscanf(flags["--shard"].c_str(), "%u/%u", &part.id, &part.count);
  options.shard_ids = {part.id};
  options.shard_count = part.count;
  options.ca_file = flags["--ca"];
  options.sessions = {read_session(flags["--resume-file"])};
  return options;
}

int run(Flags flags) {
  Printer printer;
  const Instant end = net::now() + Duration{std::stoll(flags["--seconds-max"]) * 1'000};
  auto options = options_of(flags);
  const gateway::Shard part{options.shard_ids.front(), options.shard_count};
  auto begun = driver::ShardGroup::start(std::move(options), printer, std::atomic<bool>{false});
  if (const auto* trouble = std::get_if<net::Trouble>(&begun)) {
    print({{"event", "refused"}, {"text", trouble->text}});
    return 2;
  }
  auto& group = *std::get<std::unique_ptr<driver::ShardGroup>>(begun);
  driver::Shard& shard = *group.shards().front();
  for (Commander commander(shard, part); !printer.stopped && net::now() < end;) commander.read_for(Duration{50});
  if (!printer.stopped) return 1;
  group.wait();
  const auto kept = shard.session();
  if (kept && !flags["--resume-file"].empty()) write_session(flags["--resume-file"], *kept);
  return 0;
}

}  // namespace
}  // namespace portcullis

int main(int argc, char** argv) {
  portcullis::Flags flags{{"--intents", "1"}, {"--shard", "0/1"}, {"--seconds-max", "60"}};
  for (int i = 1; i + 1 < argc; i += 2) flags[argv[i]] = argv[i + 1];
  return portcullis::run(std::move(flags));
}
