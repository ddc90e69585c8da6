#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace portcullis::bench {

/// Makes payloads as a busy gateway sends them, always the same ones: mostly messages and presences, now and then a
/// guild.
std::vector<std::string> dispatches(std::size_t count);

/// Compresses payloads as one zlib-stream connection carries them, a message each.
std::vector<std::string> zlib_stream(const std::vector<std::string>& payloads);
/// The same as one zstd-stream connection carries them, with the window that Discord's gateway was seen to use.
std::vector<std::string> zstd_stream(const std::vector<std::string>& payloads);

}  // namespace portcullis::bench
