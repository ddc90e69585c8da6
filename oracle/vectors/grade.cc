#include "portcullis/oracle/vectors/grade.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace portcullis::vectors {
namespace {

using Tree = nlohmann::json;  // whose keys have no order
using Lines = std::vector<std::string>;

std::string shown(const Tree& value) {
  constexpr std::size_t kShownMax = 120;
  const std::string text = value.dump(-1, ' ', true, Tree::error_handler_t::replace);
  return text.size() <= kShownMax ? text : text.substr(0, kShownMax) + "... (" + std::to_string(text.size()) + ")";
}

/// One line for each place where two trees part.
void compare(const Tree& expected, const Tree& got, const std::string& where, Lines& out) {
  if (expected.is_object() && got.is_object()) {
    for (const auto& [name, value] : expected.items())
      got.contains(name) ? compare(value, got[name], where + "/" + name, out)
                         : out.push_back(where + "/" + name + ": is missing, should be " + shown(value));
    for (const auto& [name, value] : got.items())
      if (!expected.contains(name)) out.push_back(where + "/" + name + ": should not be there, is " + shown(value));
  } else if (expected.is_array() && got.is_array() && expected.size() == got.size()) {
    for (std::size_t i = 0; i < got.size(); ++i) compare(expected[i], got[i], where + "/" + std::to_string(i), out);
  } else if (expected != got) {
    out.push_back((where.empty() ? "the answer" : where) + ": is " + shown(got) + ", should be " + shown(expected));
  }
}

void unmask(Tree& hex) { hex = to_hex(unmasked(from_hex(hex.get<std::string>()))); }

/// Brings an answer to the form of what was expected: a client's frames without masks, and without what the vector
/// says nothing of.
Tree brought_to_form(const Question& question, Tree answer, Tree& expected) {
  const std::string layer = question.ask["layer"];
  const bool raw = expected.erase("raw") != 0;
  answer.erase("id");
  if (question.as == "client" && !raw && answer.contains("reply")) unmask(answer["reply"]);
  if (layer == "etf" && !expected.contains("d") && !expected.contains("d_error"))
    answer.erase("d"), answer.erase("d_error");
  if (layer == "ws_handshake_client" || layer == "ws_handshake_server")
    if (!expected.contains("sent")) answer.erase("sent");
  if (layer != "ws_exchanges" || !answer.contains("steps") || !answer["steps"].is_array()) return answer;
  for (std::size_t i = 0; i < std::min(answer["steps"].size(), expected["steps"].size()); ++i) {
    Tree& step = answer["steps"][i];
    if (!step.is_object()) continue;
    if (question.as == "client" && !raw && step.contains("sent")) unmask(step["sent"]);
    if (!expected["steps"][i].contains("deadline_ms")) step.erase("deadline_ms");
  }
  return answer;
}

// ---- What another implementation cannot know

constexpr std::array kOnlyThatItIs{"error", "refused", "declined", "fail", "d_error", "close_code", "rule"};
constexpr std::array kNotAtAll{"offset", "ours_first", "timed_out"};

Tree without_details(const Tree& value) {
  Tree out = value;
  if (value.is_array())
    for (Tree& item : out) item = without_details(item);
  if (!value.is_object()) return out;
  for (const char* name : kNotAtAll) out.erase(name);
  for (const auto& [name, member] : value.items()) {
    const auto is_name = [&, &key = name](const char* one) { return key == one; };
    if (std::ranges::any_of(kOnlyThatItIs, is_name))
      out[name] = true;
    else if (out.contains(name))
      out[name] = without_details(member);
  }
  return out;
}

void drop_hangups(Tree& answer) {
  if (!answer.contains("events") || !answer["events"].is_array()) return;
  Tree kept = Tree::array();
  for (const Tree& event : answer["events"])
    if (!event.is_object() || !event.contains("hangup")) kept.push_back(event);
  answer["events"] = kept;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// A head as a map: its first line, of a response only version and status; its fields by their names in small letters.
Tree head_of(const std::string& bytes) {
  Tree head = Tree::object();
  const std::size_t end = std::min(bytes.find("\r\n\r\n"), bytes.size());
  for (std::size_t at = 0, next = 0; at < end; at = next + 2) {
    next = std::min(bytes.find("\r\n", at), end);
    const std::string line = to_narrow(std::as_bytes(std::span{bytes}.subspan(at, next - at)));
    const std::size_t colon = line.find(':');
    if (at == 0) {
      constexpr std::size_t kStatusLine = std::string_view("HTTP/1.1 101").size();
      head["start"] = line.starts_with("HTTP/") ? line.substr(0, kStatusLine) : line;
    } else if (colon != std::string::npos) {
      const std::size_t value = line.find_first_not_of(' ', colon + 1);
      const std::string name = lower(line.substr(0, colon));
      const std::string text = value == std::string::npos ? "" : line.substr(value);
      head[name] = name == "upgrade" || name == "connection" ? lower(text) : text;
    }
  }
  return head;
}

/// Heads agree when all fields that are expected are there.
void compare_heads(const Tree& expected, const Tree& got, Lines& out) {
  if (!got.contains("sent")) return out.push_back("/sent: is missing");
  const Tree wanted = head_of(to_text(from_hex(expected["sent"].get<std::string>())));
  const Tree head = head_of(to_text(from_hex(got["sent"].get<std::string>())));
  for (const auto& [name, value] : wanted.items())
    if (!head.contains(name) || head[name] != value)
      out.push_back("/sent: " + name + " is " + (head.contains(name) ? shown(head[name]) : "missing") + ", should be " +
                    shown(value));
}

/// A text of JSON as the tree that it is, where it is one.
void as_tree(Tree& answer, const char* name) {
  if (!answer.contains(name) || !answer[name].is_string()) return;
  Tree tree = Tree::parse(answer[name].get<std::string>(), nullptr, false);
  if (!tree.is_discarded()) answer[name] = std::move(tree);
}

bool is_accepted(const Tree& expected, const Tree& answer) {
  return answer.contains("act") && std::ranges::find(expected["accepted"], answer["act"]) != expected["accepted"].end();
}

Lines fair_differences(const Question& question, Tree expected, Tree answer) {
  const std::string layer = question.ask["layer"];
  Lines out;
  if (layer == "close_codes") {
    if (!is_accepted(expected, answer)) out.push_back("/act: should be one of " + shown(expected["accepted"]));
    return out;
  }
  const bool has_head = expected.contains("sent") && layer != "ws_handshake_client";
  if (has_head) compare_heads(expected, answer, out);
  expected = without_details(expected);
  answer = without_details(answer);
  for (const char* name : {"end", "sent"}) expected.erase(name);
  for (const char* name : {"parts", "host_field"})
    if (!answer.contains(name)) expected.erase(name);
  for (Tree* side : {&expected, &answer}) {
    if (layer == "commands") as_tree(*side, "payload");
    if (layer == "envelope") as_tree(*side, "d");
    if (layer.starts_with("ws_handshake")) drop_hangups(*side);
  }
  const Tree all = answer;
  for (const auto& [name, value] : all.items())
    if (!expected.contains(name)) answer.erase(name);
  compare(expected, answer, "", out);
  return out;
}

// ---- What each of our refusals must be (WS-HT-24)

Lines faults_of_refusal(const std::string& sent, int status) {
  if (status == 0) return sent.empty() ? Lines{} : Lines{"/sent: should be empty"};
  Lines out;
  const std::size_t end = sent.find("\r\n\r\n");
  if (end == std::string::npos) return {"/sent: has no whole head"};
  const std::string head = sent.substr(0, end + 2);
  const auto wanted = [&](const std::string& part) {
    if (head.find(part) == std::string::npos) out.push_back("/sent: lacks " + part.substr(2));
  };
  if (!head.starts_with("HTTP/1.1 " + std::to_string(status) + " "))
    out.push_back("/sent: should have the status " + std::to_string(status));
  wanted("\r\nContent-Length: " + std::to_string(sent.size() - end - 4) + "\r\n");
  wanted("\r\nConnection: close");
  if (status == 405) wanted("\r\nAllow: GET\r\n");
  if (status == 426) wanted("\r\nUpgrade: websocket\r\n");
  if (status == 426 || status == 400) wanted("\r\nSec-WebSocket-Version: 13\r\n");
  return out;
}

Lines exact_differences(const Question& question, const Tree& expected, const Tree& answer, const Json& whole) {
  Lines out;
  // Which rule a frame broke is left to the unit tests; the vector has the code of the Close, which `reply` shows.
  const auto fails = [](Tree tree) {
    const auto soften = [](Tree& events) {
      for (Tree& event : events)
        if (event.contains("fail")) event["fail"] = true;
    };
    if (tree.contains("events")) soften(tree["events"]);
    if (tree.contains("steps"))
      for (Tree& step : tree["steps"]) soften(step["events"]);
    return tree;
  };
  compare(fails(expected), fails(answer), "", out);
  if (question.ask["layer"] != "ws_handshake_server" || expected.contains("sent")) return out;
  const int status = expected["events"].back().at("declined").at("status");
  const Lines more = faults_of_refusal(to_text(from_hex(whole["sent"].get<std::string>())), status);
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace

std::vector<std::string> differences(const Question& question, const Json& answer, Reading reading) {
  if (!answer.is_object() || answer.empty()) return {"the answer: must be an object, and not an empty one"};
  if (answer.contains("wrong")) return {"the answer: says that the question is wrong: " + shown(answer)};
  if (reading == Reading::Fair && question.verdict == "lenient" && question.ask["layer"] != "close_codes") return {};
  try {
    Tree expected = question.expect;
    const Tree got = brought_to_form(question, answer, expected);
    return reading == Reading::Fair ? fair_differences(question, std::move(expected), got)
                                    : exact_differences(question, expected, got, answer);
  } catch (const std::exception& fault) {  // of an answer whose members are not of the types that they should have
    return {std::string("the answer: cannot be read: ") + fault.what()};
  }
}

}  // namespace portcullis::vectors
