#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/core/client.h"
#include "portcullis/core/encoding/json_tree.h"

/// Gives the text of a message; an apology for one without.
inline std::string content_of(const portcullis::Dispatch& message) {
  try {
    const auto tree = portcullis::encoding::tree(message.data);
    return tree ? (*tree).at("content").get<std::string>() : "(malformed)";
  } catch (const nlohmann::json::exception&) {  // ours to catch: the library is built with exceptions
    return "(no text)";
  }
}
