#pragma once

#include <string>

namespace portcullis::tests {

struct Played {
  bool good = false;  ///< everything came out as the file says
  std::string fresh;  ///< the file as it would be right
};

/// Plays the conversation in a file. Throws when it cannot be read, or says something that it cannot.
Played play_transcript(const std::string& path);

}  // namespace portcullis::tests
