#pragma once

#include <string_view>

#include "portcullis/core/errc.h"

namespace portcullis::vectors {

/// The enumerator as vectors spell it.
std::string_view name_of(Errc code);

}  // namespace portcullis::vectors
