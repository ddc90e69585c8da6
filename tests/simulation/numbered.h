#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/encoding/value.h"

namespace portcullis::simulation {

/// The dispatches whose way is followed: each session's are numbered from 1, and each says what has to stand in it.
inline constexpr std::string_view kNumbered = "USER_UPDATE";  // it needs no intent

/// Its data as JSON text, with about so many bytes of filling.
std::string numbered_data(std::int64_t number, std::size_t bytes);

/// Reads the number of one that arrived; none when any of it is not as it was sent.
std::optional<std::int64_t> number_of(const encoding::ValueView& data, std::vector<char>& scratch);

}  // namespace portcullis::simulation
