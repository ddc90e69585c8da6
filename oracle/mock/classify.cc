#include "portcullis/oracle/mock/classify.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/etf.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::mock {
namespace {

using spec::gateway_peer::Input;

constexpr std::size_t kNestingMax = 128;

Input input_of_error(Errc code) {
  if (code == Errc::EnvelopeOpMissing || code == Errc::EnvelopeOpType) return Input::UnknownOpcode;
  if (code == Errc::EnvelopeSequenceType || code == Errc::EnvelopeTypeType) return Input::MalformedPayload;
  return Input::Undecodable;
}

/// The payload as JSON; none when its message has not the kind of the encoding, or it is no ETF.
std::optional<std::string> text_of(websocket::Kind kind, std::span<const std::byte> payload, bool etf) {
  if ((kind == websocket::Kind::Binary) != etf) return std::nullopt;
  return etf ? json_of_etf(payload, kNestingMax) : std::optional<std::string>(http::as_text(payload));
}

bool is_good(const std::string& token, const World& world) {
  return world.token.empty() ? !token.empty() : token == world.token;
}

Input judged(const Identify& identify, const Judge& judge, Instant now) {
  const auto& [world, laws, sessions, identifies] = judge;
  const ShardPair shard = identify.shard.value_or(ShardPair{});
  const auto intents = static_cast<std::uint64_t>(identify.intents);
  // Above the daily limit the token is reset (GW-IDL-5).
  if (!is_good(identify.token, world) || identifies.budget(now).left == 0) return Input::IdentifyBadToken;
  if (shard.id >= shard.count) return Input::IdentifyBadShard;
  if (guilds_of(world, identify.shard).size() > laws.guilds_a_shard) return Input::IdentifyTooManyGuilds;
  if ((intents & ~laws.intents_existing) != 0) return Input::IdentifyBadIntents;
  if ((intents & laws.intents_privileged & ~world.intents_allowed) != 0) return Input::IdentifyDisallowedIntents;
  const std::uint32_t buckets = std::max(world.max_concurrency, 1u);
  if (identifies.busy(spec::identify_bucket(shard.id, buckets), now)) return Input::IdentifyBucketBusy;
  return Input::IdentifyValid;
}

Input judged(const Resume& resume, const Judge& judge, Instant now) {
  const Session* session = judge.sessions.find(resume.session_id, now);
  if (session == nullptr || session->token != resume.token) return Input::ResumeUnknown;
  if (resume.sequence > session->sequence) return Input::ResumeAhead;
  return session->lacks_successor_of(resume.sequence) ? Input::ResumeTooOld : Input::ResumeLive;
}

Input judged(const Beat&, const Judge&, Instant) { return Input::Heartbeat; }

template <typename Asked>
Input judged(const Asked&, const Judge&, Instant) {
  return Input::Command;
}

}  // namespace

Classified classify(websocket::Kind kind, std::span<const std::byte> payload, const Agreed& agreed, Window& messages,
                    const Judge& judge, Instant now) {
  if (!messages.take(now)) return {Input::TooManyMessages};
  if (payload.size() > judge.laws.payload_bytes_max) return {Input::TooLarge};
  const auto text = text_of(kind, payload, agreed.etf);
  if (!text) return {Input::Undecodable};
  Workspace workspace;
  const auto envelope = encoding::scan_json(*text, encoding::Check::Grammar, kNestingMax, workspace);
  if (!envelope) return {input_of_error(envelope.error().code)};
  const auto opcode = spec::opcode_of(envelope->op);
  if (!opcode || !spec::is_sent(*opcode)) return {Input::UnknownOpcode, envelope->op};
  const auto data = nlohmann::json::parse(envelope->d.raw, nullptr, false);
  auto request = read_request(*opcode, data, agreed.version, judge.laws);
  if (!request) return {Input::MalformedPayload, envelope->op};
  const Input input = std::visit([&](const auto& asked) { return judged(asked, judge, now); }, *request);
  return {input, envelope->op, std::move(request)};
}

}  // namespace portcullis::mock
