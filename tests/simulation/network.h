#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "portcullis/oracle/mock/world.h"
#include "portcullis/tests/simulation/faults.h"
#include "portcullis/tests/simulation/pipe.h"

namespace portcullis::simulation {

enum class Way : std::uint8_t { ToClient, ToServer };

/// A transport between a client and the gateway.
struct Wire {
  mock::Link link = 0;  ///< the gateway's number of it
  std::uint32_t shard = 0;
  std::uint64_t number = 0;  ///< the client's number of it
  std::array<Pipe, 2> pipes{};
  std::array<bool, 2> planned{};  ///< somebody will look when the next piece arrives
  bool client_holds = true;
  bool server_holds = false;
  bool proxied = false;          ///< it ends at a proxy, which does not know the gateway
  std::int64_t retry_after = 0;  ///< seconds that the proxy asks for

  Pipe& pipe(Way way) { return pipes[static_cast<std::size_t>(way)]; }
  /// Lets all that comes after now be later.
  void tarry(Duration by) {
    for (Pipe& one : pipes) one.weather.latency += by;
  }
  bool is_planned(Way way) const { return planned[static_cast<std::size_t>(way)]; }
  void set_planned(Way way, bool is) { planned[static_cast<std::size_t>(way)] = is; }
};

enum class Host : std::uint8_t { Main, Resume, Nowhere };
enum class Answer : std::uint8_t { Opens, Refuses, Nothing, Proxy };

/// The links, and what becomes of attempts to make new ones.
class Network {
 public:
  Wire& make(std::uint32_t shard, std::uint64_t number);
  Wire* find(mock::Link link);
  /// Forgets it if neither end holds it, and nothing more comes late.
  void tidy(mock::Link link);
  std::map<mock::Link, Wire>& wires() { return wires_; }

  Answer answer(Host host, Instant now) const;
  /// Takes what `Refused`, `Unanswered`, `ProxyError` and `Restart` are about.
  void close_hosts(const Fault& fault, Instant now);
  std::int64_t retry_after() const { return retry_after_; }

 private:
  std::map<mock::Link, Wire> wires_;
  mock::Link last_ = 0;
  std::array<Instant, 2> refused_until_{};
  std::array<Instant, 2> unanswered_until_{};
  Instant proxied_until_{};
  std::int64_t retry_after_ = 0;
};

/// Does to a link what a fault of the link is about; false for other faults.
bool strike(Wire& wire, const Fault& fault, Instant now);
/// Takes all that is left of a link's weather away, but for death.
void heal(Wire& wire, Instant now);

}  // namespace portcullis::simulation
