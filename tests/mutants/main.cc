// Changes one row of a table at a time and wants the net to notice.
//
//   mutants [--all] [--tenth N] [--only TEXT] EQUIVALENT.json FILE...
//
// It tries every tenth mutant, from one on that the contents of the FILEs choose: another tenth whenever one of them is
// another. --tenth chooses by hand, --all tries all; --only tries those whose id holds TEXT, and says who noticed.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "portcullis/tests/mutants/detectors.h"
#include "portcullis/tests/mutants/mutants.h"
#include "portcullis/tests/mutants/trial.h"
#include "portcullis/tests/mutants/verdict.h"

namespace portcullis::tests {
namespace {

constexpr std::size_t kTenths = 10;
constexpr std::chrono::seconds kProgressInterval{5};

struct Options {
  std::size_t tenth = kTenths;  ///< which; kTenths for all
  std::string only;
  std::string equivalents;
};

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::size_t tenth_of(const std::vector<std::string>& files) {
  std::string all;
  for (const std::string& file : files) all += text_of(file);
  return std::hash<std::string>{}(all) % kTenths;
}

Options read_options(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> files;
  bool all = false;
  std::optional<std::size_t> tenth;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--all")
      all = true;
    else if (argument == "--tenth")
      tenth = std::stoul(arguments.at(++i)) % kTenths;
    else if (argument == "--only")
      options.only = arguments.at(++i);
    else
      files.push_back(argument);
  }
  options.equivalents = files.at(0);
  options.tenth = all || !options.only.empty() ? kTenths : tenth ? *tenth : tenth_of(files);
  return options;
}

/// Which part of the work is ours, when a test is sharded.
struct Share {
  std::size_t index = 0;
  std::size_t count = 1;
};

Share our_share() {
  const char* count = std::getenv("TEST_TOTAL_SHARDS");
  const char* index = std::getenv("TEST_SHARD_INDEX");
  if (const char* file = std::getenv("TEST_SHARD_STATUS_FILE")) std::ofstream(file).put('\n');
  if (count == nullptr || index == nullptr) return {};
  return {std::stoul(index), std::stoul(count)};
}

std::vector<Mutant> chosen(const std::vector<Mutant>& all, const Options& options) {
  const Share share = our_share();
  std::vector<Mutant> out;
  std::size_t number = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (options.tenth != kTenths && i % kTenths != options.tenth) continue;
    if (all[i].id.find(options.only) == std::string::npos) continue;
    if (number++ % share.count == share.index) out.push_back(all[i]);
  }
  return out;
}

/// Tries mutants one after the other.
class Trials {
 public:
  explicit Trials(bool told) : told_(told) {}

  void run(const std::vector<Mutant>& mutants) {
    auto next_line = std::chrono::steady_clock::now() + kProgressInterval;
    for (const Mutant& mutant : mutants) {
      run(mutant);
      if (std::chrono::steady_clock::now() < next_line) continue;
      next_line = std::chrono::steady_clock::now() + kProgressInterval;
      std::cout << tried_ << " of " << mutants.size() << " tried, " << outcome_.survived.size() << " not noticed"
                << std::endl;
    }
  }

  const Outcome& outcome() const { return outcome_; }
  void print_scores() const {
    for (const auto& [table, score] : scores_)
      std::cout << std::left << std::setw(22) << table << std::right << std::setw(5) << score.noticed << " of "
                << std::setw(5) << score.tried << " noticed\n";
    for (std::size_t i = 0; i < net_.size(); ++i)
      if (by_.contains(i)) std::cout << "  " << by_.at(i) << " by " << net_[i].name << '\n';
  }
  const std::vector<Detector>& net() const { return net_; }

 private:
  struct Score {
    std::size_t tried = 0;
    std::size_t noticed = 0;
  };

  void run(const Mutant& mutant) {
    const auto noticed = try_net(net_, mutant.layer, mutant.lay);
    Score& score = scores_[mutant.table];
    ++tried_;
    ++score.tried;
    if (told_ || !noticed)
      std::cout << mutant.id << ": " << (noticed ? net_[*noticed].name : "not noticed") << std::endl;
    if (!noticed) return outcome_.survived.push_back(mutant.id);
    ++score.noticed;
    ++by_[*noticed];
    outcome_.noticed.push_back(mutant.id);
  }

  bool told_;
  std::vector<Detector> net_ = detectors();
  std::map<std::string_view, Score> scores_;
  std::map<std::size_t, std::size_t> by_;
  std::size_t tried_ = 0;
  Outcome outcome_;
};

// A net that is never content would notice every mutant.
bool is_content(const std::vector<Detector>& net) {
  const auto noticed = try_net(net, {}, [] {});
  if (noticed) std::cout << "FAILED: " << net[*noticed].name << " objects to the tables as they are\n";
  return !noticed;
}

int run(const Options& options) {
  const Equivalents equivalents = read_equivalents(text_of(options.equivalents));
  const auto all = all_mutants();
  std::set<std::string> ids;
  for (const Mutant& mutant : all) ids.insert(mutant.id);
  const auto mutants = chosen(all, options);
  std::cout << mutants.size() << " mutants of " << all.size();
  if (options.tenth != kTenths) std::cout << " (--tenth " << options.tenth << ")";
  std::cout << std::endl;

  Trials trials(!options.only.empty());
  if (mutants.empty() || !is_content(trials.net())) return 1;
  trials.run(mutants);
  trials.print_scores();
  for (const std::string& id : trials.outcome().survived)
    if (equivalents.contains(id)) std::cout << "equivalent: " << id << ": " << equivalents.at(id) << '\n';
  const auto found = faults(trials.outcome(), equivalents, ids);
  for (const std::string& fault : found) std::cout << "FAILED: " << fault << '\n';
  return found.empty() ? 0 : 1;
}

}  // namespace
}  // namespace portcullis::tests

int main(int argc, char** argv) try {
  return portcullis::tests::run(portcullis::tests::read_options({argv + 1, argv + argc}));
} catch (const std::exception& error) {
  std::cout << "FAILED: " << error.what() << '\n';
  return 1;
}
