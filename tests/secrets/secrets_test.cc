// GW-SEC-1: the token appears in nothing that the tests' programs print.
//
//   secrets_test TOKEN COMMAND...       runs each command, given as one argument, and searches what it prints
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

namespace {

struct Ran {
  std::string printed;
  bool well = false;
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* const pipe = popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.printed.append(buffer.data(), size);
  ran.well = pclose(pipe) == 0;
  return ran;
}

}  // namespace

int main(int argc, char** argv) {
  int passed = 0;
  int failed = 0;
  const std::string token = argc > 1 ? argv[1] : "";
  for (int i = 2; i < argc; ++i) {
    const Ran ran = run(argv[i]);
    const auto at = ran.printed.find(token);
    const bool good = ran.well && !ran.printed.empty() && at == std::string::npos;
    (good ? passed : failed)++;
    std::cout << (good ? "ok      " : "FAILED  ") << argv[i] << ": " << ran.printed.size() << " bytes";
    if (!ran.well) std::cout << ", it did not end well";
    if (ran.printed.empty()) std::cout << ", it printed nothing to search";
    if (at != std::string::npos) std::cout << ", the token stands at byte " << at;
    std::cout << '\n';
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 && !token.empty() ? 0 : 1;
}
