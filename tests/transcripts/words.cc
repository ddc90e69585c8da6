#include "portcullis/tests/transcripts/words.h"

#include "portcullis/tests/client/world.h"

namespace portcullis::tests {

std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

std::string behind_first_word(const std::string& text) {
  const auto at = text.find(' ');
  return at == std::string::npos ? std::string() : text.substr(at + 1);
}

std::optional<std::string> payload_said(const std::string& verb, const std::string& rest) {
  if (verb == "text") return rest;
  if (verb == "ack") return R"({"op":11})";
  if (verb == "hello") return hello(std::stoll(rest));
  if (verb == "ready") return ready(rest);
  if (verb == "resumed") return resumed(std::stoll(rest));
  if (verb == "deep")
    return R"({"op":0,"d":)" + std::string(std::stoul(rest), '[') + std::string(std::stoul(rest), ']') + "}";
  if (verb != "dispatch") return std::nullopt;
  const std::string numbered = behind_first_word(rest);
  const std::string d = behind_first_word(numbered);
  return dispatch(first_word(rest), std::stoll(numbered), d.empty() ? "{}" : d);
}

}  // namespace portcullis::tests
