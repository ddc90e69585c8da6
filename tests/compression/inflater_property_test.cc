// The inflater against zlib's own deflate: whatever goes in comes out, however it is cut.
#include <zlib.h>

#include <catch2/catch.hpp>

#include "portcullis/core/compression/inflater.h"
#include "portcullis/tests/compression/connection.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/encoding/texts.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

/// Cuts messages further, with empty ones in between.
std::vector<std::string> recut(const std::vector<std::string>& messages, std::size_t part_bytes_max) {
  std::vector<std::string> parts;
  for (const std::string& message : messages)
    for (std::size_t at = 0; at < message.size(); at += parts.back().size())
      parts.push_back(message.substr(at, *rc::gen::inRange<std::size_t>(1, part_bytes_max + 1)));
  if (!parts.empty())
    parts.insert(parts.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(parts.size())), "");
  return parts;
}

/// A payload that may be long, and may hold the bytes that end one: deflate stores what it cannot compress.
rc::Gen<std::string> payload() {
  return rc::gen::exec([] {
    std::string text = *envelope_text();
    const auto fill = *rc::gen::weightedElement<std::size_t>({{8, 0}, {1, 3'000}, {1, 40'000}});
    text.insert(text.rfind('}'), ",\"fill\":\"" + std::string(fill, 'x') + "\"");
    return text;
  });
}

TEST_CASE("GW-ZLIB-4: any cut of any payloads gives the same payloads", "[compression][property]") {
  check_always("with any level of compression and flushes in mid-payload", [] {
    Deflater deflater({}, *rc::gen::inRange(0, 10));
    std::vector<std::string> texts, messages;
    for (int left = *rc::gen::inRange(1, 5); left != 0; --left) {
      texts.push_back(*payload());
      const auto flush_at = *rc::gen::inRange<std::size_t>(0, texts.back().size());
      messages.push_back(deflater.message(std::string_view(texts.back()).substr(0, flush_at)));
      if (*rc::gen::arbitrary<bool>()) messages.emplace_back();  // or the flush stays inside the message
      messages.back() += deflater.message(std::string_view(texts.back()).substr(flush_at));
    }
    std::size_t total = 0;
    for (const std::string& message : messages) total += message.size();
    const auto part_bytes_max = std::max(*rc::gen::element<std::size_t>(3, 50, 5'000), total / 300);
    const Received received = receive(recut(messages, part_bytes_max), Limits{});
    RC_ASSERT(!received.error);
    RC_ASSERT(received.payloads.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) RC_ASSERT(received.payloads[i].second == texts[i]);
  });
}

/// What zlib alone makes of the messages put together.
std::string inflated(const std::string& stream, bool& fine) {
  z_stream zlib{};
  inflateInit(&zlib);
  std::string output(1 << 20, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data()));
  zlib.avail_in = static_cast<uInt>(stream.size());
  zlib.next_out = reinterpret_cast<Bytef*>(output.data());
  zlib.avail_out = static_cast<uInt>(output.size());
  const int code = inflate(&zlib, Z_SYNC_FLUSH);
  fine = code == Z_OK || code == Z_BUF_ERROR;
  output.resize(output.size() - zlib.avail_out);
  inflateEnd(&zlib);
  return output;
}

TEST_CASE("GW-ZLIB-8: damage is found where zlib finds it, and what came before it is kept",
          "[compression][property]") {
  check_always("in one message", [] {
    Deflater deflater;
    std::string stream = deflater.message(*envelope_text()) + deflater.message(*envelope_text());
    stream[*rc::gen::inRange<std::size_t>(0, stream.size() - 4)] = *rc::gen::arbitrary<char>();
    bool fine = false;
    const std::string expected = inflated(stream, fine);
    RC_CLASSIFY(fine, "unharmed");
    Workspace workspace;
    compression::Inflater inflater(compression::Compression::ZlibStream, Limits{});
    const auto got = inflater.feed(bytes(stream), workspace);
    RC_ASSERT(bool(got) == fine);
    if (!fine) return RC_ASSERT(inflater.feed(bytes(stream), workspace).error() == got.error());
    RC_ASSERT(got->has_value());
    RC_ASSERT((*got)->size() == expected.size());
    RC_ASSERT(std::equal((*got)->begin(), (*got)->end(), bytes(expected).begin()));
  });
}

}  // namespace
}  // namespace portcullis::tests
