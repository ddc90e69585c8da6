// The conversations of tests/transcripts/ go the same way with the model, whatever chance would have.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "portcullis/tests/properties/duel.h"

namespace portcullis::tests {
namespace {

// They are about bytes, limits of theirs, or another encoding of the URL: a model of payloads has no say there.
const std::set<std::string> kOfBytes{"framing_violation.txt", "message_too_large.txt", "payload_compression.txt",
                                     "zlib_stream.txt", "zstd_stream.txt"};

struct Conversation {
  std::string config = "config compress=none";
  std::vector<std::string> commands;
};

Conversation read(const std::filesystem::path& path) {
  Conversation out;
  std::ifstream in(path);
  bool outputs = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "----" || line.empty()) {
      outputs = line == "----";
    } else if (line.starts_with("config ")) {
      out.config += line.substr(6);
    } else if (!outputs && line[0] != '#') {
      out.commands.push_back(line);
    }
  }
  return out;
}

TEST_CASE("OP-35: the conversations of the transcripts go the same way with the model") {
  int played = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/transcripts")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".txt") || name.starts_with("cells_") || kOfBytes.contains(name)) continue;
    const Conversation conversation = read(entry.path());
    for (const std::string chance : {"0", "1431655765", "4294967295"}) {
      Duel duel(conversation.config + " chance=" + chance);
      for (const auto& command : conversation.commands)
        if (duel.difference().empty()) duel.play(command);
      INFO(name << "\n" << duel.transcript() << duel.difference());
      CHECK(duel.difference().empty());
    }
    ++played;
  }
  std::cout << played << " conversations\n";
  CHECK(played > 30);
}

}  // namespace
}  // namespace portcullis::tests
