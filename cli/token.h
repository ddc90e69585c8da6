#pragma once

#include <string>

namespace portcullis::cli {

/// Reads the bot's token from `file` or, when that is empty, from PORTCULLIS_TOKEN; without "Bot " in front, and empty
/// when there is none.
///
/// Errors:  Failure: the file cannot be read, or holds no token.
/// Secrets: never an argument of the program: other users of the machine can read those.
std::string read_token(const std::string& file);

/// The same, where a token is needed.
///
/// Errors: Failure also when there is none.
std::string need_token(const std::string& file);

}  // namespace portcullis::cli
