#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/client.h"
#include "portcullis/tests/client/peer.h"

namespace portcullis::tests {

/// The configuration that most tests use: no compression, one token, one URL.
Config plain_config();

/// A client, the time, and the server's end of its current link. It writes down everything that comes out, a line each:
///
///   dial 1 wss://host:443/?v=10&encoding=json      hangup 1          ask identify 0       return identify 0
///   1> {"op":1,"d":null}      1> close 4900        1> pong hello     1> GET /?v=10&encoding=json
///   ! READY s=1 {...}         ! odd second_hello   ! disconnected zombie, resume in 0 ms
///   wait 41250                finished fatal 4004
///
/// With ETF the lines are the same, as JSON: what is said here goes out as ETF, what the client says is read as ETF.
class World {
 public:
  explicit World(Config config = plain_config(), Limits limits = {}, std::uint32_t seed = 1);
  World(Config config, Limits limits, Chance chance);

  Client& client() { return *client_; }
  Instant now() const { return now_; }
  std::uint64_t link() const { return link_; }
  const std::string& dialled() const { return dialled_; }  ///< where the last Dial went
  bool has_link() const { return transport_; }
  bool is_upgraded() const { return upgraded_; }
  bool has_request() const { return wire_.request().has_value(); }
  bool finished() const { return finished_; }
  std::optional<Instant> deadline() const { return deadline_; }
  std::uint32_t asks() const { return asks_; }

  /// Called with every output, before the line is written; for tests that watch.
  std::function<void(const Output&)> on_output;
  /// Called with every whole data message that the client sent.
  std::function<void(std::string_view json)> on_sent;
  std::function<void(std::uint16_t code)> on_close_sent;

  Status start();
  void opened();
  void upgrade();                                ///< answers the request with a good 101
  void begin_answer(std::size_t size);           ///< sends so many bytes of that 101, and no more
  void refuse(std::string_view response);        ///< answers it with these bytes
  void text(std::string_view json);              ///< a payload, in the encoding that was agreed on
  void payload(std::string_view payload);        ///< a payload as it is, compressed when that was agreed on
  void bytes(std::span<const std::byte> bytes);  ///< raw, on the current link
  void close(std::optional<std::uint16_t> code);
  void lose();
  void grant();
  void stop(gateway::Leaving how);
  void reconnect();
  Status send(const gateway::Command& command);
  void advance(Duration by);               ///< runs every deadline on the way at its time
  void elapse_late(Duration by);           ///< lets time pass without serving a deadline, then one `elapsed`
  void sleep(Duration by) { now_ += by; }  ///< lets time pass; what was due waits for the next call

  /// Brings a fresh client to READY over a link of interval `heartbeat_ms`.
  void get_ready(std::int64_t heartbeat_ms = 41'250);

  /// How received bytes are cut; whole by default.
  std::function<std::size_t(std::size_t left)> cut;
  /// How many bytes of a payload each message takes (zlib-stream) or each fragment of its message; all by default.
  std::function<std::size_t()> split;

  /// Which of so many ways is taken to write a term of ETF; the gateway's by default.
  std::function<std::uint32_t(std::uint32_t below)> spell;

  /// Gives and forgets the lines so far.
  std::vector<std::string> take();
  void line(std::string text) { lines_.push_back(std::move(text)); }

  /// Does something that must change nothing; says whether indeed nothing but a wait came of it.
  bool ignores(const std::function<void(Client&)>& act);

 private:
  void give(std::span<const std::byte> bytes);
  void poll();
  void see(const Output& output);
  void see_event(const Event& event);
  void see_bytes(const Transmit& transmit);

  Workspace workspace_;
  std::unique_ptr<Client> client_;
  Instant now_{Duration{1'000'000}};
  compression::Compression compression_;
  bool etf_;
  std::uint64_t link_ = 0;
  std::string dialled_;
  bool transport_ = false;
  bool upgraded_ = false;
  bool finished_ = false;
  std::uint32_t asks_ = 0;
  std::optional<Instant> deadline_;
  ClientBytes wire_;
  std::unique_ptr<Packer> packer_;
  std::vector<std::string> lines_;
};

/// Drops what says only how often the client was polled: waits that something came after, and Finished said again.
std::vector<std::string> without_passing_waits(std::vector<std::string> lines);

/// The payloads that a gateway sends, as it writes them.
std::string hello(std::int64_t heartbeat_ms);
std::string ready(std::string_view session_id, std::int64_t s = 1, std::string_view url = "wss://resume.example");
std::string resumed(std::int64_t s);
std::string dispatch(std::string_view name, std::int64_t s, std::string_view d = "{}");

}  // namespace portcullis::tests
