#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "portcullis/cli/terminal.h"
#include "portcullis/oracle/report/result.h"

namespace portcullis::cli {

/// Says how far a run is: on a terminal in one line that changes, elsewhere with a line a scenario. On standard error,
/// so that standard output holds the table alone.
class Progress {
 public:
  explicit Progress(std::size_t scenarios);

  void begun(const std::string& scenario);
  void over(const report::ScenarioResult& result);
  void end();  ///< takes the line that changes away

  bool colour() const noexcept { return colour_; }  ///< standard output is a terminal that shows colours

 private:
  void draw();

  const std::size_t scenarios_;
  const bool terminal_, colour_;
  std::size_t done_ = 0;
  std::vector<std::string> running_;
};

}  // namespace portcullis::cli
