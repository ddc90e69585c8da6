// The table of facts is what rules are written by: it has all that there are, and none else.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "portcullis/tests/judge/pairs.h"

namespace portcullis::tests {
namespace {

using Table = std::map<std::string, Names>;  ///< facts by moment

Names words_of(const std::string& text, const std::regex& word) {
  Names words;
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) words.insert((*at)[1]);
  return words;
}

/// A heading of the third level names moments; a list below it, before the colon, their facts.
Table documented() {
  std::ifstream file("oracle/judge/facts.md");
  REQUIRE(file);
  static const std::regex kMoment("([a-z_]+)"), kFact("`([a-z_0-9]+)`");
  Table table;
  Names moments;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### ")) {
      moments = words_of(line, kMoment);
      for (const std::string& moment : moments) table[moment].insert("is");
    }
    if (!line.starts_with("- ")) continue;
    for (const std::string& fact : words_of(line.substr(0, line.find(": ")), kFact))
      for (const std::string& moment : moments) table[moment].insert(fact);
  }
  return table;
}

/// What the stories of all rules come to.
Table seen() {
  Table table;
  const auto look_at = [&table](const Story& story) {
    const auto moments = judge::moments_of(story.told(), judge::tolerance_of(story.told()));
    for (const judge::Moment& moment : moments)
      for (const auto& [fact, value] : moment.facts.items()) table[moment.facts["is"].get<std::string>()].insert(fact);
  };
  for (const Pair& pair : pairs()) {
    Story keeps, breaks;
    pair.keeps(keeps);
    pair.breaks(breaks);
    look_at(keeps);
    look_at(breaks);
  }
  return table;
}

TEST_CASE("judge: each fact of a moment stands in the table of facts") {
  const Table table = documented();
  for (const auto& [moment, facts] : seen()) {
    INFO(moment);
    REQUIRE(table.contains(moment));
    for (const std::string& fact : facts) CHECK((table.at(moment).contains(fact) ? "" : fact) == "");
  }
}

TEST_CASE("judge: each fact in the table is one that a story has") {
  const Table known = seen();
  for (const auto& [moment, facts] : documented()) {
    INFO(moment);
    REQUIRE(known.contains(moment));
    for (const std::string& fact : facts) CHECK((known.at(moment).contains(fact) ? "" : fact) == "");
  }
}

}  // namespace
}  // namespace portcullis::tests
