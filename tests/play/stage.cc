#include "portcullis/tests/play/stage.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "portcullis/tests/mock/talk.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

std::string line_for(const timeline::Record& record) {
  const timeline::Json& with = record.with;
  const auto text = [&](const char* name) { return with.value(name, std::string()); };
  if (record.is == "message") {
    const timeline::Json payload = with.value("payload", timeline::Json());
    if (!payload.is_object() || !payload.contains("op")) return text("from") + " says " + payload.dump();
    if (payload["op"] == 0) return text("from") + " " + payload["t"].get<std::string>() + " " + payload["s"].dump();
    return text("from") + " op " + payload["op"].dump();
  }
  if (record.is == "close")
    return "close " + with.value("code", timeline::Json("without")).dump() + " by " + text("from");
  if (record.is == "end") return "end by " + text("from") + ", " + text("how");
  if (record.is == "refused") return "refused " + with["status"].dump();
  if (record.is == "ping" || record.is == "pong") return record.is + " by " + text("from") + " " + text("payload");
  if (record.is == "script") return "script " + text("did");
  if (record.is == "fault") return "fault of " + text("from");
  return record.is;
}

}  // namespace

play::Scenario scenario_of(const std::string& links, const std::string& more) {
  const std::string text = R"({"schema": "scenarios.schema.json", "area": "stage", "about": "-", "scenarios": [
    {"id": "stage/one", "level": "MUST", "requirements": ["GW-CONN-1"], "about": "-", "budget_ms": 60000, "links": )" +
                           links + more + "}]}";
  auto read = play::read_scenarios(text, "stage.json");
  if (const auto* const malformed = std::get_if<play::Malformed>(&read)) throw std::invalid_argument(malformed->text);
  return std::get<0>(read).front();
}

Stage::Stage(const std::string& links, const std::string& more, timeline::Clock clock)
    : scenario_(scenario_of(links, more)),
      player_(scenario_,
              {Instant{}, clock, [this](const play::Order& order) { orders.push_back(order); }, tables_at_hand().peer},
              seeded(5), pseudonyms_, [this](timeline::Record record) { records.push_back(std::move(record)); }) {
  const bool elsewhere = player_.elsewhere() != mock::Elsewhere::Nothing;
  player_.set_urls({"ws://main.example", elsewhere ? "ws://other.example" : ""});
}

mock::Link Stage::dial(mock::Door door) {
  player_.opened(++last_link_, door, now_);
  drain();
  return last_link_;
}

mock::Link Stage::open(std::string_view target) {
  const mock::Link link = dial();
  bytes(link, upgrade_request(target));
  return link;
}

mock::Link Stage::identified() {
  const mock::Link link = open();
  text(link, identify());
  return link;
}

void Stage::bytes(mock::Link link, std::string_view bytes) {
  player_.received(link, std::as_bytes(std::span{bytes.data(), bytes.size()}), now_);
  drain();
}

void Stage::text(mock::Link link, std::string_view payload) { bytes(link, client_frame(0x81, payload)); }

void Stage::close(mock::Link link, std::uint16_t code) {
  bytes(link, client_frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}));
}

void Stage::lose(mock::Link link) {
  player_.lost(link, now_);
  drain();
}

void Stage::advance(std::int64_t ms) {
  const Instant until = now_ + Duration{ms};
  while (deadline_ && *deadline_ <= until) {
    now_ = std::max(now_, *deadline_);
    player_.elapsed(now_);
    drain();
  }
  now_ = until;
}

void Stage::drain() {
  for (;;) {
    const mock::Output output = player_.poll();
    if (const auto* const sent = std::get_if<mock::Transmit>(&output))
      received_[sent->link].append(reinterpret_cast<const char*>(sent->bytes.data()), sent->bytes.size());
    if (const auto* const wait = std::get_if<mock::Wait>(&output)) {
      deadline_ = wait->deadline;
      return;
    }
  }
}

std::vector<std::string> Stage::told(mock::Link link) const {
  std::vector<std::string> out;
  for (const timeline::Record& record : records)
    if (record.link == link && record.is != "script") out.push_back(line_for(record));
  return out;
}

std::size_t Stage::count(mock::Link link, std::string_view line) const {
  const auto lines = told(link);
  return static_cast<std::size_t>(std::ranges::count(lines, line));
}

bool Stage::has(mock::Link link, std::string_view line) const { return count(link, line) != 0; }

std::string Stage::session_id(mock::Link link) {
  constexpr std::string_view kMember = "\"session_id\":\"";
  const std::string& bytes = received_[link];
  const std::size_t at = bytes.find(kMember);
  if (at == std::string::npos) throw std::logic_error("no READY was received");
  return bytes.substr(at + kMember.size(), bytes.find('"', at + kMember.size()) - at - kMember.size());
}

}  // namespace portcullis::tests
