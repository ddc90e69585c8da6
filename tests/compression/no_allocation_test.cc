// Once warm, a payload on its way from the compressed message to its envelope, and a command, take no memory.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "portcullis/core/compression/inflater.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/tests/compression/deflater.h"

namespace {

std::size_t allocations = 0;

}  // namespace

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

namespace portcullis::tests {
namespace {

/// Goes one payload's way and counts what it takes; `cut` parts it into two messages.
std::size_t taken_by(const std::string& message, std::size_t cut, compression::Inflater& inflater,
                     Workspace& workspace) {
  const std::size_t before = allocations;
  auto payload = inflater.feed(bytes(message).first(cut), workspace);
  if (cut < message.size()) payload = inflater.feed(bytes(message).subspan(cut), workspace);
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

TEST_CASE("GW-ZLIB-9: a warm connection allocates nothing for a payload or a command", "[compression]") {
  const std::string payload = R"({"t":"GUILD\u005fCREATE","s":1,"op":0,"d":{"name":"a \"quoted\" name","fill":")" +
                              std::string(100'000, 'x') + R"("}})";
  Deflater deflater;
  Workspace workspace;
  workspace.command.reserve(4'096);
  compression::Inflater inflater(compression::Compression::ZlibStream, Limits{});
  const std::string first = deflater.message(payload);
  CHECK(taken_by(first, first.size() / 2, inflater, workspace) > 0);
  for (int round = 0; round < 20; ++round) {
    const std::string message = deflater.message(payload);
    CHECK(taken_by(message, message.size(), inflater, workspace) == 0);
    const std::string in_two = deflater.message(payload);
    CHECK(taken_by(in_two, in_two.size() / 2, inflater, workspace) == 0);
  }
}

}  // namespace
}  // namespace portcullis::tests
