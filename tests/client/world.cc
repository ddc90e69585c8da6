#include "portcullis/tests/client/world.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

using Why = Disconnected::Why;

constexpr std::array<std::string_view, 11> kWhys{
    "closed by peer",   "lost",        "open failed",        "no hello",        "no ready",
    "zombie",           "undecodable", "asked to reconnect", "invalid session", "asked by caller",
    "stopped by caller"};
constexpr std::array<std::string_view, 4> kOdds{"second hello", "unknown opcode", "unexpected ready",
                                                "unusable session"};
constexpr std::array<std::string_view, 4> kFinishes{"not started", "ended", "kept", "fatal"};

constexpr std::string_view kToken = "the-secret-token";

std::string number(std::int64_t value) { return std::to_string(value); }

// What is sent carries the token; what is printed may not (GW-SEC-1).
std::string redacted(std::string text) {
  for (auto at = text.find(kToken); at != std::string::npos; at = text.find(kToken))
    text.replace(at, kToken.size(), "<token>");
  return text;
}

std::string text_of_data(const encoding::ValueView& data) {
  if (data.encoding == encoding::Encoding::Json) return std::string(data.raw);
  const auto tree = encoding::tree(data);
  return tree ? tree->dump() : "(" + std::string(text(tree.error().code)) + ")";
}

std::string describe(const Disconnected& event) {
  std::string out = "! disconnected: " + std::string(kWhys[static_cast<std::size_t>(event.why)]);
  if (event.close_code != 0) out += " " + number(event.close_code);
  if (event.http_status != 0) out += " HTTP " + number(event.http_status);
  if (event.error) out += " (" + std::string(text(event.error->code)) + ", " + std::string(id(event.error->req)) + ")";
  if (event.next == Disconnected::Next::Nothing) return out;
  out += event.next == Disconnected::Next::Resume ? "; resume in " : "; identify in ";
  out += number(event.delay.count()) + " ms";
  if (event.main_url_failing) out += "; main URL failing";
  return out;
}

}  // namespace

Config plain_config() {
  Config config;
  config.url = "wss://gateway.example";
  config.identify.token = kToken;
  config.identify.intents = 513;
  config.compression = compression::Compression::None;
  return config;
}

std::string hello(std::int64_t heartbeat_ms) {
  return R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":)" + number(heartbeat_ms) + "}}";
}

std::string ready(std::string_view session_id, std::int64_t s, std::string_view url) {
  return R"({"t":"READY","s":)" + number(s) + R"(,"op":0,"d":{"v":10,"session_id":")" + std::string(session_id) +
         R"(","resume_gateway_url":")" + std::string(url) + R"("}})";
}

std::string resumed(std::int64_t s) { return dispatch("RESUMED", s, "null"); }

std::string dispatch(std::string_view name, std::int64_t s, std::string_view d) {
  return R"({"t":")" + std::string(name) + R"(","s":)" + number(s) + R"(,"op":0,"d":)" + std::string(d) + "}";
}

World::World(Config config, Limits limits, std::uint32_t seed)
    : World(std::move(config), limits, [seed]() mutable { return seed = seed * 1'664'525u + 1'013'904'223u; }) {}

World::World(Config config, Limits limits, Chance chance)
    : compression_(config.compression), etf_(config.encoding == encoding::Encoding::Etf) {
  client_ = std::make_unique<Client>(std::move(config), limits, std::move(chance), workspace_, tables_at_hand().client);
}

// ---- Inputs
// ----------------------------------------------------------------------------------------------------------

Status World::start() {
  const auto status = client_->start(now_);
  poll();
  return status;
}

void World::opened() {
  client_->opened({link_}, now_);
  poll();
}

void World::upgrade() {
  if (!has_request()) throw std::logic_error("nobody asked for an upgrade on link " + std::to_string(link_));
  upgraded_ = true;
  packer_ = std::make_unique<Packer>(compression_);
  bytes(bytes_of(wire_.accept()));
}

void World::begin_answer(std::size_t size) { bytes(bytes_of(wire_.accept().substr(0, size))); }

void World::refuse(std::string_view response) { bytes(bytes_of(response)); }

void World::text(std::string_view json) {
  if (!etf_) return payload(json);
  payload(etf_payload(nlohmann::ordered_json::parse(json), spell ? spell : as_the_gateway));
}

void World::payload(std::string_view payload) {
  const auto [message, binary] = (*packer_)(payload);
  const bool may_go_on = compression_ == compression::Compression::ZlibStream;
  const unsigned kind = binary || etf_ ? 0x02 : 0x01;
  std::span<const std::byte> left(message);
  for (bool first = true; first || !left.empty(); first = false) {
    const std::size_t size = split && !left.empty() ? std::clamp<std::size_t>(split(), 1, left.size()) : left.size();
    const unsigned opcode = first || may_go_on ? kind : 0x00u;
    const unsigned final = size == left.size() || may_go_on ? 0x80u : 0x00u;
    give(server_frame(static_cast<std::uint8_t>(final | opcode), left.first(size)));
    left = left.subspan(size);
  }
  advance(Duration{0});  // nothing is left to read: what is due may run
}

void World::bytes(std::span<const std::byte> bytes) {
  give(bytes);
  advance(Duration{0});
}

void World::give(std::span<const std::byte> bytes) {
  const std::uint64_t link = link_;
  while (!bytes.empty()) {
    const std::size_t size = cut ? std::clamp<std::size_t>(cut(bytes.size()), 1, bytes.size()) : bytes.size();
    client_->received({link}, bytes.first(size), now_);
    poll();
    bytes = bytes.subspan(size);
  }
}

void World::close(std::optional<std::uint16_t> code) { bytes(server_close(code)); }

void World::lose() {
  transport_ = false;
  client_->lost({link_}, now_);
  poll();
}

void World::grant() {
  if (asks_ > 0) --asks_;
  client_->identify_granted(now_);
  poll();
}

void World::stop(gateway::Leaving how) {
  client_->stop(how, now_);
  poll();
}

void World::reconnect() {
  client_->reconnect(now_);
  poll();
}

Status World::send(const gateway::Command& command) {
  const auto status = client_->send(command, now_);
  poll();
  return status;
}

void World::advance(Duration by) {
  const Instant until = now_ + by;
  while (deadline_ && *deadline_ <= until) {
    now_ = std::max(now_, *deadline_);
    client_->elapsed(now_);
    poll();
  }
  now_ = until;
}

void World::elapse_late(Duration by) {
  now_ += by;
  client_->elapsed(now_);
  poll();
}

void World::get_ready(std::int64_t heartbeat_ms) {
  (void)start();
  opened();
  upgrade();
  text(hello(heartbeat_ms));
  grant();
  text(ready("session-one"));
}

// ---- Outputs
// ---------------------------------------------------------------------------------------------------------

void World::poll() {
  for (;;) {
    const Output output = client_->poll();
    if (on_output) on_output(output);
    see(output);
    if (std::holds_alternative<Wait>(output) || std::holds_alternative<Finished>(output)) return;
  }
}

void World::see(const Output& output) {
  if (const auto* dial = std::get_if<Dial>(&output)) {
    link_ = dial->link.number;
    transport_ = true;
    upgraded_ = false;
    finished_ = false;
    wire_ = ClientBytes{};
    const auto& to = dial->endpoint;
    dialled_ = (to.secure ? "wss://" : "ws://") + to.host + ":" + number(to.port) + to.target;
    line("dial " + number(static_cast<std::int64_t>(link_)) + " " + dialled_);
  } else if (const auto* transmit = std::get_if<Transmit>(&output)) {
    see_bytes(*transmit);
  } else if (const auto* hangup = std::get_if<Hangup>(&output)) {
    transport_ = false;
    line("hangup " + number(static_cast<std::int64_t>(hangup->link.number)));
  } else if (const auto* notify = std::get_if<Notify>(&output)) {
    see_event(notify->event);
  } else if (const auto* ask = std::get_if<AskIdentify>(&output)) {
    ++asks_;
    line("ask identify " + number(ask->bucket));
  } else if (const auto* give_back = std::get_if<ReturnIdentify>(&output)) {
    line("return identify " + number(give_back->bucket));
  } else if (const auto* wait = std::get_if<Wait>(&output)) {
    deadline_ = wait->deadline;
    line(deadline_ ? "wait " + number((*deadline_ - now_).count()) : "wait");
  } else if (const auto* finished = std::get_if<Finished>(&output)) {
    deadline_.reset();
    finished_ = true;
    std::string text = "finished: " + std::string(kFinishes[static_cast<std::size_t>(finished->finish.why)]);
    if (finished->finish.close_code != 0) text += " " + number(finished->finish.close_code);
    if (finished->finish.commands_dropped != 0)
      text += ", " + number(static_cast<std::int64_t>(finished->finish.commands_dropped)) + " commands dropped";
    line(text);
  }
}

void World::see_event(const Event& event) {
  if (std::holds_alternative<Connected>(event)) return line("! connected");
  if (const auto* odd = std::get_if<Odd>(&event))
    return line("! odd: " + std::string(kOdds[static_cast<std::size_t>(odd->what)]) + ", op " + number(odd->opcode));
  if (const auto* gone = std::get_if<Disconnected>(&event)) return line(describe(*gone));
  const auto& dispatch = std::get<Dispatch>(event);
  std::string out = "! " + std::string(dispatch.name.empty() ? std::string_view("(no name)") : dispatch.name);
  if (dispatch.sequence) out += " s=" + number(*dispatch.sequence);
  if (dispatch.out_of_place) out += " out of place";
  line(out + " " + text_of_data(dispatch.data));
}

void World::see_bytes(const Transmit& transmit) {
  const bool had_request = has_request();
  wire_.take(transmit.bytes);
  const std::string from = number(static_cast<std::int64_t>(transmit.link.number)) + "> ";
  if (!had_request && has_request()) line(from + wire_.request()->substr(0, wire_.request()->find(" HTTP/")));
  for (const auto& frame : wire_.frames()) {
    if (frame.opcode == (etf_ ? 2 : 1)) {
      const std::string json = etf_ ? read_etf(frame.payload).dump() : frame.payload;
      if (on_sent) on_sent(json);
      line(from + redacted(json));
    } else if (frame.opcode == 8) {
      const auto byte = [&frame](std::size_t i) { return static_cast<std::uint8_t>(frame.payload[i]); };
      const int code = frame.payload.size() < 2 ? 0 : byte(0) << 8 | byte(1);
      if (on_close_sent) on_close_sent(static_cast<std::uint16_t>(code));
      line(from + "close" + (code == 0 ? "" : " " + number(code)));
    } else {
      line(from + (frame.opcode == 10 ? "pong " : "opcode " + number(frame.opcode) + " ") + frame.payload);
    }
  }
}

std::vector<std::string> World::take() { return std::exchange(lines_, {}); }

bool World::ignores(const std::function<void(Client&)>& act) {
  const auto before = take();
  act(*client_);
  poll();
  const auto came = take();
  lines_ = before;
  return std::all_of(came.begin(), came.end(),
                     [](const std::string& line) { return line.starts_with("wait") || line.starts_with("finished"); });
}

std::vector<std::string> without_passing_waits(std::vector<std::string> lines) {
  const std::string last = lines.empty() ? std::string() : lines.back();
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("wait"); });
  lines.erase(std::unique(lines.begin(), lines.end(),
                          [](const std::string& one, const std::string& next) {
                            return one == next && one.starts_with("finished");
                          }),
              lines.end());
  if (last.starts_with("wait")) lines.push_back(last);
  return lines;
}

}  // namespace portcullis::tests
