#include "portcullis/cli/redact.h"

#include <string>

namespace portcullis::cli {
namespace {

bool is_secret(const std::string& key) { return key == "session_id" || key == "token"; }

std::string pseudonym(std::size_t length) { return std::string(length, '*'); }

}  // namespace

void redact(nlohmann::ordered_json& data) {
  for (auto& [key, value] : data.items())
    if (data.is_object() && is_secret(key) && value.is_string())
      value = pseudonym(value.get_ref<const std::string&>().size());
    else if (value.is_structured())
      redact(value);
}

}  // namespace portcullis::cli
