// Once warm, a payload on its way from the compressed message to its envelope, and a command, take no memory.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/zstd.h"

// The libraries take their memory from malloc, so that is what is counted, where no sanitizer has put its own there.
#if defined(__SANITIZE_ADDRESS__)
#define COUNT_OPERATOR_NEW
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNT_OPERATOR_NEW
#endif
#endif

namespace {

std::size_t allocations = 0;

}  // namespace

#ifdef COUNT_OPERATOR_NEW
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#else
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
}
#endif

namespace portcullis::tests {
namespace {

/// Goes one payload's way and counts what it takes; `cut` parts it into two messages.
std::size_t taken_by(const std::string& message, std::size_t cut, compression::Decompressor& decompressor,
                     Workspace& workspace) {
  const std::size_t before = allocations;
  auto payload = decompressor.feed(bytes(message).first(cut), workspace);
  if (cut < message.size()) payload = decompressor.feed(bytes(message).subspan(cut), workspace);
  const std::string_view text(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
  const auto view = encoding::scan_json(text, encoding::Check::Grammar, 512, workspace);
  const auto name = encoding::as_string(encoding::find(view->d, "name"), workspace.command);
  workspace.command.clear();
  encoding::JsonWriter writer(workspace.command, 4'096);
  writer.begin_map(2);
  writer.key("op"), writer.integer(view->op), writer.key("d"), writer.string(*name), writer.end_map();
  const bool fine = bool(writer.finish());
  const std::size_t taken = allocations - before;
  CHECK(fine);
  CHECK(view->t == "GUILD_CREATE");
  return taken;
}

std::string payload() {
  return R"({"t":"GUILD\u005fCREATE","s":1,"op":0,"d":{"name":"a \"quoted\" name","fill":")" +
         std::string(100'000, 'x') + R"("}})";
}

TEST_CASE("GW-ZLIB-9: a warm zlib-stream allocates nothing for a payload or a command", "[compression]") {
  Deflater deflater;
  Workspace workspace;
  workspace.command.reserve(4'096);
  compression::Decompressor decompressor(compression::Compression::ZlibStream, Limits{});
  const std::string first = deflater.message(payload());
  CHECK(taken_by(first, first.size() / 2, decompressor, workspace) > 0);
  for (int round = 0; round < 20; ++round) {
    const std::string message = deflater.message(payload());
    CHECK(taken_by(message, message.size(), decompressor, workspace) == 0);
    const std::string in_two = deflater.message(payload());
    CHECK(taken_by(in_two, in_two.size() / 2, decompressor, workspace) == 0);
  }
}

TEST_CASE("GW-ZSTD-3: a warm zstd-stream allocates nothing, nor does a frame like the last", "[compression]") {
  Zstd zstd;
  Workspace workspace;
  workspace.command.reserve(4'096);
  compression::Decompressor decompressor(compression::Compression::ZstdStream, Limits{});
  const std::string first = zstd.message(payload());
  CHECK(taken_by(first, first.size(), decompressor, workspace) > 0);
  for (int round = 0; round < 40; ++round) {
    const std::string message = round % 8 == 7 ? zstd.last_message(payload()) : zstd.message(payload());
    CHECK(taken_by(message, message.size(), decompressor, workspace) == 0);
  }
}

TEST_CASE("GW-PCOMP-2: payload compression allocates nothing once warm", "[compression]") {
  Workspace workspace;
  workspace.command.reserve(4'096);
  compression::Decompressor decompressor(compression::Compression::Payload, Limits{});
  const std::string message = Deflater().last_message(payload());
  CHECK(taken_by(message, message.size(), decompressor, workspace) > 0);
  for (int round = 0; round < 20; ++round) CHECK(taken_by(message, message.size(), decompressor, workspace) == 0);
}

}  // namespace
}  // namespace portcullis::tests
