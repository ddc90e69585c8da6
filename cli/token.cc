#include "portcullis/cli/token.h"

#include <cstdlib>
#include <string_view>

#include "portcullis/cli/file.h"
#include "portcullis/cli/verb.h"
#include "portcullis/core/gateway/command.h"

namespace portcullis::cli {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// What is left of a text without the blanks round it and "Bot " in front.
std::string bare(std::string_view text) {
  const auto trim = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(kBlanks) + 1));
  };
  trim();
  if (text.starts_with("Bot ")) text.remove_prefix(4);
  trim();
  return std::string(text);
}

std::string checked(std::string token, const std::string& source) {
  if (!gateway::is_visible(token))
    throw Failure(Exit::Usage, source +
                                   " holds no token: a token is one word of ASCII characters, as the developer "
                                   "portal shows it");
  return token;
}

}  // namespace

std::string read_token(const std::string& file) {
  if (!file.empty()) return checked(bare(read_file(file, "--token-file")), "the file of --token-file");
  const char* const value = std::getenv("PORTCULLIS_TOKEN");
  if (value == nullptr || *value == '\0') return {};
  return checked(bare(value), "PORTCULLIS_TOKEN");
}

std::string need_token(const std::string& file) {
  std::string token = read_token(file);
  if (token.empty())
    throw Failure(Exit::Usage, "no token: set PORTCULLIS_TOKEN in the environment, or name a file with --token-file");
  return token;
}

}  // namespace portcullis::cli
