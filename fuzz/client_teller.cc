#include "portcullis/fuzz/client_teller.h"

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/etf_write.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {
namespace {

using encoding::EnvelopeView;

constexpr std::size_t kBusy = 50;  // messages in a minute from which on an asked beat may have to wait (LOCAL-6)

}  // namespace

Teller::Teller(const Config& config, const Limits& limits, tests::World& world, tests::Watch& watch)
    : config_(config),
      limits_(limits),
      world_(world),
      watch_(watch),
      end_(limits),
      decompressor_(config.compression, limits) {}

void Teller::give(std::span<const std::byte> bytes) {
  std::vector<std::byte> pending;
  for (const std::byte byte : bytes) {
    pending.push_back(byte);
    if (over_ || !world_.has_link()) continue;
    const std::vector<std::byte> one{byte};
    end_.connection.received(one, Instant{});
    advance(pending);
  }
  deliver(pending);
}

void Teller::advance(std::vector<std::byte>& pending) {
  for (;;) {
    const auto output = end_.connection.poll();
    if (std::holds_alternative<websocket::Wait>(output)) break;
    if (const auto* message = std::get_if<websocket::Message>(&output)) {
      read(*message);
      deliver(pending);
    } else if (std::holds_alternative<websocket::Failed>(output)) {
      over_ = true;
      watch_.breaks_frames();
    }
  }
  if (!over_ && !end_.connection.is_open()) read_close();
}

void Teller::deliver(std::vector<std::byte>& pending) {
  const bool takes_frames = !watch_.closed() && !watch_.deaf();
  if (asked_) watch_.asks_for_beat();
  world_.bytes(pending);
  if (asked_ && takes_frames && watch_.sent_in_a_minute() < kBusy) watch_.expect_answer();
  asked_ = false;
  pending.clear();
}

void Teller::read_close() {
  over_ = true;
  end_.connection.ended(Instant{});
  for (;;) {
    const auto output = end_.connection.poll();
    if (const auto* ended = std::get_if<websocket::Ended>(&output)) watch_.closes(spec::classify_close(ended->code));
    if (std::holds_alternative<websocket::Wait>(output)) return;
  }
}

void Teller::read(const websocket::Message& message) {
  if (watch_.deaf()) return;
  const auto payload = payload_of(message);
  if (!payload) return;
  const auto envelope = envelope_of(*payload);
  if (envelope) return read(*envelope);
  const Errc code = envelope.error().code;
  const bool goes_on = (code == Errc::JsonIncomplete || code == Errc::EtfIncomplete) &&
                       message.kind == websocket::Kind::Binary &&
                       config_.compression == compression::Compression::ZlibStream;  // GW-ZLIB-7
  if (!goes_on || !decompressor_.hold(bytes_in(*payload))) watch_.breaks_payloads();
}

Result<EnvelopeView> Teller::envelope_of(std::string_view payload) {
  if (is_etf()) return encoding::scan_etf(payload, limits_, workspace_);
  return encoding::scan_json(payload, config_.check, limits_.nesting_max, workspace_);
}

// LOCAL-23, LOCAL-31
std::optional<std::string> Teller::payload_of(const websocket::Message& message) {
  if (message.kind == websocket::Kind::Text && !is_etf()) return tests::to_text(message.payload);
  if (message.kind == websocket::Kind::Binary && (is_etf() || config_.compression != compression::Compression::None)) {
    const auto payload = decompressor_.feed(message.payload, workspace_);
    if (payload && !payload->has_value()) return std::nullopt;
    if (payload) return tests::to_text(**payload);
  }
  watch_.breaks_payloads();
  return std::nullopt;
}

void Teller::read(const EnvelopeView& envelope) {
  switch (envelope.op) {
    case 0: return read_dispatch(envelope);
    case 1: asked_ = true; return;
    case 9:
      if (!encoding::as_boolean(envelope.d).value_or(false)) watch_.ends_session();
      return;
    case 10: return read_hello(envelope);
    default: return;
  }
}

void Teller::read_hello(const EnvelopeView& envelope) {
  constexpr std::int64_t kYear = 365LL * 24 * 3'600'000;  // a longer interval is as good as none
  const auto interval = encoding::as_integer(encoding::find(envelope.d, "heartbeat_interval"));
  if (!interval || *interval <= 0) return watch_.breaks_payloads();
  watch_.sends_hello(std::min(*interval, kYear));
}

void Teller::read_dispatch(const EnvelopeView& envelope) {
  if (envelope.t == "READY") return watch_.sends_ready(resumable_id(envelope), envelope.s);
  if (envelope.t == "RESUMED") return watch_.sends_resumed(envelope.s);
  watch_.sends_dispatch(envelope.s);
}

// LOCAL-8: none where op 6 could not be sent, or not there.
std::string Teller::resumable_id(const EnvelopeView& ready) {
  std::vector<char> scratch;
  const auto url = encoding::as_string(encoding::find(ready.d, "resume_gateway_url"), scratch);
  const auto parts = websocket::parse_url(url.value_or(""));
  if (!parts || !parts->secure) return {};
  const std::string id(encoding::as_string(encoding::find(ready.d, "session_id"), scratch).value_or(""));
  return can_resume(id) ? id : std::string();
}

bool Teller::can_resume(std::string_view id) const {
  const gateway::ResumeView resume{config_.identify.token, id, INT64_MAX};
  std::vector<char> out;
  encoding::EtfWriter etf(out, limits_.command_bytes_max);
  if (is_etf()) return bool(gateway::write_payload(resume, etf));
  out.clear();
  encoding::JsonWriter json(out, limits_.command_bytes_max);
  return bool(gateway::write_payload(resume, json));
}

}  // namespace portcullis::fuzz
