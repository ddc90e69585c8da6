#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portcullis/core/client.h"

/// What the library tells as values, in words.
namespace portcullis::cli {

/// Names a reason for programs: `lost_link`.
std::string_view name_of(Disconnected::Why why) noexcept;
/// Names what comes next for programs: `resume`.
std::string_view name_of(Disconnected::Next next) noexcept;

/// Tells a reason to a person: "the link was lost".
std::string_view words_for(Disconnected::Why why) noexcept;

/// Tells why a link has ended.
std::string why_in_words(const Disconnected& end);
/// Tells what comes next, and when: "resumes in 0.5 s".
std::string next_in_words(const Disconnected& end);

/// Tells what a close code means: `4004 (Authentication failed, GW-CLOSE-4004)`.
std::string close_code_in_words(std::uint16_t code);
/// Tells what to do about one of the codes after which a client must not come back.
std::string_view remedy_for(std::uint16_t code) noexcept;

/// Tells a length of time: "340 ms", "2.5 s".
std::string in_words(Duration time);
/// Tells an amount of bytes: "512 B", "1.5 kB", "3.2 MB".
std::string bytes_in_words(std::uint64_t bytes);

}  // namespace portcullis::cli
