#include "portcullis/core/client.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/gateway/discovery.h"

namespace portcullis {
namespace {

constexpr Duration kRetryAfterMax{3'600'000};  // LOCAL-11

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Client::Client(Config config, Limits limits, Chance chance, Workspace& workspace, const Tables& tables)
    : config_(std::move(config)),
      limits_(limits),
      chance_(std::move(chance)),
      workspace_(workspace),
      tables_(tables),
      machine_(config_, limits_, chance_, workspace_, *this, tables) {}

// ---- Inputs
// ----------------------------------------------------------------------------------------------------------

Status Client::start(Instant now) noexcept {
  if (const auto checked = machine_.check(); !checked) return checked;
  now_ = timers_run_to_ = now;
  machine_.connect(now);
  return kOk;
}

void Client::opened(Link link, Instant now) noexcept {
  now_ = timers_run_to_ = now;
  if (!is_current(link) || link_.connection) return;
  link_.connection.emplace(limits_, chance_, *tables_.connection, *tables_.assembly);
  [[maybe_unused]] const auto queued = link_.connection->open(link_.endpoint, {}, {});
  assert(queued && "the endpoint was checked when it was joined");
}

void Client::received(Link link, std::span<const std::byte> bytes, Instant now) noexcept {
  now_ = now;
  if (is_current(link) && link_.connection) link_.connection->received(bytes, now);
}

void Client::lost(Link link, Instant now) noexcept {
  now_ = timers_run_to_ = now;
  if (!is_current(link)) return;
  link_.transport = false;
  if (link_.connection) return link_.connection->ended(now);
  link_.given_up = true;
  machine_.open_failed(std::nullopt, 0, Duration{0}, now);
}

void Client::elapsed(Instant now) noexcept { now_ = timers_run_to_ = now; }

Status Client::send(const gateway::Command& command, Instant now) noexcept {
  now_ = timers_run_to_ = now;
  return machine_.send(command, now);
}

void Client::identify_granted(Instant now) noexcept {
  now_ = timers_run_to_ = now;
  if (timers_held()) return push(Next::ReturnIdentify);  // no Identify would go out any more
  machine_.identify_granted(now);
}

void Client::reconnect(Instant now) noexcept {
  now_ = timers_run_to_ = now;
  machine_.reconnect(now);
}

Status Client::set_main_url(std::string url) noexcept {
  const Status checked = machine_.check_main_url(url);
  if (checked) config_.url = std::move(url);
  return checked;
}

void Client::stop(gateway::Leaving how, Instant now) noexcept {
  now_ = timers_run_to_ = now;
  machine_.stop(how, now);
}

// ---- Outputs
// ---------------------------------------------------------------------------------------------------------

Output Client::poll() noexcept {
  for (;;) {
    if (count_ > 0) {
      if (auto words = last_words()) return *words;
      return pop();
    }
    if (const auto output = poll_link()) return *output;
    if (count_ > 0) continue;
    const auto timer = machine_.deadline();
    if (!timer || *timer > timers_run_to_ || timers_held()) return rest(timer);
    machine_.run_due_timer(timers_run_to_);
  }
}

// Bytes that were queued before a hangup go out before it.
std::optional<Output> Client::last_words() noexcept {
  if (steps_[first_].what != Next::Hangup || !link_.given_up || !link_.connection) return std::nullopt;
  const auto output = link_.connection->poll();
  if (const auto* bytes = std::get_if<websocket::Transmit>(&output)) return Transmit{{link_.number}, bytes->bytes};
  link_.connection.reset();
  return std::nullopt;
}

// Lets the connection go on until it has bytes to send, has left something to be polled, or waits.
std::optional<Output> Client::poll_link() noexcept {
  while (link_.connection && !link_.given_up && count_ == 0) {
    const auto output = link_.connection->poll();
    if (const auto* bytes = std::get_if<websocket::Transmit>(&output)) return Transmit{{link_.number}, bytes->bytes};
    if (const auto* wait = std::get_if<websocket::Wait>(&output)) {
      link_.deadline = wait->deadline;
      if (!wait->deadline || *wait->deadline > timers_run_to_) break;
      link_.connection->elapsed(now_);
      continue;
    }
    std::visit(
        [this](const auto& event) {
          if constexpr (requires { on(event); }) on(event);
        },
        output);
  }
  return std::nullopt;
}

Output Client::rest(std::optional<Instant> timer) noexcept {
  if (link_.given_up) {
    link_.connection.reset();
    link_.decompressor.reset();
    link_.deadline.reset();
  }
  if (const auto& finish = machine_.finished()) return Finished{*finish};
  if (timers_held()) return Wait{link_.deadline};
  if (!timer || !link_.deadline) return Wait{timer ? timer : link_.deadline};
  return Wait{std::min(*timer, *link_.deadline)};
}

// Between the peer's Close and the end of the transport the verdict is known but the link still stands: nothing that
// the session would do by itself could reach the peer.
bool Client::timers_held() const noexcept {
  return link_.decompressor && link_.connection && !link_.given_up && !link_.connection->is_open() &&
         !link_.closed_with && !link_.undecodable;
}

void Client::push(Next what, const Event& event) noexcept {
  assert(count_ < steps_.size());
  steps_[(first_ + count_++) % steps_.size()] = {what, event};
}

Output Client::pop() noexcept {
  const Step& step = steps_[first_];
  first_ = static_cast<std::uint8_t>((first_ + 1) % steps_.size());
  --count_;
  switch (step.what) {
    case Next::Dial: return Dial{{link_.number}, link_.endpoint};
    case Next::Hangup: return Hangup{{link_.number}};
    case Next::AskIdentify: return AskIdentify{machine_.bucket()};
    case Next::ReturnIdentify: return ReturnIdentify{machine_.bucket()};
    case Next::Notify: break;
  }
  return Notify{step.event};
}

// ---- What the session wants of its transport
// -------------------------------------------------------------------------

void Client::dial(gateway::Endpoint&& endpoint) noexcept {
  ++link_.number;
  link_.endpoint = std::move(endpoint.parts);
  link_.connection.reset();
  link_.decompressor.reset();
  link_.deadline.reset();
  link_.closed_with.reset();
  link_.transport = true;
  link_.given_up = false;
  link_.undecodable = false;
  push(Next::Dial);
}

// GW-CONN-2
bool Client::transmit(std::string_view payload) noexcept {
  const auto kind = is_etf() ? websocket::Kind::Binary : websocket::Kind::Text;
  return link_.connection && link_.connection->send(kind, std::as_bytes(std::span{payload.data(), payload.size()}));
}

void Client::close(std::uint16_t code) noexcept {
  if (link_.connection && link_.connection->close(code, {}, now_)) link_.closed_with = code;
}

void Client::hangup() noexcept {
  link_.given_up = true;
  if (std::exchange(link_.transport, false)) push(Next::Hangup);
}

// ---- What became of the connection
// -----------------------------------------------------------------------------------

void Client::on(const websocket::Opened&) noexcept {
  link_.decompressor.emplace(config_.compression, limits_);
  machine_.opened(now_);
}

void Client::on(const websocket::Refused& refused) noexcept {
  if (refused.error.code == Errc::HandshakeIncomplete) return machine_.lost(now_);
  const auto field = refused.fields.find("Retry-After").value_or(std::string_view());
  const Duration wait = gateway::read_retry_after(field).value_or(Duration{0});
  machine_.open_failed(refused.error, refused.status, std::min(wait, kRetryAfterMax), now_);
}

void Client::on(const websocket::Message& message) noexcept {
  if (link_.undecodable) return;
  const auto payload = payload_of(message);
  if (!payload) return undecodable(payload.error());
  if (!*payload) return;
  const auto envelope = envelope_of(as_text(**payload));
  if (envelope) {
    const auto taken = machine_.frame(*envelope, now_);
    return taken ? void() : undecodable(taken.error());
  }
  // Only in zlib-stream can a payload that looks complete go on in the next message (GW-ZLIB-7).
  const Errc code = envelope.error().code;
  const bool goes_on = (code == Errc::JsonIncomplete || code == Errc::EtfIncomplete) &&
                       message.kind == websocket::Kind::Binary && link_.decompressor->payloads_go_on();
  const auto held = goes_on ? link_.decompressor->hold(**payload) : Status(envelope.error());
  if (!held) undecodable(held.error());
}

Result<encoding::EnvelopeView> Client::envelope_of(std::string_view payload) noexcept {
  if (is_etf()) return encoding::scan_etf(payload, limits_, workspace_);
  return encoding::scan_json(payload, config_.check, limits_.nesting_max, workspace_);
}

// LOCAL-23, LOCAL-31
Result<std::optional<std::span<const std::byte>>> Client::payload_of(const websocket::Message& message) noexcept {
  if (message.kind == websocket::Kind::Text && is_etf()) return Error{Errc::MessageKind, Blame::Peer, 0, req::LOCAL_31};
  if (message.kind == websocket::Kind::Text) return std::optional(message.payload);
  if (config_.compression == compression::Compression::None && !is_etf())
    return Error{Errc::MessageKind, Blame::Peer, 0, req::GW_CONN_3};
  return link_.decompressor->feed(message.payload, workspace_);
}

void Client::undecodable(const Error& error) noexcept {
  if (std::exchange(link_.undecodable, true)) return;
  machine_.undecodable(error, now_);
}

void Client::on(const websocket::Hangup&) noexcept {
  if (std::exchange(link_.transport, false)) push(Next::Hangup);
}

void Client::on(const websocket::Ended& ended) noexcept {
  link_.given_up = true;
  const bool echo = ended.ours_first && link_.closed_with == ended.code;
  if (ended.timed_out) return machine_.close_timed_out(now_);
  if (ended.code == websocket::kCloseNone || ended.code == websocket::kCloseAbnormal) return machine_.lost(now_);
  machine_.closed(ended.code, echo, now_);
}

std::optional<Session> Client::session() const { return machine_.session(); }

}  // namespace portcullis
