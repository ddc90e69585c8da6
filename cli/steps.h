#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "portcullis/oracle/mock/peer.h"

/// The mock gateway's steps in words.
namespace portcullis::cli {

/// Says whether a step is worth a line by itself; heartbeats, dispatches and what is ignored come too often.
bool matters(const mock::Stepped& step) noexcept;

/// Tells a step to a person: "Authenticated: Heartbeat -> Acknowledge".
std::string in_words(const mock::Stepped& step);

/// Tells a step to a program.
nlohmann::ordered_json line_of(const mock::Stepped& step);

}  // namespace portcullis::cli
