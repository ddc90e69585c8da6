#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/oracle/vectors/question.h"

namespace portcullis::vectors {

/// A file of vectors, put as questions.
struct File {
  std::string name;  ///< its path below the folder
  std::string layer;
  std::vector<Question> questions;
};

/// What is wrong with a file, a line for each fault: file, line, place and what.
using Faults = std::vector<std::string>;

/// Gives the vectors that came with the program.
const std::vector<File>& embedded_files();

/// Reads all files NAME.json in a folder and the folders in it.
std::variant<std::vector<File>, Faults> read_folder(const std::filesystem::path& folder);

/// Reads one. `name` is for the faults too.
std::variant<File, Faults> read_file(std::string_view text, const std::string& name);

/// Says what is wrong with the tree of a file: against its schema (keys in the schema's order included), its ids,
/// count, requirement ids, and flags that are not explained. Each begins with a JSON pointer.
Faults faults_of(const Json& file, const Json& schema);

}  // namespace portcullis::vectors
