#include "portcullis/cli/script_words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "portcullis/cli/words.h"

namespace portcullis::cli {
namespace {

constexpr std::size_t kTextBytesMax = 100;

std::string cut(const std::string& text) {
  return text.size() <= kTextBytesMax ? text : text.substr(0, kTextBytesMax) + "...";
}

std::string bytes(const std::string& text) { return std::to_string(text.size()) + " bytes"; }

std::string answers_in_words(const mock::Answers& answers, bool close) {
  constexpr std::array<std::string_view, 4> kNames{"Hello", "READY", "the acknowledgement", "RESUMED"};
  std::string text;
  const auto add = [&](std::string_view name) { text.append(text.empty() ? "" : ", ").append(name); };
  for (const mock::Answer answer : answers) add(kNames[static_cast<std::size_t>(answer)]);
  if (close) add("the answer to a Close");
  return text;
}

std::string_view words_for(play::Moment moment) {
  switch (moment) {
    case play::Moment::Request: return "the client's request for an upgrade";
    case play::Moment::Upgraded: return "the upgrade";
    case play::Moment::Identify: return "Identify";
    case play::Moment::Resume: return "Resume";
    case play::Moment::Ready: return "READY";
    case play::Moment::Resumed: return "RESUMED";
    case play::Moment::Live: return "READY or RESUMED";
    case play::Moment::Beat: return "a heartbeat";
    case play::Moment::Message: return "a message of the client";
    case play::Moment::Close: return "the client's Close";
    case play::Moment::End: return "the end of the transport";
  }
  return "";
}

// ---- Each verb as a sentence

std::string say(const play::WaitFor& wait) {
  std::string text = "waits for " + std::string(words_for(wait.moment));
  if (wait.count != 1) text += ", " + std::to_string(wait.count) + " times";
  return wait.anywhere ? text + ", on any connection" : text;
}
std::string say(const play::WaitTime& wait) { return "waits " + in_words(wait.time); }
std::string say(const play::Refuse& refuse) {
  std::string text = "refuses the upgrade with status " + std::to_string(refuse.status);
  for (const auto& [name, value] : refuse.fields) text += ", " + name + ": " + value;
  return text;
}
std::string say(const play::RawAnswer& answer) { return "answers the request with " + bytes(answer.text); }
std::string say(const play::WrongKey&) { return "gets Sec-WebSocket-Accept wrong"; }
std::string say(const play::Stall&) { return "never answers the request"; }
std::string say(const play::Eof&) { return "ends the transport without a Close"; }
std::string say(const play::Hold& hold) { return "withholds " + answers_in_words(hold.answers, hold.close); }
std::string say(const play::Release& release) {
  return "gives what it withheld: " + answers_in_words(release.answers, release.close);
}
std::string say(const play::Order& order) {
  switch (order.what) {
    case play::Order::What::Send: return "the client is told to send " + cut(order.payload);
    case play::Order::What::Close: return "the client is told to leave so that it can resume";
    case play::Order::What::Start: return "the client is told to start again";
  }
  return "";
}

std::string say(const play::LargeEvent& event) {
  return "dispatches an event with a text of " + std::to_string(event.letters) + " letters";
}

std::string say(const mock::SayDispatch& dispatch) { return "dispatches " + dispatch.name + " " + cut(dispatch.data); }
std::string say(const mock::SayReconnect&) { return "asks to reconnect (op 7)"; }
std::string say(const mock::SayInvalid& invalid) {
  return invalid.resumable ? "says that the session is invalid, and resumable (op 9, true)"
                           : "says that the session is invalid (op 9, false)";
}
std::string say(const mock::SayHeartbeat&) { return "asks for a heartbeat (op 1)"; }
std::string say(const mock::SayAnything& anything) { return "sends " + cut(anything.payload); }
std::string say(const mock::SaySilence& silence) {
  return silence.on ? "goes silent: reads, and answers nothing" : "answers again";
}
std::string say(const mock::SayClose& close) {
  if (close.code == 0) return "closes without a code";
  return "closes with " + close_code_in_words(close.code) + (close.reason.empty() ? "" : ": " + close.reason);
}
std::string say(const mock::SayDrop&) { return "resets the transport"; }
std::string say(const mock::SayForget&) { return "forgets the session"; }
std::string say(const mock::SayHello&) { return "sends Hello (op 10)"; }
std::string say(const mock::SayHold& hold) { return say(play::Hold{hold.answers}); }
std::string say(const mock::SayRelease& release) { return say(play::Release{release.answers}); }
std::string say(const mock::SayInterval& interval) {
  return "will ask for a heartbeat every " + in_words(interval.interval);
}
std::string say(const mock::SayPieces& pieces) {
  if (pieces.bytes == 0) return "sends messages whole again";
  return "will send each message in pieces of " + std::to_string(pieces.bytes) + " bytes";
}
std::string say(const mock::Say& what) {
  return std::visit([](const auto& one) { return say(one); }, what);
}

std::string say(const play::Step& step) {
  // Bytes as they are say more in the file's own words.
  if (std::holds_alternative<play::RawFrames>(step.verb)) return "sends " + step.text;
  return std::visit(
      [](const auto& verb) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(verb)>, play::RawFrames>)
          return "";
        else
          return say(verb);
      },
      step.verb);
}

/// A step, and how often it is done.
struct Line {
  std::string place, text;
  unsigned times = 1;
};

std::vector<Line> lines_of(const play::Script& script) {
  std::vector<Line> lines;
  for (const play::Step& step : script) {
    const std::string place = step.place.substr(0, step.place.find(','));
    const auto same = std::ranges::find(lines, place, &Line::place);
    if (same != lines.end())
      ++same->times;
    else
      lines.push_back({place, say(step)});
  }
  return lines;
}

std::string setting_in_words(const play::Setting& world) {
  std::string text = "A good gateway, but for this: " + std::to_string(world.shards) +
                     (world.shards == 1 ? " shard" : " shards") + ", a heartbeat every " +
                     in_words(world.heartbeat_interval);
  if (world.remaining != play::Setting().remaining) text += ", " + std::to_string(world.remaining) + " identifies left";
  switch (world.resume_url) {
    case play::ResumeUrl::Same: return text + ".";
    case play::ResumeUrl::Dead: return text + "; at the URL to resume at nobody listens.";
    case play::ResumeUrl::Other: return text + "; the URL to resume at is another door of it.";
    case play::ResumeUrl::Missing: return text + "; READY has no URL to resume at.";
    case play::ResumeUrl::Slash: return text + "; the URL to resume at ends in a slash.";
    case play::ResumeUrl::Query: return text + "; the URL to resume at has a query.";
  }
  return text;
}

}  // namespace

std::vector<std::string> script_in_words(const play::Scenario& scenario) {
  std::vector<std::string> out{setting_in_words(scenario.world)};
  for (std::size_t i = 0; i < scenario.links.size(); ++i) {
    out.push_back("Connection " + std::to_string(i + 1) + (scenario.links[i].empty() ? ": as a good gateway" : ":"));
    for (const Line& line : lines_of(scenario.links[i]))
      out.push_back("- " + line.place + ": " + line.text +
                    (line.times == 1 ? "" : " (" + std::to_string(line.times) + " times in all)"));
  }
  if (scenario.further_links == play::FurtherLinks::Last)
    out.push_back("Any further connection: the last script again");
  if (scenario.watch != Duration{0}) out.push_back("Then nothing is done for " + in_words(scenario.watch) + ".");
  out.push_back(scenario.then == play::Then::Stop ? "Then the client is told to stop."
                                                  : "Then the client is left, without being told.");
  return out;
}

}  // namespace portcullis::cli
