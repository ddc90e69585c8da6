// For every answer to GET /gateway/bot: what is accepted can be connected to and says what nlohmann::json reads.
//
// The input is the status, a byte that says whether TLS was used, a piece that is Retry-After, then the body.
#include "portcullis/core/gateway/discovery.h"

#include <cmath>

#include "portcullis/core/websocket/url.h"
#include "portcullis/fuzz/input.h"
#include "portcullis/tests/encoding/differences.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;

constexpr Duration kDay{24 * 3'600'000};

// An absent field has its default, any other is an integer in its range; nothing when it is neither.
std::optional<std::uint32_t> number(const json& map, const char* key, std::uint32_t least, std::uint32_t otherwise) {
  if (!map.is_object() || !map.contains(key)) return otherwise;
  const json& value = map[key];
  if (!value.is_number_integer() || value < least || value > UINT32_MAX) return std::nullopt;
  return value.get<std::uint32_t>();
}

// GW-REST-3, read from a tree.
std::optional<gateway::Gateway> expected_of(const json& tree, bool secure) {
  const auto member = [](const json& map, const char* key) { return map.contains(key) ? map[key] : json(); };
  const json url = member(tree, "url"), limit = member(tree, "session_start_limit");
  const auto parts = websocket::parse_url(url.is_string() ? url.get<std::string>() : "");
  const auto shards = number(tree, "shards", 1, 1);
  const auto total = number(limit, "total", 0, 1'000), remaining = number(limit, "remaining", 0, 1'000);
  const auto reset_after = number(limit, "reset_after", 0, static_cast<std::uint32_t>(kDay.count()));
  const auto concurrency = number(limit, "max_concurrency", 1, 1);
  if (!parts || (secure && !parts->secure) || !shards || !total || !remaining || !reset_after || !concurrency)
    return std::nullopt;
  return gateway::Gateway{url, *shards, {*total, *remaining, Duration{*reset_after}, *concurrency}};
}

bool same(const gateway::Gateway& one, const gateway::Gateway& other) {
  const auto& a = one.session_start_limit;
  const auto& b = other.session_start_limit;
  return one.url == other.url && one.shards == other.shards && a.total == b.total && a.remaining == b.remaining &&
         a.reset_after == b.reset_after && a.max_concurrency == b.max_concurrency;
}

void read_answer(int status, const std::string& retry_after, const std::string& body, bool secure) {
  const auto answer = gateway::read_gateway_bot(status, retry_after, body, secure);
  const auto* const accepted = std::get_if<gateway::Gateway>(&answer);
  const auto* const later = std::get_if<gateway::AskLater>(&answer);
  must(status == 200 || accepted == nullptr, "only a 200 is accepted");
  const bool patient = status == 200 || status == 429 || status >= 500;
  must(patient == (accepted != nullptr || later != nullptr), "who may ask again");
  if (later != nullptr) must(later->wait >= Duration{0} && later->wait <= kDay, "a wait of a day at most");
  if (accepted != nullptr) {
    const auto parts = websocket::parse_url(accepted->url);
    must(parts && (!secure || parts->secure), "a URL that can be dialled, and TLS stays");
    must(accepted->shards > 0 && accepted->session_start_limit.max_concurrency > 0, "one shard, one at a time");
  }
  const json tree = json::parse(body, nullptr, false);
  if (status != 200 || !tree.is_object() || tests::nlohmann_differs(body)) return;
  const auto expected = expected_of(tree, secure);
  must(expected.has_value() == (accepted != nullptr), "what is a good answer");
  if (expected) must(same(*expected, *accepted), "what the answer says");
}

// RFC 9110 section 10.2.3 knows whole seconds; some servers send a fraction.
void read_wait(const std::string& value) {
  const auto wait = gateway::read_retry_after(value);
  const std::string digits = "0123456789";
  const std::size_t point = value.find_first_not_of(digits);
  const bool whole = point == std::string::npos;
  const bool is_number = !value.empty() && (whole || (value[point] == '.' && point != 0 && point + 1 < value.size() &&
                                                      value.find_first_not_of(digits, point + 1) == std::string::npos));
  must(!value.empty() || !wait, "no value, no wait");
  must(wait.has_value() == is_number, "what is a number of seconds");
  if (!wait) return;
  must(*wait >= Duration{0} && *wait <= kDay && wait->count() % 1'000 == 0, "whole seconds, a day at most");
  if (value.size() > 15) return;  // a double holds no more digits
  must(static_cast<double>(wait->count()) == std::min(std::ceil(std::stod(value)), 86'400.0) * 1'000.0, "rounded up");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const int status = input.two();
  const bool secure = input.byte() % 2 != 0;
  const std::string retry_after = input.piece();
  fuzz::read_wait(retry_after);
  fuzz::read_answer(status, retry_after, input.rest(), secure);
  return 0;
}
