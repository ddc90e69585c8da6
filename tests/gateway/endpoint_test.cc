#include "portcullis/core/gateway/endpoint.h"

#include <algorithm>
#include <map>

#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using gateway::join_endpoint;
using Parameters = std::map<std::string, std::vector<std::string>>;

// Takes a query apart as a server does, by hand.
Parameters parameters_of(const std::string& url) {
  Parameters found;
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return found;
  std::string part;
  for (const char c : url.substr(mark + 1) + "&") {
    if (c != '&') {
      part += c;
      continue;
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    if (!part.empty()) found[part.substr(0, equals)].push_back(part.substr(std::min(equals + 1, part.size())));
    part.clear();
  }
  return found;
}

rc::Gen<std::string> any_query() {
  const auto name = rc::gen::element<std::string>("v", "encoding", "compress", "x", "y", "vv", "V");
  const auto value = rc::gen::element<std::string>("", "=", "=1", "=10", "=json", "=a/b", "=?", "=c=d");
  const auto parameter =
      rc::gen::map(rc::gen::pair(name, value), [](const auto& both) { return both.first + both.second; });
  const auto part = rc::gen::weightedOneOf<std::string>({{5, parameter}, {1, rc::gen::just(std::string())}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(part), [](const std::vector<std::string>& parts) {
    std::string query;
    for (const std::string& one : parts) query += (query.empty() ? "?" : "&") + one;
    return query;
  });
}

rc::Gen<std::string> any_base() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::element<std::string>("h", "a.b.example", "127.0.0.1", "[::1]", "[2001:db8::7]"),
                     rc::gen::element<std::string>("", ":1", ":443", ":65535"),
                     rc::gen::element<std::string>("", "/", "/path", "/a/b/")),
      [](const auto& parts) { return "wss://" + std::get<0>(parts) + std::get<1>(parts) + std::get<2>(parts); });
}

std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

TEST_CASE("GW-URL-10: a joined URL parses back with each of our parameters once", "[gw][property]") {
  check_always("join, then parse", [] {
    const std::string main = *any_base() + *any_query();
    const bool resumes = *rc::gen::arbitrary<bool>();
    const std::string base = resumes ? *any_base() + *any_query() : main;
    const std::string compress = *rc::gen::element<std::string>("", "zlib-stream", "zstd-stream");
    const auto joined = join_endpoint(base, main, {10, "json", compress});
    RC_ASSERT(bool(joined));

    const auto parts = websocket::parse_url(joined->url);
    RC_ASSERT(bool(parts));
    RC_ASSERT(*parts == joined->parts);
    RC_ASSERT(parts->host == websocket::parse_url(base)->host);
    RC_ASSERT(parts->port == websocket::parse_url(base)->port);
    const std::string path = without_query(base) + (base.find('/', 6) < base.find('?') ? "" : "/");
    RC_ASSERT(without_query(joined->url) == path);

    Parameters expected = parameters_of(main);
    for (const auto& [name, values] : parameters_of(base)) expected.emplace(name, values);
    expected["v"] = {"10"};
    expected["encoding"] = {"json"};
    expected["compress"] = {compress};
    if (compress.empty()) expected.erase("compress");
    RC_ASSERT(parameters_of(joined->url) == expected);
  });
}

TEST_CASE("GW-URL-10: joining what was joined changes nothing", "[gw][property]") {
  check_always("join is idempotent", [] {
    const std::string main = *any_base() + *any_query();
    const auto once = join_endpoint(main, main, {10, "json", "zlib-stream"});
    RC_ASSERT(bool(once));
    const auto twice = join_endpoint(once->url, once->url, {10, "json", "zlib-stream"});
    RC_ASSERT(bool(twice));
    RC_ASSERT(once->url == twice->url);
  });
}

TEST_CASE("GW-SEC-2: whatever a peer names as resume URL, the scheme and the query stay ours", "[gw][property]") {
  check_always("any text", [] {
    const auto prefix = *rc::gen::element<std::string>("", "wss://", "ws://", "WSS://h", "wss://h/", "wss://h?");
    const std::string base = prefix + *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    const auto joined = join_endpoint(base, "wss://main/?x=1", {10, "json", "zlib-stream"});
    if (!joined) {
      RC_ASSERT(joined.error().blame == Blame::Peer);
      return;
    }
    RC_ASSERT(joined->parts.secure);
    const std::string tail = "x=1&v=10&encoding=json&compress=zlib-stream";
    RC_ASSERT(joined->url.size() > tail.size());
    RC_ASSERT(joined->url.substr(joined->url.size() - tail.size()) == tail);
  });
}

}  // namespace
}  // namespace portcullis::tests
