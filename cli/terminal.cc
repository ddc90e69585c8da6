#include "portcullis/cli/terminal.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>

namespace portcullis::cli {
namespace {

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool is_dumb() {
  const char* const terminal = std::getenv("TERM");
  return terminal == nullptr || std::string_view(terminal) == "dumb";
}

}  // namespace

bool print_line(std::FILE* file, std::string_view line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::fwrite(line.data(), 1, line.size(), file);
  std::fputc('\n', file);
  return std::fflush(file) == 0 && std::ferror(file) == 0;
}

std::string one_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

Paint::Paint(std::FILE* file, bool wanted)
    : on_(wanted && isatty(fileno(file)) == 1 && !is_set("NO_COLOR") && !is_dumb()) {}

std::string Paint::operator()(Colour colour, std::string_view text) const {
  constexpr std::array<std::string_view, 6> kCodes{"1", "2", "31", "32", "33", "36"};
  if (!on_) return std::string(text);
  return "\x1b[" + std::string(kCodes.at(static_cast<std::size_t>(colour))) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace portcullis::cli
