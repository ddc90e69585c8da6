#pragma once

#include <cstdint>
#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace portcullis::cli {

/// Writes a line whole and at once, whichever threads write others.
///
/// Errors: false when the file takes no more: it was closed, or the disk is full.
bool print_line(std::FILE* file, std::string_view line);

/// Gives JSON on one line in ASCII, so that nothing a peer sent can steer a terminal.
std::string one_line(const nlohmann::ordered_json& json);

/// Colours for a person at a terminal, and none for anybody else.
class Paint {
 public:
  enum class Colour : std::uint8_t { Bold, Dim, Red, Green, Yellow, Cyan };

  /// None where `file` is no terminal, NO_COLOR is set, or they are not wanted.
  Paint(std::FILE* file, bool wanted);

  std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool on_;
};

}  // namespace portcullis::cli
