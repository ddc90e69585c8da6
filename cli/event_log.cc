#include "portcullis/cli/event_log.h"

#include "portcullis/cli/input_recorder.h"
#include "portcullis/cli/recorder.h"
#include "portcullis/cli/redact.h"
#include "portcullis/cli/words.h"
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/oracle/replay/inputs.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;
using Colour = Paint::Colour;

/// In JSON the keys stay in their order; in ETF they come sorted anyhow.
Json tree_of(const encoding::ValueView& value) {
  if (value.encoding == encoding::Encoding::Json) return Json::parse(value.raw, nullptr, false);
  const auto tree = encoding::tree(value);
  return tree ? Json(*tree) : Json(Json::value_t::discarded);
}

/// What an event is about, without what nobody may see.
Json data_of(const Dispatch& dispatch) {
  Json data = tree_of(dispatch.data);
  if (data.is_discarded()) return nullptr;  // possible where only the envelope was checked
  redact(data);
  return data;
}

Json line_of(std::uint32_t shard, const Dispatch& dispatch, bool with_data) {
  Json line{{"name", dispatch.name},
            {"s", dispatch.sequence ? Json(*dispatch.sequence) : Json()},
            {"shard", shard},
            {"size", dispatch.data.raw.size()}};
  if (with_data) line["d"] = data_of(dispatch);
  return line;
}

std::string_view kind_of(Odd::What what) {
  switch (what) {
    case Odd::What::SecondHello: return "a second Hello";
    case Odd::What::UnknownOpcode: return "an unknown opcode";
    case Odd::What::UnexpectedReady: return "a READY that nobody asked for";
    case Odd::What::UnusableSession: return "a READY without a usable session";
  }
  return "";
}

}  // namespace

void EventLog::on_connected(driver::Shard& shard, const websocket::Url& endpoint) {
  {
    const std::lock_guard lock(mutex_);
    connected_ = true;
  }
  say(shard.id(), Colour::Dim, "connected to " + endpoint.host + ":" + std::to_string(endpoint.port),
      {{"event", "connected"}, {"host", endpoint.host}, {"port", endpoint.port}, {"tls", endpoint.secure}});
}

// ---- What is recorded

void EventLog::on_transport(driver::Shard& shard, const websocket::Url& endpoint) {
  if (options_.recorder == nullptr) return;
  options_.recorder->begin(shard.id(), replay::origin_of(endpoint));
}

void EventLog::on_bytes(driver::Shard& shard, bool sent, std::span<const std::byte> bytes) {
  if (options_.recorder == nullptr) return;
  options_.recorder->heard(shard.id(), sent ? timeline::Side::Client : timeline::Side::Server, bytes);
}

void EventLog::on_transport_over(driver::Shard& shard, bool by_peer, const std::optional<net::Trouble>& trouble) {
  if (options_.recorder == nullptr) return;
  options_.recorder->end(shard.id(), by_peer ? timeline::Side::Server : timeline::Side::Client,
                         trouble ? timeline::How::Reset : timeline::How::Eof);
}

void EventLog::on_input(driver::Shard& shard, driver::Input what, Instant now, const Config& config) {
  if (options_.inputs != nullptr) options_.inputs->tell(shard.id(), what, now, config);
}

// ---- What is printed

void EventLog::on_dispatch(driver::Shard& shard, const Dispatch& dispatch) {
  if (dispatch.kind == Dispatch::Kind::Ready)
    say(shard.id(), Colour::Green, "ready: a new session", {{"event", "ready"}});
  if (dispatch.kind == Dispatch::Kind::Resumed)
    say(shard.id(), Colour::Green, "resumed: nothing was lost", {{"event", "resumed"}});
  const bool taken = print_line(stdout, one_line(line_of(shard.id(), dispatch, options_.data)));
  const std::lock_guard lock(mutex_);
  ++events_;
  if (!taken || (options_.events_max && events_ >= *options_.events_max)) end();
}

void EventLog::on_odd(driver::Shard& shard, const Odd& odd) {
  if (!options_.verbose) return;
  say(shard.id(), Colour::Yellow,
      "odd: " + std::string(kind_of(odd.what)) + ", op " + std::to_string(odd.opcode) + " (" +
          std::string(id(odd.req)) + ")",
      {{"event", "odd"}, {"what", kind_of(odd.what)}, {"op", odd.opcode}, {"req", id(odd.req)}});
}

void EventLog::on_disconnected(driver::Shard& shard, const Disconnected& end,
                               const std::optional<net::Trouble>& trouble) {
  const std::string why = why_in_words(end) + (trouble ? ": " + trouble->text : "");
  Json line{{"event", "disconnected"},      {"why", name_of(end.why)},   {"text", why},
            {"close_code", end.close_code}, {"next", name_of(end.next)}, {"delay_ms", end.delay.count()}};
  const bool wanted = end.why == Disconnected::Why::LocalStop;
  const bool opened = end.why != Disconnected::Why::OpenFailed;
  say(shard.id(), wanted ? Colour::Dim : Colour::Yellow,
      (opened ? "disconnected: " : "") + why + "; " + next_in_words(end), std::move(line));
  if (trouble) note_trouble(*trouble);
}

void EventLog::on_stopped(driver::Shard& shard, const Finish& finish) {
  const bool kept = finish.why == Finish::Why::Kept;
  if (finish.why == Finish::Why::Fatal) {
    const std::lock_guard lock(mutex_);
    fatal_code_ = finish.close_code;
    end();
  } else {
    say(shard.id(), Colour::Dim,
        !has_connected() ? "stopped"
        : kept           ? "stopped: the session is kept"
                         : "stopped: the session is over",
        {{"event", "stopped"}, {"kept", kept}});
  }
}

void EventLog::on_no_gateway(const net::Trouble& trouble, Duration delay) {
  note_trouble(trouble);
  if (is_hopeless()) return;
  say({}, Colour::Yellow,
      "the gateway's address is not to be had: " + trouble.text + "; tries again in " + in_words(delay),
      {{"event", "no_gateway"}, {"text", trouble.text}, {"delay_ms", delay.count()}});
}

// A certificate that is refused once is refused again; a person should not have to wait to learn it.
void EventLog::note_trouble(const net::Trouble& trouble) {
  const std::lock_guard lock(mutex_);
  last_trouble_ = trouble.text;
  if (connected_ || trouble.stage != net::Trouble::Stage::Tls) return;
  hopeless_ = true;
  end();
}

void EventLog::say(std::optional<std::uint32_t> shard, Colour colour, const std::string& words, Json line) {
  if (options_.json) {
    if (shard) line["shard"] = *shard;
    print_line(stderr, one_line(line));
  } else {
    print_line(stderr, (shard ? "shard " + std::to_string(*shard) + ": " : "") + paint_(colour, words));
  }
}

void EventLog::end() {
  is_over_ = true;
  woken_.notify_all();
}

void EventLog::wake() {
  const std::lock_guard lock(mutex_);
  woken_.notify_all();
}

void EventLog::wait_until_over() {
  std::unique_lock lock(mutex_);
  woken_.wait(lock, [this] { return is_over_.load(); });
}

bool EventLog::has_connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

std::uint64_t EventLog::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::uint16_t EventLog::fatal_code() const {
  const std::lock_guard lock(mutex_);
  return fatal_code_;
}

std::optional<std::string> EventLog::last_trouble() const {
  const std::lock_guard lock(mutex_);
  return last_trouble_;
}

bool EventLog::is_hopeless() const {
  const std::lock_guard lock(mutex_);
  return hopeless_;
}

void EventLog::summarise(const driver::ShardGroup& group) {
  driver::Counters sum;
  for (const auto& shard : group.shards()) {
    const driver::Counters counters = shard->counters();
    sum.events += counters.events;
    sum.bytes_in += counters.bytes_in;
    sum.bytes_out += counters.bytes_out;
    for (std::size_t i = 0; i < sum.disconnects.size(); ++i) sum.disconnects[i] += counters.disconnects[i];
    if (counters.latency) sum.latency = std::max(sum.latency.value_or(Duration{0}), *counters.latency);
  }
  std::string words;
  Json reasons = Json::object();
  for (std::size_t i = 0; i < sum.disconnects.size(); ++i) {
    const auto why = static_cast<Disconnected::Why>(i);
    if (sum.disconnects[i] == 0 || why == Disconnected::Why::LocalStop) continue;
    words +=
        (words.empty() ? "" : ", ") + std::to_string(sum.disconnects[i]) + " (" + std::string(words_for(why)) + ")";
    reasons[std::string(name_of(why))] = sum.disconnects[i];
  }
  say({}, Colour::Bold,
      std::to_string(sum.events) + " events, " + bytes_in_words(sum.bytes_in) + " in, " +
          bytes_in_words(sum.bytes_out) + " out; reconnects: " + (words.empty() ? "none" : words) +
          "; heartbeat latency: " + (sum.latency ? in_words(*sum.latency) : "not known yet"),
      {{"event", "summary"},
       {"events", sum.events},
       {"bytes_in", sum.bytes_in},
       {"bytes_out", sum.bytes_out},
       {"reconnects", reasons},
       {"latency_ms", sum.latency ? Json(sum.latency->count()) : Json()}});
}

}  // namespace portcullis::cli
