#pragma once

#include <optional>
#include <string>

namespace portcullis::tests {

// A command of a transcript, taken apart.
std::string first_word(const std::string& text);
std::string behind_first_word(const std::string& text);

/// The payload that the peer says, for the commands that are one: text, hello, ready, resumed, dispatch,
/// ack, and deep, whose data are so many lists in each other.
std::optional<std::string> payload_said(const std::string& verb, const std::string& rest);

}  // namespace portcullis::tests
