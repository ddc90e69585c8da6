// The exception that nlohmann/json throws at a missing key arrives at the bot that has asked for the key.
#include "content.h"

#include <cstdio>

namespace {

portcullis::Dispatch message(std::string_view json) {
  using portcullis::encoding::ValueKind;
  return {portcullis::Dispatch::Kind::Other, "MESSAGE_CREATE", 1, {ValueKind::Map, json}, false};
}

int failures = 0;

void expect(std::string_view json, const std::string& content) {
  const std::string got = content_of(message(json));
  if (got == content) return;
  std::printf("%.*s gave %s\n", static_cast<int>(json.size()), json.data(), got.c_str());
  ++failures;
}

}  // namespace

int main() {
  expect(R"({"content": "hello"})", "hello");
  expect(R"({"id": "1"})", "(no text)");
  expect(R"({"content": 5})", "(no text)");
  std::printf("%d failures\n", failures);
  return failures;
}
