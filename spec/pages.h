#pragma once

#include <string>
#include <vector>

#include "portcullis/spec/render.h"

/// What there is to render.
namespace portcullis::spec::render {

/// Gives every machine, in the order in which bytes meet them.
std::vector<Machine> machines();

/// Gives every vocabulary.
std::vector<Vocabulary> vocabularies();

}  // namespace portcullis::spec::render
