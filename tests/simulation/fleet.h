#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/core/client.h"
#include "portcullis/core/gateway/identify_queue.h"
#include "portcullis/oracle/mock/peer.h"
#include "portcullis/tests/simulation/agenda.h"
#include "portcullis/tests/simulation/dice.h"
#include "portcullis/tests/simulation/faults.h"
#include "portcullis/tests/simulation/laws.h"
#include "portcullis/tests/simulation/local_clock.h"
#include "portcullis/tests/simulation/network.h"
#include "portcullis/tests/simulation/setup.h"
#include "portcullis/tests/simulation/tally.h"
#include "tests/client/allocations.h"

namespace portcullis::simulation {

/// What came of a run.
struct Outcome {
  std::optional<Broken> broken;
  bool interrupted = false;
  Tally tally;
};

/// The clients of a group, a gateway, and a network between them that the faults are done to, in a time of their own.
///
/// Shape: when the last fault is over the network is whole again. From then on each client has some minutes until its
///        session is live, and some more until everything has arrived.
class Fleet {
 public:
  /// The rows are those of the clients' session table; a test may hand in others.
  Fleet(const Setup& setup, const std::vector<Fault>& faults,
        const spec::gateway_session::Rows& rows = spec::gateway_session::kRows);

  /// Runs it to its end, to the first law that is broken, or until it is interrupted.
  Outcome run(const std::atomic<bool>& interrupted);

 private:
  struct Task {
    enum class What : std::uint8_t {
      Start,     ///< a client, by its user
      Opened,    ///< a dial was answered
      Failed,    ///< a dial was refused
      ToClient,  ///< something arrives
      ToServer,
      ClientTimer,
      PeerTimer,
      QueueTimer,
      Dispatch,
      Strike,
      Thaw,
      Heal,
    };
    What what;
    std::uint32_t shard = 0;  ///< or the place of a fault
    mock::Link link = 0;
  };
  struct Member {
    std::unique_ptr<Client> client;
    std::optional<Instant> deadline;    // by the local clock
    std::optional<Instant> planned_at;  // when it is looked at
    mock::Link link = 0;                // 0: none
    bool finished = true;
    std::optional<Instant> start_at;  // by its user
    mock::Answers withheld;           // on the next link
    std::vector<Fault> waiting;       // for the next link
  };

  // The course of things
  bool step();
  void perform(const Task& task);
  bool is_over();
  bool all_live() const;
  std::size_t commands_waiting() const;
  void plan_dispatch(std::uint32_t shard);
  void dispatch_as_planned(std::uint32_t shard);
  void dispatch(std::uint32_t shard, std::size_t bytes);
  void heal_all();
  Instant local() const { return clock_.at(now_); }
  /// What the clock will show when something can run again.
  Instant awake_at() const { return local() + std::max(suspended_until_ - now_, Duration{0}); }
  bool is_suspended() const { return now_ < suspended_until_; }

  // Clients
  void start(std::uint32_t shard);
  void poll(std::uint32_t shard);
  void take(std::uint32_t shard, const Dial& dial);
  void take(std::uint32_t shard, const Transmit& sent);
  void take(std::uint32_t shard, const Hangup& hangup);
  void take(std::uint32_t shard, const Notify& told);
  void take(std::uint32_t shard, const AskIdentify& asked);
  void take(std::uint32_t shard, const ReturnIdentify& returned);
  void take(std::uint32_t shard, const Wait& wait);
  void take(std::uint32_t shard, const Finished& finished);
  void opened(mock::Link link);
  void failed(mock::Link link);
  void run_timer(std::uint32_t shard);
  void plan_timer(std::uint32_t shard);
  void serve_queue();
  template <typename Call>
  void tell(std::uint32_t shard, const Call& call) {
    {
      const tests::CountAllocations counted;
      call(*members_[shard].client);
    }
    poll(shard);
  }
  void lose(Wire& wire);

  // The gateway
  void poll_peer();
  void take(const mock::Output& output);
  std::size_t say(std::optional<mock::Link> link, const std::string& session, const mock::Say& say);
  void answer_as_proxy(Wire& wire);

  // The network
  void plan(Wire& wire, Way way);
  void arrive(mock::Link link, Way way);
  void arrive_at_client(Wire& wire, const Pipe::Piece& piece);
  void arrive_at_server(Wire& wire, const Pipe::Piece& piece);
  void cut(Wire& wire);

  // Faults
  void strike(const Fault& fault);
  bool do_fault(const Fault& fault);
  bool strike_link(const Fault& fault);
  bool strike_gateway(const Fault& fault);
  bool strike_process(const Fault& fault);
  bool strike_user(const Fault& fault);
  bool restart(const Fault& fault);
  bool flood(const Fault& fault);
  bool send_commands(const Fault& fault);
  bool stop(const Fault& fault, gateway::Leaving how);
  void count(Kind kind) { ++outcome_.tally.struck[static_cast<std::size_t>(kind)]; }

  const Setup setup_;
  const std::vector<Fault>& faults_;
  Dice dice_;
  Outcome outcome_;
  Laws laws_;
  Agenda<Task> agenda_;
  Network network_;
  LocalClock clock_;
  Instant now_{};
  Instant suspended_until_{};
  Instant frozen_until_{};
  std::optional<Instant> healed_at_;
  std::optional<Instant> live_at_;  // after that
  std::size_t waiting_when_live_ = 0;
  Tables tables_;  // borrowed by the clients
  Workspace workspace_;
  std::vector<Member> members_;
  gateway::IdentifyQueue queue_;
  std::optional<Instant> queue_planned_at_;
  bool queue_changed_ = false;
  mock::Peer peer_;
  std::optional<Instant> peer_planned_at_;
};

}  // namespace portcullis::simulation
