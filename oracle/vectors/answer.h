#pragma once

#include <span>
#include <string_view>

#include "portcullis/core/tables.h"
#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/vectors/bytes.h"

namespace portcullis::vectors {

/// The layers that can be asked, named for the schemas of the vectors.
std::span<const std::string_view> layers() noexcept;

/// Answers a question by the core; corpus/schema/question.schema.json and answer.schema.json say what stands in them.
///
///   Shape:  an object with `layer`, as `questions_of` gives it or anybody else.
///   Errors: throws play::Wrong, with the field, for what no question of the layer looks like.
Json answer(const play::Node& question, const Tables& tables = kTables);

}  // namespace portcullis::vectors
