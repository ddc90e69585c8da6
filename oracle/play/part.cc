#include "portcullis/oracle/play/part.h"

#include <algorithm>
#include <utility>

namespace portcullis::play {
namespace {

bool acts_on_request(const Script* script) {
  const auto waits = [](const Step& step) {
    const auto* const wait = std::get_if<WaitFor>(&step.verb);
    return wait != nullptr && wait->moment == Moment::Request;
  };
  return script != nullptr && std::ranges::any_of(*script, waits);
}

bool is_from(const timeline::Json& with, std::string_view side) {
  const auto from = with.find("from");
  return from != with.end() && *from == side;
}

}  // namespace

Part::Part(mock::Link a_link, std::size_t number, const Script* script, timeline::Tap a_tap)
    : link(a_link),
      tap(std::move(a_tap)),
      answering(acts_on_request(script) ? Answering::Nobody : Answering::Peer),
      number_(number),
      script_(script) {}

void Part::see(const timeline::Record& record) {
  ++told;
  if (record.is == "pong" && is_from(record.with, "client")) pong_came |= record.with["payload"] == ping_awaited;
  closing |= record.is == "close";
  client_closed |= record.is == "close" && is_from(record.with, "client");
  const auto sight = sight_of(record);
  if (!sight) return;
  requested |= *sight == Sight::Request;
  live |= *sight == Sight::Ready || *sight == Sight::Resumed;
  ended |= *sight == Sight::End;
  if (!is_done()) sights_.push_back(*sight);
}

void Part::hear(const timeline::Record& record) {
  const Step* const step = next();
  const auto* const wait = step == nullptr ? nullptr : std::get_if<WaitFor>(&step->verb);
  if (wait == nullptr || !wait->anywhere) return;
  if (const auto sight = sight_of(record)) sights_.push_back(*sight);
}

std::optional<Part::Sight> Part::sight_of(const timeline::Record& record) {
  if (record.is == "open") return Sight::Request;
  if (record.is == "upgraded") return Sight::Upgraded;
  if (record.is == "message") return sight_of_message(record.with);
  if (record.is == "close" && is_from(record.with, "client")) return Sight::Close;
  if (record.is == "end") return Sight::End;
  return std::nullopt;
}

std::optional<Part::Sight> Part::sight_of_message(const timeline::Json& with) {
  const auto payload = with.find("payload");
  const auto member = [&](std::string_view name) -> timeline::Json {
    if (payload == with.end() || !payload->is_object()) return nullptr;
    const auto found = payload->find(name);
    return found == payload->end() ? timeline::Json() : *found;
  };
  if (is_from(with, "client")) {
    const timeline::Json op = member("op");
    return op == 1 ? Sight::Beat : op == 2 ? Sight::Identify : op == 6 ? Sight::Resume : Sight::Message;
  }
  const timeline::Json name = member("op") == 0 ? member("t") : timeline::Json();
  if (name == "READY") return Sight::Ready;
  if (name == "RESUMED") return Sight::Resumed;
  return std::nullopt;
}

bool Part::shows(Sight sight, Moment moment) noexcept {
  using S = Sight;
  switch (moment) {
    case Moment::Request: return sight == S::Request;
    case Moment::Upgraded: return sight == S::Upgraded;
    case Moment::Identify: return sight == S::Identify;
    case Moment::Resume: return sight == S::Resume;
    case Moment::Ready: return sight == S::Ready;
    case Moment::Resumed: return sight == S::Resumed;
    case Moment::Live: return sight == S::Ready || sight == S::Resumed;
    case Moment::Beat: return sight == S::Beat;
    case Moment::Message: return sight == S::Beat || sight == S::Identify || sight == S::Resume || sight == S::Message;
    case Moment::Close: return sight == S::Close;
    case Moment::End: return sight == S::End;
  }
  return false;
}

const Step* Part::next() const noexcept { return is_done() || !stopped_.empty() ? nullptr : &(*script_)[step_]; }

void Part::done() noexcept {
  ++step_;
  began_.reset();
  due_.reset();
  if (is_done()) sights_.clear();
}

bool Part::has_come(const WaitFor& wait) noexcept {
  if (!began_) began_ = sights_.size();
  const bool counts_from_here = wait.moment == Moment::Beat || wait.moment == Moment::Message;
  unsigned left = wait.count;
  for (std::size_t i = counts_from_here ? *began_ : past_; i < sights_.size(); ++i) {
    if (!shows(sights_[i], wait.moment) || --left != 0) continue;
    past_ = i + 1;
    return true;
  }
  return false;
}

bool Part::has_come(const WaitTime& wait, Instant now) noexcept {
  if (!due_) due_ = now + wait.time;
  return *due_ <= now;
}

std::string Part::where() const {
  if (is_done()) return {};
  const Step& step = (*script_)[step_];
  std::string out = "link " + std::to_string(number_) + ", " + step.place + ": " + step.text;
  if (!stopped_.empty()) return out + " (" + stopped_ + ")";
  return ended ? out + " (the link has ended)" : out;
}

}  // namespace portcullis::play
