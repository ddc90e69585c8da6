// Counts what a warm connection takes from the heap: nothing.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "tests/websocket/play.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new(std::size_t size) {
  if (void* const memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace portcullis::tests {
namespace {

using namespace websocket;

/// One round of everything: messages whole, fragmented and cut; a ping; sending back.
template <typename Connection>
std::size_t round(Connection& connection, std::span<const std::byte> input) {
  std::size_t messages = 0;
  for (std::size_t i = 0; i < input.size(); i += 7) {
    connection.received(input.subspan(i, std::min<std::size_t>(7, input.size() - i)), at(0));
    for (auto output = connection.poll(); !std::holds_alternative<Wait>(output); output = connection.poll())
      if (const auto* message = std::get_if<Message>(&output)) {
        ++messages;
        (void)connection.send(message->kind, message->payload);
        (void)connection.ping({});
      }
  }
  return messages;
}

template <typename End>
void check_warm(std::span<const std::byte> input) {
  End end;
  for (int i = 0; i < 3; ++i) round(end.connection, input);
  const std::size_t before = allocations;
  std::size_t messages = 0;
  for (int i = 0; i < 100; ++i) messages += round(end.connection, input);
  CHECK(allocations - before == 0);
  CHECK(messages == 300);
}

TEST_CASE("WS-IO-6: a warm connection allocates nothing", "[ws]") {
  const std::size_t before = allocations;
  const auto probe = std::make_unique<int>(1);
  REQUIRE(allocations > before);  // the counter counts
  Bytes input = frame(0x81, Bytes(300, std::byte{'a'}));
  for (const Bytes& more :
       {frame(0x89, Bytes(5)), frame(0x02, Bytes(1000)), frame(0x80, Bytes(70'000)), frame(0x82, {})})
    input.insert(input.end(), more.begin(), more.end());
  check_warm<OpenClient>(input);
  check_warm<OpenServer>(masked(input));
}

TEST_CASE("WS-FR-10: a header that promises much takes no memory", "[ws]") {
  OpenClient end;
  const Bytes header = from_hex("827f0000000004000000");
  const std::size_t before = allocations;
  end.connection.received(header, at(0));
  while (!std::holds_alternative<Wait>(end.connection.poll())) {
  }
  CHECK(allocations == before);
}

}  // namespace
}  // namespace portcullis::tests
