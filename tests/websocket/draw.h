#pragma once

#include <cstddef>
#include <random>
#include <vector>

/// What properties of WebSocket draw: bytes, texts, frames and streams of them, inside a RapidCheck property.
namespace portcullis::tests {

/// For what is too much to be drawn piece by piece: only the seed is drawn.
std::mt19937 draw_dice();
std::size_t roll(std::mt19937& dice, std::size_t low, std::size_t high);

std::vector<std::byte> draw_bytes(std::size_t size_max);
/// Text that is UTF-8, mostly.
std::vector<std::byte> draw_text();
/// A frame, unmasked, as a peer may send it: mostly good, sometimes wrong in its first byte, its length or its payload.
std::vector<std::byte> draw_frame();
/// Some of them.
std::vector<std::byte> draw_stream();
/// Frames with nothing wrong: messages in any fragments, control frames between them, perhaps a Close in the end.
std::vector<std::byte> draw_good_stream();
/// Bytes changed, put in, taken out or cut off, at a few places.
std::vector<std::byte> mutate(std::vector<std::byte> bytes);

}  // namespace portcullis::tests
