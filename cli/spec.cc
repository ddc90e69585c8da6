#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "portcullis/cli/terminal.h"
#include "portcullis/cli/verb.h"
#include "portcullis/spec/pages.h"

namespace portcullis::cli {
namespace {

namespace render = spec::render;

struct Options {
  std::string table;
  std::string format = "markdown";
};

/// A table and what it looks like in each format it has.
struct Table {
  std::string name;
  std::string about;
  std::map<std::string, std::string> formats;
};

std::vector<Table> tables() {
  std::vector<Table> all;
  for (const auto& one : render::machines())
    all.push_back({one.name,
                   one.about,
                   {{"json", render::json(one)},
                    {"markdown", render::markdown(one)},
                    {"mermaid", render::mermaid(one)},
                    {"dot", render::dot(one)},
                    {"promela", render::promela(one)}}});
  for (const auto& one : render::vocabularies())
    all.push_back({one.name, one.about, {{"json", render::json(one)}, {"markdown", render::markdown(one)}}});
  return all;
}

template <typename Names>
std::string joined(const Names& names, auto name_of) {
  std::string text;
  for (const auto& one : names) text += (text.empty() ? "" : ", ") + name_of(one);
  return text;
}

std::string formats_of(const Table& table) {
  return joined(table.formats, [](const auto& format) { return format.first; });
}

void list() {
  for (const Table& table : tables())
    print_line(stdout, table.name + std::string(22 - std::min<std::size_t>(table.name.size(), 21), ' ') + table.about +
                           "\n" + std::string(22, ' ') + formats_of(table));
}

std::string rendered(const Options& options) {
  const auto all = tables();
  for (const Table& table : all) {
    if (table.name != options.table) continue;
    const auto found = table.formats.find(options.format);
    if (found != table.formats.end()) return found->second;
    throw Failure(Exit::Usage, table.name + " has no format " + options.format + ": it has " + formats_of(table));
  }
  throw Failure(Exit::Usage, "there is no table " + options.table + ": there are " +
                                 joined(all, [](const Table& table) { return table.name; }));
}

Exit run(const Options& options) {
  if (options.table.empty()) {
    list();
    return Exit::Well;
  }
  const std::string text = rendered(options);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) throw Failure(Exit::OurFault, "standard output takes no more");
  return Exit::Well;
}

}  // namespace

void add_spec(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("spec", "Prints the tables that the library works by");
  const auto options = std::make_shared<Options>();
  auto* const table = verb->add_option("TABLE", options->table, "Which one; without it all are listed");
  table->option_text(" ");
  verb->add_option("--format", options->format,
                   "json, markdown, mermaid, dot or promela; not every table has all of them")
      ->capture_default_str()
      ->option_text("FORMAT [markdown]")
      ->needs(table);
  verb->footer(
      "Example: how a session reacts to everything that can happen to it, as a drawing\n"
      "  portcullis spec gateway_session --format dot | dot -Tsvg >session.svg");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
