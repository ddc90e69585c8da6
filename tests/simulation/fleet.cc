#include "portcullis/tests/simulation/fleet.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "portcullis/tests/simulation/numbered.h"

namespace portcullis::simulation {
namespace {

const std::string kMainHost = "gateway.example";
const std::string kResumeHost = "resume.example";
constexpr std::uint64_t kAllIntents = 53'608'447;
constexpr int kGuildShift = 22;
constexpr Duration kRoundTrip{40};
constexpr Duration kWholeAgain{420'000};    // longer than what any fault lasts
constexpr Duration kLiveWithin{900'000};    // dead links, back-off, a Retry-After, and a turn for each shard
constexpr Duration kDay{24 * 3'600'000};    // until there are identifies again
constexpr Duration kDispatchesFor{60'000};  // of a fleet that is live again
constexpr Duration kArrivesWithin{120'000};
constexpr Duration kFatalRestart{30'000};             // by its user
constexpr std::size_t kBacklogMax = 4 * 1024 * 1024;  // of a client that does not read
constexpr Duration kLate{700};                        // by what some links are behind when they were hung up
constexpr std::size_t kFilling = 24;
constexpr std::uint64_t kTasksAtOnceMax = 10'000'000;

mock::World world_of(const Setup& setup) {
  mock::World world;
  world.token = "a-token-of-nobody";
  world.gateway_url = "ws://" + kMainHost;
  world.resume_url = "ws://" + kResumeHost;
  world.max_concurrency = setup.max_concurrency;
  world.heartbeat_interval = setup.heartbeat_interval;
  world.guild_ids.clear();
  for (std::uint64_t shard = 0; shard < setup.shards; ++shard)
    world.guild_ids.push_back((std::uint64_t{setup.shards} * 1'000 + shard) << kGuildShift);
  return world;
}

Config config_of(const Setup& setup, std::uint32_t shard) {
  Config config;
  config.url = "ws://" + kMainHost;
  config.identify.token = "a-token-of-nobody";
  config.identify.intents = kAllIntents;
  config.identify.shard = {shard, setup.shards};
  config.max_concurrency = setup.max_concurrency;
  config.compression = setup.compression;
  config.encoding = setup.encoding;
  return config;
}

gateway::IdentifyQueue queue_of(const Setup& setup, const Dice& dice) {
  std::vector<std::uint32_t> shards(setup.shards);
  std::iota(shards.begin(), shards.end(), 0u);
  return {std::move(shards), dice.split(3).chance()};
}

Host host_of(const std::string& name) {
  if (name == kMainHost) return Host::Main;
  return name == kResumeHost ? Host::Resume : Host::Nowhere;
}

}  // namespace

Fleet::Fleet(const Setup& setup, const std::vector<Fault>& faults, const spec::gateway_session::Rows& rows)
    : setup_(setup),
      faults_(faults),
      dice_(setup.seed),
      laws_(setup_, outcome_.tally),
      tables_{.session = &rows},
      queue_(queue_of(setup, dice_)),
      peer_(world_of(setup), Limits{}, dice_.split(4).chance()) {
  gateway::SessionStartLimit limit;
  limit.max_concurrency = setup.max_concurrency;
  queue_.set_limit(limit, local());
  outcome_.tally.rows.resize(rows.rows().size());
  members_.resize(setup.shards);
  for (std::uint32_t shard = 0; shard < setup.shards; ++shard) {
    const tests::CountAllocations counted;
    members_[shard].client = std::make_unique<Client>(config_of(setup, shard), small_limits(),
                                                      dice_.split(100 + shard).chance(), workspace_, tables_);
    members_[shard].client->count_rows(&outcome_.tally.rows);
  }
  for (std::uint32_t shard = 0; shard < setup.shards; ++shard) {
    agenda_.plan(now_, {Task::What::Start, shard});
    if (setup.dispatch_interval.count() > 0) plan_dispatch(shard);
  }
  for (std::uint32_t place = 0; place < faults.size(); ++place)
    agenda_.plan(faults[place].at, {Task::What::Strike, place});
  agenda_.plan(Instant{setup.length} + (faults.empty() ? Duration{0} : kWholeAgain), {Task::What::Heal});
}

// ---- The course of things

Outcome Fleet::run(const std::atomic<bool>& interrupted) {
  std::uint64_t at_once = 0;
  while (!laws_.broken() && !is_over()) {
    if (interrupted) {
      outcome_.interrupted = true;
      break;
    }
    const Instant before = now_;
    if (!step()) {
      laws_.fail("INV-17", "nothing will ever happen again");
      break;
    }
    at_once = now_ == before ? at_once + 1 : 0;
    if (at_once > kTasksAtOnceMax) laws_.fail("INV-17", "the two ends never come to rest");
  }
  outcome_.broken = laws_.broken();
  outcome_.tally.length = now_ - Instant{};
  const tests::CountAllocations counted;
  for (Member& member : members_) member.client.reset();
  workspace_ = {};
  return std::move(outcome_);
}

bool Fleet::step() {
  const auto at = agenda_.next_at();
  if (!at) return false;
  now_ = std::max(now_, *at);
  laws_.set_now(now_);
  perform(agenda_.take());
  if (queue_changed_ && !is_suspended()) serve_queue();
  return true;
}

void Fleet::perform(const Task& task) {
  switch (task.what) {
    case Task::What::Start: return start(task.shard);
    case Task::What::Opened: return opened(task.link);
    case Task::What::Failed: return failed(task.link);
    case Task::What::ToClient: return arrive(task.link, Way::ToClient);
    case Task::What::ToServer: return arrive(task.link, Way::ToServer);
    case Task::What::ClientTimer: return run_timer(task.shard);
    case Task::What::PeerTimer:
      if (peer_planned_at_ != now_) return;
      peer_planned_at_.reset();
      peer_.elapsed(now_);
      return poll_peer();
    case Task::What::QueueTimer:
      if (queue_planned_at_ == now_) queue_planned_at_.reset();
      queue_changed_ = true;
      return;
    case Task::What::Dispatch: return dispatch_as_planned(task.shard);
    case Task::What::Strike: return strike(faults_[task.shard]);
    case Task::What::Thaw:
      if (now_ < frozen_until_) return;
      clock_.thaw(now_);
      for (std::uint32_t shard = 0; shard < setup_.shards; ++shard) plan_timer(shard);
      queue_changed_ = true;
      return;
    case Task::What::Heal: return heal_all();
  }
}

bool Fleet::is_over() {
  if (!healed_at_) return false;
  if (!live_at_) {
    if (all_live()) {
      live_at_ = now_;
      waiting_when_live_ = commands_waiting();
    }
    const Duration longest = setup_.mood == Setup::Mood::Hostile ? kDay + kLiveWithin : kLiveWithin;
    if (now_ > *healed_at_ + longest) laws_.fail("INV-17", "not every session was live long after the last fault");
    return false;
  }
  if (now_ < *live_at_ + kDispatchesFor + kArrivesWithin) return false;
  laws_.all_is_delivered();
  if (const std::size_t left = commands_waiting(); left != 0 && left >= waiting_when_live_)
    laws_.fail("GW-RATE-6", std::to_string(left) + " commands wait, and none goes out");
  return true;
}

std::size_t Fleet::commands_waiting() const {
  std::size_t count = 0;
  for (const Member& member : members_) count += member.client->commands_waiting();
  return count;
}

bool Fleet::all_live() const {
  return std::ranges::all_of(
      members_, [](const Member& member) { return member.client->state() == spec::gateway_session::State::Ready; });
}

void Fleet::plan_dispatch(std::uint32_t shard) {
  agenda_.plan(now_ + setup_.dispatch_interval, {Task::What::Dispatch, shard});
}

void Fleet::dispatch_as_planned(std::uint32_t shard) {
  if (live_at_ && now_ > *live_at_ + kDispatchesFor) return;
  dispatch(shard, kFilling);
  plan_dispatch(shard);
}

/// To the session that the client knows of, whether there is a link or not.
void Fleet::dispatch(std::uint32_t shard, std::size_t bytes) {
  const std::string* const session = laws_.session_of(shard);
  if (session == nullptr || session->empty()) return;
  const mock::SayDispatch say{std::string(kNumbered), numbered_data(laws_.next_number(shard), bytes)};
  if (peer_.say(std::nullopt, *session, say, now_) == 0) return;
  laws_.dispatched(shard, say.data.size());
  poll_peer();
}

void Fleet::heal_all() {
  healed_at_ = now_;
  for (auto& [link, wire] : network_.wires()) {
    heal(wire, now_);
    for (const Way way : {Way::ToClient, Way::ToServer}) {
      wire.set_planned(way, false);
      plan(wire, way);
    }
  }
  for (Member& member : members_) {
    member.waiting.clear();
    member.withheld.clear();
  }
  // For as long as dispatches come without RESUMED, a client takes them for a replay (LOCAL-22).
  say({}, {}, mock::SayRelease{{mock::Answer::Hello, mock::Answer::Ready, mock::Answer::Resumed}});
}

// ---- Clients

void Fleet::start(std::uint32_t shard) {
  Member& member = members_[shard];
  if (!member.finished) return;
  if (is_suspended()) return agenda_.plan(suspended_until_, {Task::What::Start, shard});
  member.finished = false;
  member.start_at.reset();
  laws_.started(shard);
  tell(shard, [&](Client& client) {
    if (!client.start(local())) laws_.fail("GW-CONN-1", "a good configuration was refused");
  });
}

void Fleet::poll(std::uint32_t shard) {
  for (;;) {
    const Output output = [&] {
      const tests::CountAllocations counted;
      return members_[shard].client->poll();
    }();
    std::visit([&](const auto& one) { take(shard, one); }, output);
    if (std::holds_alternative<Wait>(output) || std::holds_alternative<Finished>(output)) return;
  }
}

void Fleet::take(std::uint32_t shard, const Dial& dial) {
  const Host host = host_of(dial.endpoint.host);
  laws_.dialled(shard, host == Host::Main, local());
  Wire& wire = network_.make(shard, dial.link.number);
  members_[shard].link = wire.link;
  const Answer answer = network_.answer(host, now_);
  wire.proxied = answer == Answer::Proxy;
  wire.retry_after = network_.retry_after();
  if (wire.proxied) laws_.proxied(shard, Duration{1'000 * wire.retry_after});
  if (answer == Answer::Nothing) return;
  const auto what = answer == Answer::Refuses ? Task::What::Failed : Task::What::Opened;
  agenda_.plan(now_ + kRoundTrip, {what, shard, wire.link});
}

void Fleet::take(std::uint32_t shard, const Transmit& sent) {
  laws_.sent(shard, sent.bytes, local());
  Wire* const wire = network_.find(members_[shard].link);
  if (wire == nullptr) return;
  Pipe& pipe = wire->pipe(Way::ToServer);
  pipe.write(sent.bytes, now_);
  if (pipe.is_corrupted()) laws_.corrupted(shard);
  plan(*wire, Way::ToServer);
}

void Fleet::take(std::uint32_t shard, const Hangup&) {
  laws_.link_over(shard);
  Wire* const wire = network_.find(std::exchange(members_[shard].link, 0));
  if (wire == nullptr) return;
  wire->client_holds = false;
  if (wire->link % 2 != 0) wire->tarry(kLate);
  wire->pipe(Way::ToServer).end(now_, Pipe::End::Proper);
  plan(*wire, Way::ToServer);
  network_.tidy(wire->link);
}

void Fleet::take(std::uint32_t shard, const Notify& told) {
  laws_.told(shard, told.event, local());
  const auto* dispatch = std::get_if<Dispatch>(&told.event);
  if (dispatch == nullptr || dispatch->kind != Dispatch::Kind::Resumed) return;
  queue_.retire(shard);
  queue_changed_ = true;
}

void Fleet::take(std::uint32_t shard, const AskIdentify&) {
  laws_.asked(shard, local());
  queue_.ask(shard);
  queue_changed_ = true;
}

void Fleet::take(std::uint32_t shard, const ReturnIdentify&) {
  laws_.returned(shard);
  queue_.give_back(shard);
  queue_changed_ = true;
}

void Fleet::take(std::uint32_t shard, const Wait& wait) {
  members_[shard].deadline = wait.deadline;
  laws_.waits(shard, wait.deadline, local());
  plan_timer(shard);
}

void Fleet::take(std::uint32_t shard, const Finished& finished) {
  Member& member = members_[shard];
  member.deadline.reset();
  if (std::exchange(member.finished, true)) return;
  laws_.finished(shard, finished.finish, member.client->session().has_value());
  queue_.cancel(shard);
  agenda_.plan(std::max(now_, member.start_at.value_or(now_ + kFatalRestart)), {Task::What::Start, shard});
}

void Fleet::opened(mock::Link link) {
  Wire* const wire = network_.find(link);
  if (wire == nullptr || !wire->client_holds) return;
  const std::uint32_t shard = wire->shard;
  if (is_suspended()) return agenda_.plan(suspended_until_, {Task::What::Opened, shard, link});
  Member& member = members_[shard];
  if (!wire->proxied) {
    wire->server_holds = true;
    peer_.opened(link, now_);
    if (!member.withheld.empty()) peer_.say(link, {}, mock::SayHold{std::exchange(member.withheld, {})}, now_);
    poll_peer();
  }
  const std::uint64_t number = wire->number;
  for (const Fault& fault : std::exchange(member.waiting, {})) strike(fault);
  tell(shard, [&](Client& client) { client.opened({number}, local()); });
}

void Fleet::failed(mock::Link link) {
  Wire* const wire = network_.find(link);
  if (wire == nullptr || !wire->client_holds) return;
  if (is_suspended()) return agenda_.plan(suspended_until_, {Task::What::Failed, wire->shard, link});
  lose(*wire);
}

/// Tells the client that its transport is over.
void Fleet::lose(Wire& wire) {
  const std::uint32_t shard = wire.shard;
  const std::uint64_t number = wire.number;
  wire.client_holds = false;
  members_[shard].link = 0;
  network_.tidy(wire.link);
  laws_.lost(shard);
  laws_.link_over(shard);
  tell(shard, [&](Client& client) { client.lost({number}, local()); });
}

void Fleet::run_timer(std::uint32_t shard) {
  Member& member = members_[shard];
  if (member.planned_at != now_) return;
  member.planned_at.reset();
  // What lies in the sockets is read before time passes.
  if (is_suspended()) {
    member.planned_at = suspended_until_ + Duration{1};
    return agenda_.plan(*member.planned_at, {Task::What::ClientTimer, shard});
  }
  if (!member.deadline) return;
  if (*member.deadline > local()) return plan_timer(shard);
  tell(shard, [&](Client& client) { client.elapsed(local()); });
}

void Fleet::plan_timer(std::uint32_t shard) {
  Member& member = members_[shard];
  if (!member.deadline) return;
  const auto at = clock_.when(*member.deadline, now_);
  if (!at || (member.planned_at && *member.planned_at <= *at && *member.planned_at >= now_)) return;
  member.planned_at = at;
  agenda_.plan(*at, {Task::What::ClientTimer, shard});
}

void Fleet::serve_queue() {
  queue_changed_ = false;
  while (const auto shard = queue_.granted(local())) {
    laws_.granted(*shard);
    tell(*shard, [&](Client& client) { client.identify_granted(local()); });
  }
  const auto deadline = queue_.deadline();
  const auto at = deadline ? clock_.when(*deadline, now_) : std::nullopt;
  if (!at || (queue_planned_at_ && *queue_planned_at_ <= *at)) return;
  queue_planned_at_ = at;
  agenda_.plan(*at, {Task::What::QueueTimer});
}

// ---- The gateway

void Fleet::poll_peer() {
  for (;;) {
    const mock::Output output = peer_.poll();
    if (const auto* wait = std::get_if<mock::Wait>(&output)) {
      const auto& deadline = wait->deadline;
      if (!deadline || (peer_planned_at_ && *peer_planned_at_ <= *deadline)) return;
      peer_planned_at_ = std::max(*deadline, now_);
      return agenda_.plan(*peer_planned_at_, {Task::What::PeerTimer});
    }
    take(output);
  }
}

void Fleet::take(const mock::Output& output) {
  const mock::Link link = std::visit(
      [](const auto& one) -> mock::Link {
        if constexpr (requires { one.link; }) return one.link;
        return 0;
      },
      output);
  Wire* const wire = network_.find(link);
  if (wire == nullptr) return;
  Pipe& pipe = wire->pipe(Way::ToClient);
  if (const auto* step = std::get_if<mock::Stepped>(&output)) {
    if (step->row->act == spec::gateway_peer::Action::Replay) laws_.replays(wire->shard);
    if (members_[wire->shard].link == link) laws_.stepped(wire->shard, *step);
    return;
  }
  if (const auto* sent = std::get_if<mock::Transmit>(&output)) {
    pipe.write(sent->bytes, now_);
    if (pipe.is_corrupted() && members_[wire->shard].link == link) laws_.corrupted(wire->shard);
    if (pipe.bytes_waiting() > kBacklogMax) return cut(*wire);
  } else {
    wire->server_holds = false;
    std::holds_alternative<mock::Reset>(output) ? pipe.abort(now_) : pipe.end(now_, Pipe::End::Proper);
  }
  plan(*wire, Way::ToClient);
  network_.tidy(link);
}

std::size_t Fleet::say(std::optional<mock::Link> link, const std::string& session, const mock::Say& say) {
  const std::size_t reached = peer_.say(link, session, say, now_);
  poll_peer();
  return reached;
}

void Fleet::answer_as_proxy(Wire& wire) {
  std::string text = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n";
  if (wire.retry_after != 0) text += "Retry-After: " + std::to_string(wire.retry_after) + "\r\n";
  text += "\r\n";
  Pipe& pipe = wire.pipe(Way::ToClient);
  pipe.write(std::as_bytes(std::span{text}), now_);
  pipe.end(now_, Pipe::End::Proper);
  plan(wire, Way::ToClient);
}

// ---- The network

void Fleet::plan(Wire& wire, Way way) {
  const auto at = wire.pipe(way).next_at();
  if (!at || wire.is_planned(way)) return;
  wire.set_planned(way, true);
  const auto what = way == Way::ToClient ? Task::What::ToClient : Task::What::ToServer;
  agenda_.plan(std::max(*at, now_), {what, wire.shard, wire.link});
}

void Fleet::arrive(mock::Link link, Way way) {
  Wire* wire = network_.find(link);
  if (wire == nullptr) return;
  wire->set_planned(way, false);
  if (way == Way::ToClient && is_suspended()) {
    wire->set_planned(way, true);
    return agenda_.plan(suspended_until_, {Task::What::ToClient, wire->shard, link});
  }
  const auto at = wire->pipe(way).next_at();
  if (at && *at <= now_) {
    const Pipe::Piece piece = wire->pipe(way).take();
    way == Way::ToClient ? arrive_at_client(*wire, piece) : arrive_at_server(*wire, piece);
    wire = network_.find(link);
  }
  if (wire == nullptr) return;
  plan(*wire, way);
  network_.tidy(link);
}

void Fleet::arrive_at_client(Wire& wire, const Pipe::Piece& piece) {
  const std::uint64_t number = wire.number;
  // What comes late for an old link has to change nothing (LOCAL-18).
  if (!wire.client_holds)
    return tell(wire.shard, [&](Client& client) {
      piece.end == Pipe::End::None ? client.received({number}, piece.bytes, local()) : client.lost({number}, local());
    });
  if (piece.end == Pipe::End::Cut) return cut(wire);
  if (piece.end == Pipe::End::Proper) return lose(wire);
  tell(wire.shard, [&](Client& client) { client.received({number}, piece.bytes, local()); });
}

void Fleet::arrive_at_server(Wire& wire, const Pipe::Piece& piece) {
  if (piece.end == Pipe::End::Cut) return cut(wire);
  if (wire.proxied && piece.end == Pipe::End::None && !wire.pipe(Way::ToClient).has_ended())
    return answer_as_proxy(wire);
  if (!wire.server_holds) return;
  const mock::Link link = wire.link;
  if (piece.end == Pipe::End::None) {
    peer_.received(link, piece.bytes, now_);
  } else {
    wire.server_holds = false;
    peer_.lost(link, now_);
    // Its side of the transport ends with ours.
    wire.pipe(Way::ToClient).end(now_, Pipe::End::Proper);
    plan(wire, Way::ToClient);
  }
  poll_peer();
  network_.tidy(link);
}

/// Both ends lose the link at once, with what is under way.
void Fleet::cut(Wire& wire) {
  const mock::Link link = wire.link;
  if (std::exchange(wire.server_holds, false)) {
    peer_.lost(link, now_);
    poll_peer();
  }
  Wire* const left = network_.find(link);
  if (left != nullptr && left->client_holds && !is_suspended()) return lose(*left);
  if (left == nullptr || !left->client_holds) return network_.tidy(link);
  left->pipe(Way::ToClient).abort(now_);
  plan(*left, Way::ToClient);
}

}  // namespace portcullis::simulation
