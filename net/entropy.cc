#include "portcullis/net/entropy.h"

#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace portcullis::net {

namespace {

/// What a thread has in store: 4 KiB at a time, for the generator's cost is in the call.
struct Block {
  std::array<std::uint32_t, 1'024> words;
  std::size_t used = words.size();
};

void refill(Block& block) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(block.words.data()), sizeof block.words) != 1) {
    std::fputs("portcullis: the system gives no random bytes, without which no connection is safe\n", stderr);
    std::abort();
  }
  block.used = 0;
}

std::uint32_t draw() {
  thread_local Block block;
  if (block.used == block.words.size()) refill(block);
  return std::exchange(block.words[block.used++], 0U);  // what was handed out is kept nowhere
}

}  // namespace

Chance entropy() { return draw; }

}  // namespace portcullis::net
