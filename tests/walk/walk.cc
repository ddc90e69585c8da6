#include "portcullis/tests/walk/walk.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace portcullis::walk {
namespace {

constexpr std::size_t kEvents = spec::kCount<Event>;
constexpr std::uint32_t kNone = 0xffff'ffff;

/// Worlds by number, in the order in which they were found; open addressing, as there are millions.
class Worlds {
 public:
  std::size_t size() const { return keys_.size(); }
  World operator[](std::size_t index) const { return unpacked(keys_[index]); }

  /// Returns its number, and whether it is new.
  std::pair<std::uint32_t, bool> add(const World& world) {
    if (keys_.size() * 2 >= slots_.size()) grow();
    const std::uint64_t key = packed(world);
    std::uint32_t& slot = slots_[slot_of(key)];
    if (slot != kNone) return {slot, false};
    slot = static_cast<std::uint32_t>(keys_.size());
    keys_.push_back(key);
    return {slot, true};
  }

 private:
  std::size_t slot_of(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::uint64_t mixed = key * 0x9e37'79b9'7f4a'7c15u;
    std::size_t at = (mixed ^ mixed >> 32) & mask;
    while (slots_[at] != kNone && keys_[slots_[at]] != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    slots_.assign(slots_.size() * 2, kNone);
    for (std::uint32_t i = 0; i < keys_.size(); ++i) slots_[slot_of(keys_[i])] = i;
  }

  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(1 << 16, kNone);
};

/// How a world was first come to.
struct Origin {
  std::uint32_t from = kNone;
  Event event = Event::Connect;
};

std::string step_said(std::size_t number, Event event, const World& world) {
  return "  " + std::to_string(number) + ". " + std::string(spec::name(event)) + "  [" + said(world) + "]\n";
}

// ---- Liveness: what happens while the peer and the link are good

bool at_goal(const World& world) {
  if (world.wanted)
    return world.state == session::State::Ready && world.peer == peer::State::Authenticated && !world.queued;
  return world.state == session::State::Idle || world.state == session::State::Stopped;
}

bool is_prompt(Event event, const World& world) {
  switch (event) {
    case Event::SayHello: return world.peer == peer::State::New;
    case Event::Release:
    case Event::GrantSlot:
    case Event::LinkOpens:
    case Event::Read:
    case Event::BackoffOver:
    case Event::ReadIdentifyValid:
    case Event::ReadResume:
    case Event::ReadCommand:
    case Event::ReadClose:
    case Event::ReadBeat: return true;
    default: return false;
  }
}

bool is_limit(Event event, const World&) {
  return event == Event::HelloTimeout || event == Event::ReadyTimeout || event == Event::CloseTimeout;
}

bool is_beat(Event event, const World&) { return event == Event::BeatDue; }

std::vector<Event> picked(const World& world, bool (*kind)(Event, const World&)) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < kEvents; ++i)
    if (const auto event = static_cast<Event>(i); kind(event, world) && can_happen(event, world, Breadth::Narrow))
      events.push_back(event);
  return events;
}

/// What happens next: first what is at hand, then the limits, then the beats.
std::vector<Event> good_events(const World& world) {
  auto events = picked(world, is_prompt);
  if (events.empty()) events = picked(world, is_limit);
  if (events.empty()) events = picked(world, is_beat);
  return events;
}

// ---- The walk

class Walk {
 public:
  Walk(const Tables& tables, Breadth breadth) : tables_(tables), breadth_(breadth) {}

  Found take() {
    reach({}, {});
    while (next_ < worlds_.size() && found_.broken.empty()) visit(next_++);
    found_.worlds = worlds_.size();
    if (found_.broken.empty()) check_liveness();
    return std::move(found_);
  }

 private:
  void reach(const World& world, Origin origin) {
    if (!worlds_.add(world).second) return;
    origins_.push_back(origin);
    depths_.push_back(origin.from == kNone ? 0 : depths_[origin.from] + 1);
    found_.deepest = std::max<std::size_t>(found_.deepest, depths_.back());
  }

  void visit(std::uint32_t index) {
    const World world = worlds_[index];
    for (std::size_t i = 0; i < kEvents && found_.broken.empty(); ++i) {
      const auto event = static_cast<Event>(i);
      if (!can_happen(event, world, breadth_)) continue;
      ++found_.transitions;
      Step step(tables_, found_.taken, world);
      const auto broken = step.take(event);
      if (!broken.empty()) {
        const auto way = way_to(index);
        found_.broken = std::string(broken) + "\n" + way_said(way) + step_said(way.size() + 1, event, step.world());
      } else {
        reach(step.world(), {index, event});
      }
    }
  }

  std::vector<std::uint32_t> way_to(std::uint32_t index) const {
    std::vector<std::uint32_t> way;
    for (; origins_[index].from != kNone; index = origins_[index].from) way.push_back(index);
    std::reverse(way.begin(), way.end());
    return way;
  }

  std::string way_said(const std::vector<std::uint32_t>& way) const {
    std::string text;
    for (std::size_t i = 0; i < way.size(); ++i) text += step_said(i + 1, origins_[way[i]].event, worlds_[way[i]]);
    return text;
  }

  std::uint32_t after(std::uint32_t index, Event event) {
    Taken uncounted;
    Step step(tables_, uncounted, worlds_[index]);
    step.take(event);
    return worlds_.add(step.world()).first;
  }

  // Takes off, again and again, the worlds that only lead to what has been taken off, the goals first. What is left
  // goes round for ever or ends somewhere else.
  void check_liveness() {
    const auto worlds = static_cast<std::uint32_t>(worlds_.size());
    std::vector<std::vector<std::uint32_t>> before(worlds);
    std::vector<std::uint32_t> open(worlds, 0), due;
    std::vector<std::uint32_t> steps(worlds, 0);
    for (std::uint32_t i = 0; i < worlds; ++i) {
      if (at_goal(worlds_[i])) {
        due.push_back(i);
        continue;
      }
      for (const Event event : good_events(worlds_[i])) before[after(i, event)].push_back(i), ++open[i];
      if (open[i] == 0) open[i] = kNone;  // a dead end
    }
    for (std::size_t at = 0; at < due.size(); ++at)
      for (const auto i : before[due[at]]) {
        steps[i] = std::max(steps[i], steps[due[at]] + 1);
        found_.patience = std::max<std::size_t>(found_.patience, steps[i]);
        if (--open[i] == 0) due.push_back(i);
      }
    if (due.size() < worlds) tell_stuck(open);
  }

  void tell_stuck(const std::vector<std::uint32_t>& open) {
    const auto is_stuck = [&](std::uint32_t i) { return open[i] != 0; };
    std::uint32_t index = 0;
    while (!is_stuck(index)) ++index;
    auto way = way_to(index);
    found_.broken = "GW-DISC-8, LOCAL-17: a good peer does not bring the client to where it is to be\n" + way_said(way);
    std::size_t number = way.size();
    found_.broken += "  from here on the peer and the link are good\n";
    for (std::vector<std::uint32_t> seen; std::find(seen.begin(), seen.end(), index) == seen.end();) {
      seen.push_back(index);
      for (const Event event : good_events(worlds_[index]))
        if (const auto next = after(index, event); is_stuck(next)) {
          found_.broken += step_said(++number, event, worlds_[next]);
          index = next;
          break;
        }
    }
    found_.broken += "  and so on, or no further\n";
  }

  const Tables& tables_;
  const Breadth breadth_;
  Found found_;
  Worlds worlds_;
  std::vector<Origin> origins_;
  std::vector<std::uint32_t> depths_;
  std::uint32_t next_ = 0;
};

}  // namespace

Found walk(const Tables& tables, Breadth breadth) { return Walk(tables, breadth).take(); }

namespace {

template <typename Input, typename Rows>
void add_not_taken(std::string_view table, const Rows& rows, const std::vector<std::size_t>& taken,
                   std::vector<std::string>& out) {
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const auto& row = rows.rows()[i];
    if (taken[i] > 0 || spec::name(row.act) == "Impossible") continue;
    std::string line = std::string(table) + " " + std::string(spec::name(row.from));
    for (std::size_t input = 0; input < spec::kCount<Input>; ++input)
      if (row.on.contains(static_cast<Input>(input))) line += " " + std::string(spec::name(static_cast<Input>(input)));
    out.push_back(line);
  }
}

}  // namespace

std::vector<std::string> rows_not_taken(const Tables& tables, const Taken& taken) {
  std::vector<std::string> out;
  add_not_taken<session::Input>("client", tables.client, taken.client, out);
  add_not_taken<beats::Event>("beat", tables.beat, taken.beat, out);
  add_not_taken<peer::Input>("peer", tables.server, taken.server, out);
  return out;
}

std::string said(const World& world) {
  std::string text(spec::name(world.state));
  text += ", " + std::string(spec::name(world.held)) + (world.behind ? " behind" : "");
  text += ", " + std::string(spec::name(world.transport));
  if (world.transport != Transport::Open) return text;
  text += ", peer " + std::string(spec::name(world.peer));
  if (world.first != Message::None) text += ", to the client: " + std::string(spec::name(world.first));
  if (world.second != Message::None) text += " " + std::string(spec::name(world.second));
  if (world.end != End::None) text += ", then " + std::string(spec::name(world.end));
  if (world.handshake != Handshake::None) text += ", to the peer: " + std::string(spec::name(world.handshake));
  if (world.command) text += ", a command under way";
  if (world.close != Close::None) text += ", " + std::string(spec::name(world.close)) + " under way";
  return text;
}

}  // namespace portcullis::walk
