// A generator that fails can only be put in by an interface that OpenSSL 3 calls old.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "portcullis/net/entropy.h"

#include <openssl/rand.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <thread>

namespace portcullis::net {

namespace {

int give_nothing(unsigned char*, int) { return 0; }

/// What a child process that has no random bytes writes to its standard error, and how it ends.
std::pair<std::string, int> draw_without_bytes() {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);
    ::dup2(ends[1], STDERR_FILENO);
    static RAND_METHOD broken{};
    broken.bytes = give_nothing;
    RAND_set_rand_method(&broken);
    std::thread([] { static_cast<void>(entropy()()); }).join();  // whose block is still empty
    ::_exit(0);
  }
  ::close(ends[1]);
  std::array<char, 500> text{};
  const ssize_t size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return {std::string(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0), status};
}

}  // namespace

TEST_CASE("WS-HS-2: the bits are fresh, over the end of a block too") {
  const Chance chance = entropy();
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 5'000; ++i) seen.insert(chance());
  CHECK(seen.size() > 4'990);  // two alike among 5,000 of 2^32 come once in 300 runs
  CHECK(seen.count(0) <= 1);
}

TEST_CASE("WS-HS-2: no two threads draw the same bits") {
  const Chance chance = entropy();
  std::array<std::array<std::uint32_t, 100>, 2> drawn{};
  std::array<std::thread, 2> threads;
  for (std::size_t i = 0; i < 2; ++i)
    threads[i] = std::thread([&, i] {
      for (std::uint32_t& word : drawn[i]) word = chance();
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(drawn[0] != drawn[1]);
}

TEST_CASE("WS-HS-2: without random bytes the program ends and says so") {
  const auto [text, status] = draw_without_bytes();
  CHECK(text == "portcullis: the system gives no random bytes, without which no connection is safe\n");
  CHECK(WIFSIGNALED(status));
}

}  // namespace portcullis::net
