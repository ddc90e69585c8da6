#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portcullis/core/client.h"
#include "portcullis/oracle/mock/peer.h"

namespace portcullis::tests {

namespace peer_table = spec::gateway_peer;

/// A step as it was reported, kept.
struct Seen {
  mock::Link link;
  peer_table::State from;
  peer_table::Input input;
  std::size_t row;
  peer_table::Action act;
  std::string detail;
};

/// Equal chances for every run.
Chance seeded(std::uint32_t seed);

/// The rows that were met since the program began, over all talks; for the test that counts them.
std::set<std::size_t>& rows_met();

/// A mock gateway and whoever talks to it, in a time of their own.
class Talk {
 public:
  explicit Talk(mock::World world = {}, std::uint32_t seed = 1);

  mock::Peer& peer() { return peer_; }
  Instant now() const { return now_; }
  std::vector<Seen>& steps() { return steps_; }
  bool took(peer_table::Input input, peer_table::Action act) const;

  /// A real client beside it; the number is its place in `clients`.
  struct Client {
    std::unique_ptr<portcullis::Client> core;
    std::map<mock::Link, std::uint64_t> links;  ///< of the mock, to the client's own
    std::vector<std::string> dispatches;        ///< name and s
    std::vector<std::pair<std::string, std::int64_t>> events;
    std::vector<std::string> data;  ///< of each dispatch, as JSON
    std::vector<std::string> ends;  ///< why each connection ended, and with which code
    bool finished = false;
    std::optional<Instant> deadline;
  };
  Client& join(Config config);
  Client& client(std::size_t number) { return *clients_[number]; }
  static Config config(std::string token = "the-token", compression::Compression compression = {},
                       std::uint64_t intents = 53'608'447);
  void drop(Client& client);  ///< both ends lose the transport
  mock::Link link_of(const Client& client) const { return client.links.begin()->first; }

  /// Bytes by hand: a link of which the test writes each payload.
  struct Raw {
    mock::Link link = 0;
    std::string received;  ///< all that came, frames not taken apart
    bool hung_up = false, reset = false;
    bool has(std::string_view part) const { return received.find(part) != std::string::npos; }
    std::optional<std::uint16_t> close_code() const;  ///< of the Close that came
    std::size_t messages(std::string_view part) const;
  };
  Raw& raw(std::string_view query = "/?v=10&encoding=json");
  void text(Raw& raw, std::string_view payload, std::uint8_t first_byte = 0x81);
  void close(Raw& raw, std::optional<std::uint16_t> code);
  void bytes(Raw& raw, std::string_view bytes);
  void lose(Raw& raw);

  std::size_t say(const mock::Say& say, std::optional<mock::Link> link = {}, std::string_view session_id = {});
  void advance(Duration by);  ///< serves every deadline on the way at its time
  /// How the transport is cut: gets the bytes left, gives how many come at once.
  std::function<std::size_t(std::size_t)> cut;
  /// Hears what each end sends and, with no bytes, that it ends the transport.
  std::function<void(mock::Link, bool from_client, std::string_view bytes)> overheard;
  /// When above 1, so many deliveries less one still reach clients; then the link is lost with all that is on its way.
  /// For talks with one client.
  std::size_t drop_in = 0;

 private:
  void settle();
  bool poll_peer();
  bool poll_client(Client& client);
  bool carry();
  void see(const mock::Output& output);
  void overhear(mock::Link link, bool from_client, std::string_view bytes) const;
  std::optional<Instant> next_deadline() const;

  mock::Peer peer_;
  Instant now_{};
  std::optional<Instant> peer_deadline_;
  std::vector<Seen> steps_;
  mock::Link last_link_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  std::map<mock::Link, std::unique_ptr<Raw>> raws_;
  std::vector<std::pair<mock::Link, std::string>> to_peer_;
  std::vector<std::pair<mock::Link, std::string>> to_clients_;
  std::vector<mock::Link> ends_for_peer_, ends_for_clients_;
};

/// A frame as a client writes it, masked with zeros.
std::string client_frame(std::uint8_t first_byte, std::string_view payload);
std::string upgrade_request(std::string_view target);

std::string identify(std::string_view token = "the-token", std::string_view more = "",
                     std::string_view intents = "513");
std::string resume(std::string_view session_id, std::int64_t seq, std::string_view token = "the-token");

}  // namespace portcullis::tests
