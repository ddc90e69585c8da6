#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portcullis/oracle/play/scenario.h"

namespace CLI {
class App;
}

namespace portcullis::cli {

/// Which scenarios, as the options of several verbs say it.
struct Selection {
  std::vector<std::string> patterns;  ///< none: all
  std::vector<std::string> levels;
  std::string folder;  ///< empty: those that came with the program
};

void add_selection(CLI::App& verb, Selection& selection);

/// Says whether a scenario was asked for.
bool is_asked_for(const std::string& id, std::string_view level, const Selection& selection);
/// Throws Failure where a pattern fits none of these scenarios, and where none was chosen; `list` is the command that
/// shows them.
void check_patterns(const Selection& selection, const std::vector<std::string>& ids, const std::string& list);
void check_chosen(bool none, const std::string& list);

/// Reads all scenarios. Throws Failure for a folder that holds none, or something else.
std::vector<play::Scenario> scenarios_of(const Selection& selection);

/// Gives those that were asked for. Throws Failure where a pattern fits none.
std::vector<const play::Scenario*> chosen_of(const std::vector<play::Scenario>& all, const Selection& selection);

}  // namespace portcullis::cli
