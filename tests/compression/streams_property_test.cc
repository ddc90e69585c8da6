// The decompressor against zlib's deflate and libzstd: whatever goes in comes out, however it is cut.
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/oracle/vectors/connection.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/zstd.h"
#include "portcullis/tests/encoding/texts.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using vectors::receive;
using vectors::Received;

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
    compression::Decompressor decompressor(compression::Compression::ZlibStream, Limits{});
    const auto got = decompressor.feed(bytes(stream), workspace);
    RC_ASSERT(bool(got) == fine);
    if (!fine) return RC_ASSERT(decompressor.feed(bytes(stream), workspace).error() == got.error());
    RC_ASSERT(got->has_value());
    RC_ASSERT((*got)->size() == expected.size());
    RC_ASSERT(std::equal((*got)->begin(), (*got)->end(), bytes(expected).begin()));
  });
}

/// A zstd-stream's message for a payload: flushed where it pleases, frames ended and begun, frames to skip in between.
std::string zstd_message(std::string_view text, Zstd& zstd) {
  std::string message;
  for (int parts = *rc::gen::inRange(0, 4); parts != 0; --parts) {
    const auto size = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const std::string_view part = text.substr(0, size);
    text.remove_prefix(size);
    const int how = *rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {1, 2}});
    message += how == 0 ? zstd.message(part) : zstd.last_message(part);
    if (how == 2) message += zstd_skippable(std::string(*rc::gen::inRange<std::size_t>(0, 60), 's'));
    if (how != 0) zstd = Zstd({.window_log = *rc::gen::inRange(10, 21), .level = *rc::gen::inRange(-5, 4)});
  }
  return message + zstd.message(text);
}

TEST_CASE("GW-ZSTD-3, GW-ZSTD-9: any payloads come out of any frames and flushes, each with its message",
          "[compression][property]") {
  check_always("with messages in between that yield nothing", [] {
    Zstd zstd({.window_log = *rc::gen::inRange(10, 19), .level = *rc::gen::inRange(-5, 4)});
    std::vector<std::string> texts, messages;
    std::vector<std::size_t> places;
    for (int left = *rc::gen::inRange(1, 5); left != 0; --left) {
      texts.push_back(*payload());
      if (*rc::gen::inRange(0, 4) == 0) messages.emplace_back();
      messages.push_back(zstd_message(texts.back(), zstd));
      places.push_back(messages.size() - 1);
    }
    const Received received = receive(messages, Limits{}, compression::Compression::ZstdStream);
    RC_ASSERT(!received.error);
    RC_ASSERT(received.payloads.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RC_ASSERT(received.payloads[i].first == places[i]);
      RC_ASSERT(received.payloads[i].second == texts[i]);
    }
  });
}

/// What libzstd alone makes of a frame, one byte in at a time and one byte out.
std::string decompressed(const std::string& stream, bool& fine) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string output;
  fine = true;
  for (const char byte : stream) {
    ZSTD_inBuffer in{&byte, 1, 0};
    for (bool more = true; more && fine;) {
      char room[64];
      ZSTD_outBuffer out{room, sizeof room, 0};
      fine = !ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in));
      output.append(room, fine ? out.pos : 0);
      more = out.pos == sizeof room || in.pos < in.size;
    }
    if (!fine) break;
  }
  return output;
}

TEST_CASE("GW-ZSTD-8: damage is found where libzstd finds it", "[compression][property]") {
  check_always("in one message", [] {
    Zstd zstd({.checksum = *rc::gen::arbitrary<bool>()});
    std::string stream = zstd.message(*envelope_text());
    stream += zstd.last_message(*envelope_text());
    stream[*rc::gen::inRange<std::size_t>(0, stream.size())] = *rc::gen::arbitrary<char>();
    bool fine = false;
    const std::string expected = decompressed(stream, fine);
    RC_CLASSIFY(fine, "unharmed");
    Workspace workspace;
    compression::Decompressor decompressor(compression::Compression::ZstdStream, Limits{});
    const auto got = decompressor.feed(bytes(stream), workspace);
    RC_ASSERT(bool(got) == fine);
    if (!fine) return RC_ASSERT(decompressor.feed(bytes(stream), workspace).error() == got.error());
    if (expected.empty()) return RC_ASSERT(!got->has_value());
    RC_ASSERT(got->has_value());
    RC_ASSERT((*got)->size() == expected.size());
    RC_ASSERT(std::equal((*got)->begin(), (*got)->end(), bytes(expected).begin()));
  });
}

TEST_CASE("GW-PCOMP-2, GW-PCOMP-6: a payload comes out whole, and with a byte more or less or another it does not",
          "[compression][property]") {
  check_always("made at any level", [] {
    const std::string text = *payload();
    const std::string message = Deflater({}, *rc::gen::inRange(0, 10)).last_message(text);
    const auto outcome = [](const std::string& sent) {
      return receive({sent}, Limits{}, compression::Compression::Payload);
    };
    const Received whole = outcome(message);
    RC_ASSERT(!whole.error);
    RC_ASSERT(whole.payloads.size() == 1u);
    RC_ASSERT(whole.payloads[0].second == text);
    const auto size = *rc::gen::inRange<std::size_t>(0, message.size());
    const Received cut = outcome(message.substr(0, size));
    RC_ASSERT(cut.error.has_value());
    RC_ASSERT(cut.error->second.code == Errc::InflateTruncated);
    const Received longer = outcome(message + *rc::gen::arbitrary<char>());
    RC_ASSERT(longer.error.has_value());
    RC_ASSERT(longer.error->second.code == Errc::InflateTrailing);
    std::string other = message;
    other[size] ^= static_cast<char>(1 << *rc::gen::inRange(0, 8));
    const Received harmed = outcome(other);  // a few bits of deflate mean nothing
    const bool unharmed = !harmed.error && harmed.payloads[0].second == text;
    RC_CLASSIFY(unharmed, "unharmed");
    RC_ASSERT(unharmed || harmed.error.has_value());
  });
}

}  // namespace
}  // namespace portcullis::tests
