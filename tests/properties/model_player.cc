#include "portcullis/tests/properties/model_player.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "portcullis/models/websocket_frames.h"
#include "portcullis/tests/transcripts/words.h"

namespace portcullis::tests {
namespace {

using models::Act;
using models::Millis;
using models::Payload;
using models::Request;
using json = nlohmann::ordered_json;
namespace act = models::act;

constexpr std::string_view kTarget = "/?v=10&encoding=";
constexpr std::string_view kIdentify =
    R"({"op":2,"d":{"token":"<token>","properties":{"os":"linux","browser":"portcullis","device":"portcullis"},"intents":)";
constexpr std::size_t kNestingMax = 512;         // LOCAL-15
constexpr std::uint64_t kGuildMembers = 1 << 1;  // the intent
constexpr std::uint64_t kGuild = 41771983423143937;

std::string number(std::int64_t value) { return std::to_string(value); }

std::string text_at(const json& map, const char* key) {
  return map.is_object() && map.contains(key) && map[key].is_string() ? map[key].get<std::string>() : std::string();
}

// LOCAL-14
std::optional<std::int64_t> integer_at(const json& map, const char* key) {
  if (!map.is_object() || !map.contains(key) || !map[key].is_number_integer()) return std::nullopt;
  return map[key].get<std::int64_t>();
}

// GW-RL-1, GW-RL-5: what cannot be read is passed over. The wait is never short of what was asked for.
std::optional<Payload::Limited> limited_of(const json& d) {
  const auto op = integer_at(d, "opcode");
  if (!op || !d.contains("retry_after") || !d["retry_after"].is_number()) return std::nullopt;
  const double seconds = d["retry_after"].get<double>();
  if (!(seconds > 0)) return std::nullopt;
  const std::string guild = d.contains("meta") ? text_at(d["meta"], "guild_id") : std::string();
  return Payload::Limited{*op, guild.empty() ? 0 : std::stoull(guild),
                          static_cast<Millis>(std::floor(seconds * 1'000)) + 1};
}

// The commands of transcripts.
Request request_of(const std::string& name, const std::string& rest, std::uint64_t intents) {
  const std::string guild = number(static_cast<std::int64_t>(kGuild));
  if (name == "presence")
    return {{3, 0, false},
            R"({"op":3,"d":{"since":null,"activities":[{"name":"chess","type":0}],"status":"online","afk":false}})",
            ""};
  if (name == "voice")
    return {{4, kGuild, false},
            R"({"op":4,"d":{"guild_id":")" + guild + R"(","channel_id":null,"self_mute":false,"self_deaf":false}})",
            ""};
  if (name == "members" && rest.empty())
    return {{8, kGuild, true},
            R"({"op":8,"d":{"guild_id":")" + guild + R"(","query":"","limit":0}})",
            (intents & kGuildMembers) != 0 ? "" : "the command needs an intent that was not asked for"};
  if (name == "members")
    return {
        {8, kGuild, false}, R"({"op":8,"d":{"guild_id":")" + guild + R"(","query":")" + rest + R"(","limit":10}})", ""};
  if (name != "sounds") throw std::runtime_error("no such command: " + name);
  const int guilds = rest.empty() ? 1 : std::stoi(rest);
  std::string ids;
  for (int i = 0; i < guilds; ++i) ids += (i == 0 ? "\"" : ",\"") + guild + "\"";
  const std::string payload = R"({"op":31,"d":{"guild_ids":[)" + ids + "]}}";
  const bool too_large = payload.size() > 4'096;  // GW-SIZE-1
  return {{31, 0, false}, payload, too_large ? "the command exceeds the limit of its encoded size" : ""};
}

std::vector<models::FrameEvent> events_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return models::read_frames(bytes, models::Reader::Client, {64u << 20, 64u << 20});
}

}  // namespace

bool ModelPlayer::is_part_of_a_frame(const std::string& hex) { return events_of(hex).empty(); }

std::string state_name(const models::GatewayClient& model) {
  constexpr std::array<std::string_view, 10> kNames{"Idle",        "Backoff",  "Connecting", "AwaitHello", "AwaitSlot",
                                                    "Identifying", "Resuming", "Ready",      "ClosingTo",  "Stopped"};
  std::string out(kNames[static_cast<std::size_t>(model.state())]);
  if (model.state() == models::State::Closing) out += model.purpose() == models::Purpose::Stop ? "Stop" : "Reconnect";
  return out;
}

std::optional<Payload> payload_of(std::string_view text, bool etf) {
  const json root = json::parse(text, nullptr, false);
  const auto is_null = [&root](const char* key) { return !root.contains(key) || root[key].is_null(); };  // GW-ENV-3
  if (!root.is_object() || !integer_at(root, "op")) return std::nullopt;
  if (!is_null("s") && !integer_at(root, "s")) return std::nullopt;
  if (!is_null("t") && !root["t"].is_string()) return std::nullopt;
  const json d = root.contains("d") ? root["d"] : json();
  Payload out{.op = *integer_at(root, "op"), .s = integer_at(root, "s"), .t = text_at(root, "t")};
  out.d = etf ? nlohmann::json(d).dump() : d.dump();  // a World writes a term down with its keys in their order
  out.resumable = d.is_boolean() && d.get<bool>();    // GW-INV-10
  out.interval = integer_at(d, "heartbeat_interval");
  if (out.interval && *out.interval <= 0) out.interval.reset();
  out.session_id = text_at(d, "session_id");
  out.resume_url = text_at(d, "resume_gateway_url");
  if (out.t == "RATE_LIMITED") out.limited = limited_of(d);
  return out;
}

models::GatewayClient& ModelPlayer::model() {
  if (model_) return *model_;
  const auto draw = [chance = chance_](Millis low, Millis high) {
    return low + static_cast<Millis>(std::uint64_t{chance} * static_cast<std::uint64_t>(high - low) >> 32);
  };
  model_ = std::make_unique<models::GatewayClient>(settings_, draw);
  return *model_;
}

void ModelPlayer::play(const std::string& line) {
  const std::string verb = first_word(line);
  std::string rest = behind_first_word(line);
  if (verb == "repeat") {
    for (int left = std::stoi(rest); left > 0; --left) play(behind_first_word(rest));
    return;
  }
  if (verb != "config") return perform(verb, rest);
  for (; !rest.empty(); rest = behind_first_word(rest)) {
    const std::string item = first_word(rest);
    const auto at = item.find('=');
    configure(item.substr(0, at), item.substr(at + 1));
  }
}

void ModelPlayer::configure(std::string_view key, const std::string& value) {
  if (key == "commands") settings_.commands_waiting_max = std::stoul(value);
  if (key == "resume") settings_.resume = models::KnownSession{"stored", "wss://resume.example", std::stoll(value)};
  if (key == "compress" && value.ends_with("stream")) compress_ = "&compress=" + value;  // GW-URL-2
  if (key == "compress" && value == "payload") in_identify_ = R"(,"compress":true)";     // GW-PCOMP-2
  if (key == "intents") intents_ = std::stoull(value);
  if (key == "chance") chance_ = static_cast<std::uint32_t>(std::stoul(value));
  if (key == "encoding") etf_ = value == "etf";
}

// As a `World` does, it lets what is due run behind each command.
void ModelPlayer::perform(const std::string& verb, const std::string& rest) {
  if (verb == "get_ready") {
    for (const std::string each : {"start", "opened", "upgrade"}) perform(each, "");
    perform("hello", rest.empty() ? "41250" : rest);
    perform("grant", "");
    return perform("ready", "session-one");
  }
  if (verb == "wait") return advance(std::stoll(rest));
  if (verb == "stale") return advance(0);  // LOCAL-18: it changes nothing
  if (verb == "main_url") return model().set_main_url(rest);
  if (verb == "sleep") return void(now_ += std::stoll(rest));
  if (verb == "send") {
    const std::string why = model().send(request_of(first_word(rest), behind_first_word(rest), intents_), now_);
    settle();
    return why.empty() ? void() : line("refused: " + why);
  }
  if (verb == "late") {
    now_ += std::stoll(rest);
  } else if (!perform_of_caller(verb, rest)) {
    perform_of_peer(verb, rest);
  }
  settle();
}

bool ModelPlayer::perform_of_caller(const std::string& verb, const std::string& rest) {
  if (verb == "start") return model().start(now_), true;
  if (verb == "reconnect") return model().reconnect(now_), true;
  if (verb == "stop") return rest == "keep" ? model().stop_keeping(now_) : model().stop_for_good(now_), true;
  if (verb == "grant") return model().granted(now_), true;
  return false;
}

// What the peer does, and the transport.
void ModelPlayer::perform_of_peer(const std::string& verb, const std::string& rest) {
  if (verb == "deep" && std::stoul(rest) >= kNestingMax) return model().undecodable(true, now_);
  if (const auto payload = payload_said(verb, rest)) return text(*payload);
  if (verb == "opened") {
    opened_ = true;
    return model().opened(now_);
  }
  if (verb == "upgrade") {
    upgraded_ = true;
    return model().upgraded(now_);
  }
  if (verb == "begin_answer") return void(answer_torn_ = true);  // WS-HT-23: not yet
  if (verb == "refuse") return refuse(rest);
  if (verb == "close") return model().closed(rest.empty() ? std::nullopt : std::optional(std::stoi(rest)), now_);
  if (verb == "frame") return frame(rest);
  if (verb == "lose") return model().lost(now_);
  throw std::runtime_error("no such verb: " + verb);
}

void ModelPlayer::settle() {
  model().elapsed(now_);
  for (const Act& each : model().take()) write(each);
}

void ModelPlayer::advance(Millis by) {
  const Millis until = now_ + by;
  for (auto due = model().deadline(); due && *due <= until; due = model().deadline()) {
    now_ = std::max(now_, *due);
    settle();
  }
  now_ = until;
}

void ModelPlayer::text(std::string_view json) {
  if (const auto payload = payload_of(json, etf_)) return model().payload(*payload, now_);
  model().undecodable(false, now_);
}

// LOCAL-23, LOCAL-31: a text is plain JSON, whatever was agreed on; the binary messages of transcripts are broken.
void ModelPlayer::frame(const std::string& hex) {
  torn_ += hex;
  const auto events = events_of(torn_);
  if (events.empty()) return;
  torn_.clear();
  using What = models::FrameEvent::What;
  for (const auto& event : events) {
    switch (event.what) {
      case What::Text: etf_ ? model().undecodable(false, now_) : text(event.payload); break;
      case What::Binary: model().undecodable(false, now_); break;
      case What::Ping:
        if (model().hears()) line(from() + "pong " + event.payload);
        break;
      case What::Pong: break;
      case What::Close:
        model().closed(event.code == 1005 ? std::nullopt : std::optional(static_cast<int>(event.code)), now_);
        break;
      case What::Fail: model().broken(static_cast<int>(event.code), now_); break;
    }
  }
}

// LOCAL-11
void ModelPlayer::refuse(const std::string& response) {
  const std::string field = "Retry-After: ";
  const auto at = response.find(field);
  const Millis wait = at == std::string::npos ? 0 : std::stoll(response.substr(at + field.size())) * 1'000;
  model().refused(std::stoi(response.substr(9)), wait, now_);
}

// ---- What comes out, as a World writes it

std::vector<std::string> ModelPlayer::take() {
  std::vector<std::string> out = std::exchange(lines_, {});
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& one, const auto& next) { return one == next && one.starts_with("finished"); }),
            out.end());
  return out;
}

void ModelPlayer::write(const Act& act) {
  std::visit([this](const auto& one) { line(text_of(one)); }, act);
}

std::string ModelPlayer::text_of(const act::Dial& dial) {
  ++link_;
  opened_ = upgraded_ = false;
  answer_torn_ = false;
  torn_.clear();
  const std::string host = dial.url.ends_with('/') ? dial.url.substr(0, dial.url.size() - 1) : dial.url;
  return "dial " + link_text() + " " + host + ":443" + target();
}

std::string ModelPlayer::text_of(const act::AskUpgrade&) { return from() + "GET " + target(); }
std::string ModelPlayer::text_of(const act::Beat& beat) {
  return from() + R"({"op":1,"d":)" + (beat.sequence ? number(*beat.sequence) : "null") + "}";
}
std::string ModelPlayer::text_of(const act::Identify&) {
  return from() + std::string(kIdentify) + std::to_string(intents_) + in_identify_ + "}}";
}
std::string ModelPlayer::text_of(const act::Resume& resume) {
  return from() + R"({"op":6,"d":{"token":"<token>","session_id":")" + resume.session_id + R"(","seq":)" +
         number(resume.sequence) + "}}";
}
std::string ModelPlayer::text_of(const act::Send& send) { return from() + send.payload; }
std::string ModelPlayer::text_of(const act::Close& close) {
  return from() + "close" + (close.code ? " " + number(*close.code) : std::string());
}
std::string ModelPlayer::text_of(const act::Hangup&) { return "hangup " + link_text(); }
std::string ModelPlayer::text_of(const act::Connected&) { return "! connected"; }
std::string ModelPlayer::text_of(const act::Deliver& event) {
  const std::string name = event.name.empty() ? "(no name)" : event.name;
  const std::string sequence = event.sequence ? " s=" + number(*event.sequence) : "";
  return "! " + name + sequence + (event.out_of_place ? " out of place " : " ") + event.data;
}
std::string ModelPlayer::text_of(const act::Odd& odd) { return "! odd: " + odd.what + ", op " + number(odd.op); }
std::string ModelPlayer::text_of(const act::AskSlot&) { return "ask identify 0"; }
std::string ModelPlayer::text_of(const act::ReturnSlot&) { return "return identify 0"; }

std::string ModelPlayer::text_of(const act::Disconnected& gone) {
  using Next = act::Disconnected::Next;
  std::string out = "! disconnected: " + gone.why;
  if (gone.close_code != 0) out += " " + number(gone.close_code);
  if (gone.http_status != 0) out += " HTTP " + number(gone.http_status);
  if (gone.next == Next::Nothing) return out;
  out += (gone.next == Next::Resume ? "; resume in " : "; identify in ") + number(gone.delay) + " ms";
  return gone.main_url_failing ? out + "; main URL failing" : out;
}

std::string ModelPlayer::text_of(const act::Finished& finished) {
  std::string out = "finished: " + finished.how;
  if (finished.close_code != 0) out += " " + number(finished.close_code);
  if (finished.commands_dropped == 0) return out;
  return out + ", " + std::to_string(finished.commands_dropped) + " commands dropped";
}

std::string ModelPlayer::target() const { return std::string(kTarget) + (etf_ ? "etf" : "json") + compress_; }

}  // namespace portcullis::tests
