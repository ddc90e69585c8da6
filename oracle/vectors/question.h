#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "portcullis/oracle/vectors/bytes.h"

namespace portcullis::vectors {

/// A case of a vector file, put to one end and one way of reading.
struct Question {
  std::string id;       ///< of the case
  std::string as;       ///< which of the questions that a case is: a role, or a way of reading; empty: the only one
  std::string verdict;  ///< valid, invalid or lenient
  bool own = false;     ///< about a choice of ours: not for other implementations
  Json ask;             ///< bytes are hex, as they go over the wire
  Json expect;          ///< an answer of ours, frames unmasked
};

/// Puts a case of a file. Throws Json::exception or std::runtime_error where it lacks what its layer needs, or has too
/// much of it, which its schema cannot say.
///
/// Shape: the file without its cases, and the case, which both keep their schema.
std::vector<Question> questions_of(const Json& file, const Json& one);

/// The layer that a file's schema names.
std::string layer_of(const Json& file);

}  // namespace portcullis::vectors
