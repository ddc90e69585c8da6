#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace portcullis::tests {

/// Chooses one of so many ways to write a term; the first is the gateway's.
using Pick = std::function<std::uint32_t(std::uint32_t below)>;

std::uint32_t as_the_gateway(std::uint32_t below);

/// Writes a tree as an ETF payload, version first. Written against the Erlang specification alone.
///
/// Shape: what `in_etf` leaves alone comes back as it was; a string of digits that four bytes cannot hold is written as
///        an id, that is an integer.
std::string etf_payload(const nlohmann::ordered_json& tree, const Pick& pick = as_the_gateway);

/// The same, without the version.
std::string etf_term(const nlohmann::ordered_json& tree, const Pick& pick = as_the_gateway);

/// The payload as a compressed term.
std::string compressed(std::string_view payload);

/// The tree that a reader of ETF can have of it: integers that four bytes cannot hold are strings (GW-ETF-17).
nlohmann::json in_etf(nlohmann::json tree);

/// Reads what a client sent, keys in their order. Throws where it is not as GW-ETF-14 has it, or more than one term.
nlohmann::ordered_json read_etf(std::string_view payload);

/// Bytes out of hex digits, with blanks between them.
std::string from_hex(std::string_view hex);

}  // namespace portcullis::tests
