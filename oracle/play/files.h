#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace portcullis::play {

/// Why something is no scenario: one line for a person, with the file, the line, the place and the member.
struct Malformed {
  std::string text;
};

/// Files by name, with what they hold.
using Files = std::vector<std::pair<std::string, std::string>>;

/// Reads the files NAME.json of a folder, in the order of their names; there is at least one.
std::variant<Files, Malformed> read_folder(const std::filesystem::path& folder);

/// Reads scenarios of a kind out of files, each by `read(text, name)`; an id may occur once among them all.
template <typename Files, typename Read, typename Id>
auto read_each(const Files& files, Read read, Id id) -> decltype(read({}, {})) {
  std::remove_reference_t<decltype(std::get<0>(read({}, {})))> all;
  for (const auto& [name, text] : files) {
    auto some = read(text, std::string(name));
    if (some.index() == 1) return some;
    for (auto& scenario : std::get<0>(some)) {
      if (std::ranges::find(all, std::invoke(id, scenario), id) != all.end())
        return Malformed{std::string(name) + ": \"id\" occurs in another file too: " + std::invoke(id, scenario)};
      all.push_back(std::move(scenario));
    }
  }
  return all;
}

/// Gives what was read, or stops the program: for files that came with it.
template <typename Scenarios>
Scenarios sound(std::variant<Scenarios, Malformed> read) {
  if (auto* const scenarios = std::get_if<0>(&read)) return std::move(*scenarios);
  std::fprintf(stderr, "%s\n", std::get<1>(read).text.c_str());
  std::abort();
}

}  // namespace portcullis::play
