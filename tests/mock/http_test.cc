// The reader of HTTP requests and the writer of responses of the mock gateway.
#include "portcullis/oracle/mock/http.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::mock {
namespace {

/// What came out of a reader: requests as one line each, a last one for an error.
struct Seen {
  std::vector<std::string> lines;
  int continues = 0;

  friend bool operator==(const Seen&, const Seen&) = default;
};

std::string line_of(const HttpRequest& request) {
  std::string line = request.method + " " + request.path;
  if (!request.query.empty()) line += " ?" + request.query;
  if (!request.keep_alive) line += " close";
  return line + " [" + request.body + "]";
}

/// Reads a text that arrives in pieces of `size` bytes.
Seen read(std::string_view text, std::size_t size) {
  HttpReader reader;
  Seen seen;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
    auto bytes = std::as_bytes(std::span(text.substr(0, size)));
    bool more = false;
    while (!more) {
      const auto got = reader.feed(bytes);
      if (const auto* request = std::get_if<HttpRequest>(&got)) seen.lines.push_back(line_of(*request));
      if (const auto* error = std::get_if<HttpAnswer>(&got)) seen.lines.push_back(std::to_string(error->status));
      if (const auto* rest = std::get_if<HttpReader::More>(&got)) {
        more = true;
        seen.continues += rest->continue_due;
      }
    }
    REQUIRE(bytes.empty());
  }
  return seen;
}

std::vector<std::string> lines(std::string_view text) { return read(text, text.size()).lines; }

std::string get(std::string_view rest) { return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(rest) + "\r\n"; }

constexpr std::string_view kConversation =
    "GET /api/v10/users/%40me?x=1&y HTTP/1.1\r\nHost: a\r\n\r\n"
    "POST /send HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello"
    "POST /send HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: "
    "1\r\n\r\n"
    "POST /drop HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    "BREW\x01";

TEST_CASE("WS-HT-9: pipelined requests come out the same wherever the bytes are cut", "[mock]") {
  const std::vector<std::string> wanted{"GET /api/v10/users/@me ?x=1&y []", "POST /send [hello]",
                                        "POST /send [abc0123456789]", "POST /drop close []", "400"};
  for (std::size_t size = 1; size <= kConversation.size(); ++size) {
    CAPTURE(size);
    REQUIRE(read(kConversation, size).lines == wanted);
  }
}

TEST_CASE("WS-HT-4: a malformed request is answered with a status of its own, and nothing behind it is read",
          "[mock]") {
  const auto status = [](const std::string& text) { return lines(text + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); };
  using Lines = std::vector<std::string>;
  CHECK(status("\x16\x03\x01") == Lines{"400"});
  CHECK(status("GET /\r\n") == Lines{"400"});
  CHECK(status("GET nowhere HTTP/1.1\r\n") == Lines{"400"});
  CHECK(status("GET / HTTP/1.0\r\n") == Lines{"505"});
  CHECK(status("GET / HTTP/1.1\n") == Lines{"400"});
  CHECK(status("GET / HTTP/1.1\r\nBad Name: 1\r\n") == Lines{"400"});
  CHECK(status("GET / HTTP/1.1\r\n\r\n") == Lines{"400"});  // no Host
  CHECK(status(get("Host: b\r\n")) == Lines{"400"});
  CHECK(status(get("Content-Length: x\r\n")) == Lines{"400"});
  CHECK(status(get("Content-Length: -1\r\n")) == Lines{"400"});
  CHECK(status(get("Content-Length: 1, 2\r\n")) == Lines{"400"});
  CHECK(status(get("Content-Length: 99999999999999999999\r\n")) == Lines{"400"});
  CHECK(status(get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n") == Lines{"400"});
  CHECK(status(get("Transfer-Encoding: gzip, chunked\r\n")) == Lines{"501"});
  CHECK(status(get("Transfer-Encoding: \r\n")) == Lines{"501"});
  CHECK(status(get("Transfer-Encoding: chunked\r\n") + "xyz\r\n") == Lines{"400"});
}

TEST_CASE("WS-HT-13: what is too long has a status that says what", "[mock]") {
  CHECK(lines("GET /" + std::string(9'000, 'a')) == std::vector<std::string>{"414"});
  CHECK(lines("GET / HTTP/1.1\r\nX: " + std::string(9'000, 'a')) == std::vector<std::string>{"431"});
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 200; ++i) many += "X: 1\r\n";
  CHECK(lines(many) == std::vector<std::string>{"431"});
}

std::string post(std::size_t size) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'b');
}

TEST_CASE("WS-HT-20: a body of a mebibyte is read, a longer one refused, counted or in chunks", "[mock]") {
  CHECK(lines(post(kHttpBodyBytesMax)).front().size() > kHttpBodyBytesMax);
  CHECK(lines(post(kHttpBodyBytesMax + 1)) == std::vector<std::string>{"413"});
  std::string chunked = get("Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 17; ++i) chunked += "10000\r\n" + std::string(0x10000, 'c') + "\r\n";
  CHECK(lines(chunked) == std::vector<std::string>{"413"});
  CHECK(read(chunked, 4'096).lines == std::vector<std::string>{"413"});
}

TEST_CASE("WS-HT-14: a client that waits for leave to send its body is given it once", "[mock]") {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  CHECK(read(head, head.size()) == Seen{{}, 1});
  CHECK(read(head + "ab", head.size()) == Seen{{"POST / [ab]"}, 1});
  CHECK(read(head + "ab", head.size() + 2) == Seen{{"POST / [ab]"}, 0});
}

TEST_CASE("GW-REST-3: a response says application/json to the letter, its length, and what becomes of the connection",
          "[mock]") {
  const HttpAnswer answer{200, R"({"a":1})", {}, true};
  CHECK(write_response(answer, "GET", true) ==
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: "
        "keep-alive\r\n\r\n{\"a\":1}");
  CHECK(write_response(answer, "HEAD", false) ==
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n");
  HttpAnswer refused = http_error(405, "no \"such\" \xff thing");
  refused.allow = "GET";
  CHECK(write_response(refused, "PUT", false).find("\r\nAllow: GET\r\n") != std::string::npos);
  CHECK(nlohmann::json::parse(refused.body)["error"] == "no \"such\" \xEF\xBF\xBD thing");
}

}  // namespace
}  // namespace portcullis::mock
