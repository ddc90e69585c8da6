// The layers of the session that need no connection: close codes, commands, and the URL.
#include <limits>
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/core/gateway/endpoint.h"
#include "portcullis/core/limits.h"
#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/commands.h"
#include "portcullis/spec/close_codes.h"

namespace portcullis::vectors {
namespace {

using namespace gateway;
using play::Node;

constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();

std::string_view act_of(spec::CloseClass what) {
  switch (what) {
    case spec::CloseClass::Resume: return "resume";
    case spec::CloseClass::NewSession: return "identify";
    case spec::CloseClass::Fatal: return "stop";
  }
  return "";
}

template <typename Payload>
Status write(const Payload& payload, std::string& text) {
  std::vector<char> buffer;
  encoding::JsonWriter writer(buffer, Limits().command_bytes_max);
  const Status status = write_payload(payload, writer);
  text.assign(buffer.begin(), buffer.end());
  return status;
}

Status write_heartbeat(const Node& from, std::string& text) {
  const Node seq = from.at("seq");
  return write(HeartbeatData{seq.value().is_null() ? std::nullopt : std::optional(seq.integer())}, text);
}

Status write_identify(const Node& from, std::string& text) {
  const IdentifyData identify = identify_of(from);
  const auto compress = from.find("compress");
  const Status checked = check(identify);
  return checked ? write(IdentifyView{identify, compress && compress->boolean()}, text) : checked;
}

/// Checks and writes, as a session does.
Status send(const Node& question, std::string& text) {
  const Node from = question.at("command");
  switch (from.at("op").number(0, kMax64)) {
    case 1: return write_heartbeat(from, text);
    case 2: return write_identify(from, text);
    case 6:
      return write(ResumeView{from.at("token").text(), from.at("session_id").text(), from.at("seq").integer()}, text);
    default: break;
  }
  const Command command = command_of(from);
  const Node rules = question.at("rules");
  const auto shard = shard_of(rules);
  if (shard && shard->count == 0) rules.fail_member("shard", "must have a count of 1 at least");
  const Status checked = check(command, {rules.at("intents").number(0, kMax64), shard});
  return checked ? write(command, text) : checked;
}

std::string_view why(Errc code) {
  switch (code) {
    case Errc::CommandField: return "field";
    case Errc::CommandIntent: return "intent";
    case Errc::CommandWrongShard: return "shard";
    case Errc::CommandTooLarge: return "size";
    default: return "config";
  }
}

Json parts_of(const websocket::Url& url) {
  return {{"secure", url.secure}, {"host", url.host}, {"port", url.port}, {"target", url.target}};
}

}  // namespace

Json answer_close_code(const Node& question) {
  question.only({"id", "layer", "code"});
  const Node given = question.at("code");
  const auto code = given.value().is_null() ? kNoCode : static_cast<std::uint16_t>(given.number(0, 65'535));
  Json accepted = Json::array();
  const auto& required = spec::close_row(code).required;
  if (required.contains(spec::AfterClose::Resume)) accepted.push_back("resume");
  if (required.contains(spec::AfterClose::Identify)) accepted.push_back("identify");
  if (required.contains(spec::AfterClose::Stop)) accepted.push_back("stop");
  return {{"act", act_of(spec::classify_close(code))}, {"accepted", accepted}};
}

Json answer_command(const Node& question) {
  question.only({"id", "layer", "rules", "command"});
  std::string text;
  const Status status = send(question, text);
  if (status) return {{"payload", text}};
  Json refused{{"why", why(status.error().code)}, {"req", id(status.error().req)}};
  if (status.error().blame != Blame::Caller) refused["blame"] = "another than the caller";
  return {{"refused", refused}};
}

Json answer_url_join(const Node& question) {
  question.only({"id", "layer", "main", "resume", "query"});
  const Node query = question.at("query");
  query.only({"v", "encoding", "compress"});
  const std::string& main = question.at("main").text();
  const auto resume = question.find("resume");
  const auto compress = query.find("compress");
  const auto joined = join_endpoint(resume ? resume->text() : main, main,
                                    {static_cast<int>(query.at("v").number(0, 1'000)), query.at("encoding").text(),
                                     compress ? std::string_view(compress->text()) : std::string_view()});
  if (joined) return {{"url", joined->url}, {"parts", parts_of(joined->parts)}};
  return {{"refused",
           {{"req", id(joined.error().req)}, {"blame", joined.error().blame == Blame::Peer ? "peer" : "caller"}}}};
}

Json answer_ws_url(const Node& question) {
  question.only({"id", "layer", "url"});
  const auto url = websocket::parse_url(question.at("url").text());
  if (!url) {
    Json out{{"rule", id(url.error().req)}};
    if (url.error().blame != Blame::Caller) out["blame"] = "another than the caller";
    return out;
  }
  Json out = parts_of(*url);
  out["host_field"] = url->host_field();
  return out;
}

}  // namespace portcullis::vectors
