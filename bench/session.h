#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace portcullis::bench {

/// Makes the payloads of a session as a busy gateway sends them, always the same ones: Hello, READY, guilds of 20 to
/// 500 KB, then messages, presences, typing and so on, until there are `bytes_min` bytes of JSON.
std::vector<std::string> session(std::size_t bytes_min, std::size_t guilds);

}  // namespace portcullis::bench
