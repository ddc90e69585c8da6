#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace portcullis::tests {

/// Counts what the histories met: each kind of message and loss in each state that has a connection.
class Tally {
 public:
  void note(const std::string& kind, const std::string& state) { ++counts_[kind][state]; }
  /// How often a kind was met in a state.
  std::uint64_t count(std::string_view kind, std::string_view state) const;
  /// A table, a line for each kind.
  std::string table() const;

  static constexpr std::array<std::string_view, 7> kStates{
      "AwaitHello", "AwaitSlot", "Identifying", "Resuming", "Ready", "ClosingToReconnect", "ClosingToStop"};
  static constexpr std::array<std::string_view, 18> kKinds{"op 0, READY",
                                                           "op 0, RESUMED",
                                                           "op 0, another",
                                                           "op 1",
                                                           "op 7",
                                                           "op 9, true",
                                                           "op 9, false",
                                                           "op 10",
                                                           "op 11",
                                                           "unknown op",
                                                           "undecodable",
                                                           "broken frame",
                                                           "close to resume",
                                                           "close for a new session",
                                                           "fatal close",
                                                           "close, no code",
                                                           "loss behind a frame",
                                                           "loss in a frame"};

 private:
  std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> counts_;
};

}  // namespace portcullis::tests
