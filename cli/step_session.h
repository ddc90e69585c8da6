#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "portcullis/core/client.h"
#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/vectors/bytes.h"

namespace portcullis::cli {

/// Answers the lines of `portcullis step`, which corpus/schema/step.schema.json describes: a question to one layer, or
/// an input for a client that lives from one line to the next. Equal lines give equal answers.
class Stepper {
 public:
  using Json = vectors::Json;

  Stepper();
  ~Stepper();

  /// Shape: any text; what is wrong with it becomes the answer, with the field, and changes nothing.
  Json answer(std::string_view line);

 private:
  struct Running;

  Json answer(const play::Node& line);
  Json start(const play::Node& line);
  Json input(const play::Node& line);
  Instant now_of(const play::Node& line) const;

  std::unique_ptr<Running> running_;
  std::int64_t now_ms_ = 0;
};

}  // namespace portcullis::cli
