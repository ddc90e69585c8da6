#pragma once

#include <cstddef>
#include <vector>

namespace portcullis {

/// Scratch memory shared by all the sessions of one thread: inflated payloads and unescaped strings live here until the
/// next output is asked for. It grows to what the largest payload needed and stays there, so that a warm thread
/// allocates nothing. Not thread-safe; nothing in it outlives a call of `poll`.
struct Workspace {
  std::vector<std::byte> payload;  ///< the inflated payload at hand
  std::vector<char> term;          ///< the payload at hand where it came as a compressed ETF term
  std::vector<char> text;          ///< the unescaped event name at hand
  std::vector<char> command;       ///< the command being written, or the unescaped string being read
};

}  // namespace portcullis
