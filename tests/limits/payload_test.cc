// The limits of what comes out of a compression, and of how deep it is nested.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <string>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/tests/client/peer.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "tests/client/allocations.h"
#include "tests/limits/with.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using encoding::Check;

/// What comes of one message on a connection of its own, and the most memory that it took at once.
struct Inflated {
  std::size_t bytes;  ///< of the payload
  std::optional<Error> error;
  std::size_t largest;
};

Inflated inflated(Compression kind, const Limits& limits, std::span<const std::byte> message) {
  Workspace workspace;
  compression::Decompressor decompressor(kind, limits);
  const CountAllocations on;
  const auto payload = decompressor.feed(message, workspace);
  if (!payload) return {0, payload.error(), largest_bytes()};
  return {*payload ? (**payload).size() : 0, std::nullopt, largest_bytes()};
}

Bytes compressed_as(Compression kind, std::string_view payload) {
  if (kind == Compression::ZlibStream) return Deflater()(payload);
  if (kind == Compression::ZstdStream) return bytes_of(Zstd().message(payload));
  return Deflater().last(payload);
}

Requirement clause_of(Compression kind) {
  if (kind == Compression::ZlibStream) return req::GW_ZLIB_9;
  return kind == Compression::ZstdStream ? req::GW_ZSTD_3 : req::GW_PCOMP_6;
}

TEST_CASE("GW-ZLIB-9, GW-ZSTD-3, GW-PCOMP-6: payload_bytes_max lets a payload of that size pass, and none larger") {
  for (const auto kind : {Compression::ZlibStream, Compression::ZstdStream, Compression::Payload})
    for (const std::size_t size : {std::size_t{1}, std::size_t{20'000}, std::size_t{200'000}}) {
      CAPTURE(int(kind), size);
      const Bytes message = compressed_as(kind, std::string(size, 'x'));
      CHECK(inflated(kind, with(&Limits::payload_bytes_max, size), message).bytes == size);
      const auto bad = inflated(kind, with(&Limits::payload_bytes_max, size - 1), message);
      REQUIRE(bad.error);
      CHECK(bad.error->code == Errc::PayloadTooLarge);
      CHECK(bad.error->blame == Blame::Limit);
      CHECK(bad.error->req == clause_of(kind));
    }
}

TEST_CASE("GW-ZLIB-9, GW-ZSTD-3, GW-PCOMP-6: payload_bytes_max bounds the memory, and one byte shows the excess") {
  for (const auto kind : {Compression::ZlibStream, Compression::ZstdStream, Compression::Payload}) {
    CAPTURE(int(kind));
    const Bytes message = compressed_as(kind, std::string(5'000'000, 'x'));
    const auto bad = inflated(kind, with(&Limits::payload_bytes_max, 50'000), message);
    CHECK(bad.error);
    CHECK(bad.largest == 50'001);
  }
}

TEST_CASE("GW-ZLIB-4: payload_bytes_max lets so many compressed bytes be gathered, and refuses one more untaken") {
  const Bytes half(50'000);  // has no suffix
  for (const std::size_t limit : {std::size_t{100'000}, std::size_t{99'999}}) {
    Workspace workspace;
    compression::Decompressor decompressor(Compression::ZlibStream, with(&Limits::payload_bytes_max, limit));
    const CountAllocations on;
    REQUIRE(bool(decompressor.feed(half, workspace)));
    const auto second = decompressor.feed(half, workspace);
    CHECK(bool(second) == (limit == 100'000));
    CHECK(largest_bytes() == (limit == 100'000 ? 100'000u : 50'000u));
    if (!second) CHECK(second.error() == Error{Errc::PayloadTooLarge, Blame::Limit, 0, req::GW_ZLIB_4});
  }
}

/// An envelope in ETF whose `d` is this term.
std::string with_data(std::string_view term) {
  return from_hex("83 74 00000002 6d 00000002 6f70 61 0a 6d 00000001 64") + std::string(term);
}

/// What the scan of a payload says, and the most memory that it took at once.
struct Scanned {
  std::optional<Error> error;
  std::size_t largest;
};

Scanned scanned_etf(const std::string& payload, const Limits& limits) {
  Workspace workspace;
  const CountAllocations on;
  const auto view = encoding::scan_etf(payload, limits, workspace);
  return {view ? std::nullopt : std::optional(view.error()), largest_bytes()};
}

Scanned scanned_json(const std::string& text, Check check, std::size_t nesting_max) {
  Workspace workspace;
  const CountAllocations on;
  const auto view = encoding::scan_json(text, check, nesting_max, workspace);
  return {view ? std::nullopt : std::optional(view.error()), largest_bytes()};
}

TEST_CASE(
    "GW-ETF-11: payload_bytes_max lets a compressed term of that size pass, and none larger, before it inflates") {
  const std::string plain = with_data(from_hex("6d 00001000") + std::string(4'096, 'x'));
  const std::string packed = compressed(plain);
  const std::size_t size = plain.size() - 1;  // without the version
  CHECK_FALSE(scanned_etf(packed, with(&Limits::payload_bytes_max, size)).error);
  const auto bad = scanned_etf(packed, with(&Limits::payload_bytes_max, size - 1));
  CHECK(bad.error == Error{Errc::PayloadTooLarge, Blame::Limit, 1, req::GW_ETF_11});
  CHECK(bad.largest == 0);
}

TEST_CASE("LOCAL-33: payload_bytes_max lets a term that is still to come reach that far, and fails where none could") {
  const std::string cut = with_data(from_hex("6d 00001000"));
  const std::size_t needed = cut.size() + 4'096;
  CHECK(scanned_etf(cut, with(&Limits::payload_bytes_max, needed)).error->code == Errc::EtfIncomplete);
  const auto bad = scanned_etf(cut, with(&Limits::payload_bytes_max, needed - 1));
  CHECK(bad.error == Error{Errc::EtfLength, Blame::Limit, cut.size() - 5, req::LOCAL_33});
  CHECK(bad.largest == 0);
}

/// What malloc has given out and not got back; libzstd takes its windows from there. 0 under a sanitizer.
std::size_t malloc_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST_CASE("GW-ZSTD-6: zstd_window_log_max lets a window of that size be taken, and no memory for a larger one") {
  constexpr std::size_t kWindow = std::size_t{1} << 22;
  const Bytes message = bytes_of(Zstd({.window_log = 22}).message("payload"));
  for (const int limit : {22, 21}) {
    Workspace workspace;
    const std::size_t before = malloc_bytes();
    compression::Decompressor decompressor(Compression::ZstdStream, with(&Limits::zstd_window_log_max, limit));
    const auto payload = decompressor.feed(message, workspace);
    const std::size_t taken = malloc_bytes() - before;
    CHECK(bool(payload) == (limit == 22));
    if (malloc_bytes() != 0) CHECK((taken >= kWindow) == (limit == 22));
    if (payload) continue;
    CHECK(payload.error().code == Errc::InflateWindow);
    CHECK(payload.error().blame == Blame::Limit);
    CHECK(payload.error().req == req::GW_ZSTD_6);
  }
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST_CASE("LOCAL-15: nesting_max lets so many levels pass, and fails at the bracket of one more, without memory") {
  for (const int levels : {1, 2, 64, 65, 512}) {
    const auto limit = static_cast<std::size_t>(levels);
    const std::string open = R"({"op":10,"d":)";
    const std::string json = open + repeated("[", levels - 1) + "1" + repeated("]", levels - 1) + "}";
    const std::string etf = with_data(repeated(from_hex("68 01"), levels - 1) + from_hex("61 01"));
    for (const Check check : {Check::Envelope, Check::Grammar}) {
      CAPTURE(levels, int(check));
      CHECK_FALSE(scanned_json(json, check, limit).error);
      const auto bad = scanned_json(json, check, limit - 1);
      const std::size_t at = levels == 1 ? 0 : open.size() + limit - 2;
      CHECK(bad.error == Error{Errc::JsonDepth, Blame::Limit, at, req::LOCAL_15});
      CHECK(bad.largest == 0);
    }
    CHECK_FALSE(scanned_etf(etf, with(&Limits::nesting_max, limit)).error);
    const auto bad = scanned_etf(etf, with(&Limits::nesting_max, limit - 1));
    const std::size_t at = levels == 1 ? 1 : with_data("").size() + 2 * (limit - 2);
    CHECK(bad.error == Error{Errc::EtfDepth, Blame::Limit, at, req::LOCAL_15});
    CHECK(bad.largest == 0);
  }
}

}  // namespace
}  // namespace portcullis::tests
