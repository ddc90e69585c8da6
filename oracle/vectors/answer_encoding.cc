// The layers that read payloads: the envelope in JSON and in ETF, and what the gateway makes of a client's ETF.
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/core/limits.h"
#include "portcullis/oracle/mock/etf.h"
#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/errors.h"

namespace portcullis::vectors {
namespace {

Json error_of(const Error& error) { return {{"error", name_of(error.code)}, {"offset", error.offset}}; }

Json front_of(const encoding::EnvelopeView& view) {
  Json front{{"op", view.op}, {"s", nullptr}, {"t", nullptr}};
  if (view.s) front["s"] = *view.s;
  if (view.t) front["t"] = *view.t;
  return front;
}

std::string payload_of(const play::Node& question) {
  const auto text = question.find("text");
  if (text && question.find("hex")) question.fail_member("hex", "stands beside \"text\"");
  return text ? text->text() : question.at("hex").bytes();
}

}  // namespace

Json answer_envelope(const play::Node& question) {
  question.only({"id", "layer", "check", "text", "hex"});
  const auto check = question.find("check");
  const bool whole = !check || check->choice({"envelope", "grammar"}) == 1;
  const std::string text = payload_of(question);
  Workspace workspace;
  const auto view = encoding::scan_json(text, whole ? encoding::Check::Grammar : encoding::Check::Envelope,
                                        Limits{}.nesting_max, workspace);
  if (!view) return error_of(view.error());
  Json out = front_of(*view);
  put_text(out, "d", view->d.raw);
  return out;
}

Json answer_etf(const play::Node& question) {
  question.only({"id", "layer", "hex"});
  const std::string payload = question.at("hex").bytes();
  Workspace workspace;
  const auto view = encoding::scan_etf(payload, Limits{}, workspace);
  if (!view) return error_of(view.error());
  Json out = front_of(*view);
  const auto tree = encoding::tree(view->d);
  if (tree)
    out["d"] = *tree;
  else
    out["d_error"] = name_of(tree.error().code);
  return out;
}

Json answer_etf_client(const play::Node& question) {
  constexpr std::size_t kPayloadBytesMax = 4'096;
  constexpr int kNestingMax = 128;
  constexpr int kUndecodable = 4002;
  question.only({"id", "layer", "hex"});
  const std::string payload = question.at("hex").bytes();
  if (payload.size() > kPayloadBytesMax) return {{"close_code", kUndecodable}};
  const auto text = mock::json_of_etf(std::as_bytes(std::span{payload}), kNestingMax);
  if (!text) return {{"close_code", kUndecodable}};
  return {{"payload", Json::parse(*text)}};
}

}  // namespace portcullis::vectors
