#include "portcullis/tests/properties/duel.h"

#include <algorithm>
#include <array>

namespace portcullis::tests {
namespace {

using ClientState = spec::gateway_session::State;

constexpr std::size_t kBeatsTimed = 8;  // that the client remembers to tell a latency; a matter of memory, not of rules

// What a requirement of payloads can say: neither the text of an error nor how often the client was polled.
std::vector<std::string> comparable(std::vector<std::string> lines) {
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("wait"); });
  lines.erase(std::unique(lines.begin(), lines.end(),
                          [](const auto& one, const auto& next) { return one == next && one.starts_with("finished"); }),
              lines.end());
  for (std::string& line : lines) {
    if (!line.starts_with("! disconnected")) continue;
    const auto at = line.find(" (");
    if (at != std::string::npos) line.erase(at, line.rfind(')') + 1 - at);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

std::string name_of(ClientState state) { return std::string(spec::name(state)); }

std::string text_of(const std::optional<Session>& session) {
  return session ? session->id + " " + session->resume_gateway_url + " " + std::to_string(session->sequence) : "none";
}

std::string text_of(const std::optional<models::KnownSession>& session) {
  return session ? session->id + " " + session->url + " " + std::to_string(*session->sequence) : "none";
}

std::string text_of(std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "none"; }

}  // namespace

Duel::Duel(std::uint32_t seed, Seen* seen) : Duel(Script::configuration(seed), seen) {}

Duel::Duel(const std::string& config, Seen* seen) : script_(model_) {
  transcript_ = config + "\n";
  client_.play(config);
  model_.play(config);
  if (seen != nullptr) client_.world().client().count_rows(&seen->rows);
  referee_ = std::make_unique<Referee>(client_.world(), model_, seen == nullptr ? nullptr : &seen->met);
  referee_->configured(config);
}

void Duel::play(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const std::string line = script_.line(step);
    if (!line.empty()) play(line);
    if (!difference_.empty() || !broken().empty()) return;
  }
}

void Duel::play(const std::string& line) {
  referee_->before(line);
  client_.play(line);
  referee_->after(line);
  model_.play(line);
  const auto lines = client_.take();
  transcript_ += line + "\n----\n" + joined(without_passing_waits(lines)) + "\n";
  compare_lines(lines);
  compare_state();
  compare_deadline();
}

void Duel::expect(bool same, const std::string& what, const std::string& client, const std::string& model) {
  if (same || !difference_.empty()) return;
  difference_ = what + "\n client: " + client + "\n model:  " + model + "\n";
}

void Duel::compare_lines(const std::vector<std::string>& client) {
  const auto ours = comparable(client);
  const auto models = comparable(model_.take());
  expect(ours == models, "what came out", "\n" + joined(ours), "\n" + joined(models));
}

void Duel::compare_state() {
  const auto& client = client_.world().client();
  const auto& model = model_.model();
  expect(name_of(client.state()) == state_name(model), "the state", name_of(client.state()), state_name(model));
  expect(text_of(client.session()) == text_of(model.session()), "the session", text_of(client.session()),
         text_of(model.session()));
  expect(client.commands_waiting() == model.commands_waiting(), "the commands that wait",
         std::to_string(client.commands_waiting()), std::to_string(model.commands_waiting()));
  if (std::exchange(link_, model_.link()) != model_.link()) beats_open_most_ = 0;
  beats_open_most_ = std::max(beats_open_most_, model.beats_open());
  if (beats_open_most_ > kBeatsTimed) return;
  const auto latency = client.latency() ? std::optional(client.latency()->count()) : std::nullopt;
  expect(latency == model.latency(), "the latency", text_of(latency), text_of(model.latency()));
}

// A client may look after its timers sooner than anything is due; never later, and it never waits for nothing (INV-17).
void Duel::compare_deadline() {
  const auto at = client_.world().deadline();
  const auto client = at ? std::optional(at->time_since_epoch().count()) : std::nullopt;
  const auto model = model_.model().deadline();
  const bool same = client == model;
  const bool sooner = client && model && *client < *model && !model_.model().deadline_is_exact();
  expect(same || sooner, "the deadline", text_of(client), text_of(model));
}

}  // namespace portcullis::tests
