#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The language-neutral vectors of corpus/vectors: read, put as questions, answered by the core, and graded.
namespace portcullis::vectors {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::byte>;

/// Throws std::runtime_error for what is no lowercase hex.
Bytes from_hex(std::string_view hex);
std::string to_hex(std::span<const std::byte> bytes);
Bytes from_text(std::string_view text);
std::string to_text(std::span<const std::byte> bytes);
/// A text of characters up to U+00FF that stands for one byte a character, and back.
Bytes from_narrow(std::string_view text);
std::string to_narrow(std::span<const std::byte> bytes);
/// The bytes of a vector's stream: a list of hex, {"repeat": hex, "times": n} and {"text": one byte a character}.
Bytes stream_of(const Json& items);

/// Frames from server to client as the client would send them, key 37fa213d; headers may be wrong, payloads cut short.
Bytes masked(std::span<const std::byte> frames);
/// Frames from client to server without their masks. Throws std::runtime_error when one has none, or is cut short.
Bytes unmasked(std::span<const std::byte> frames);

}  // namespace portcullis::vectors
