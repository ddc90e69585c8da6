#pragma once

#include <vector>

#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/play/scenario.h"

namespace portcullis::play {

/// Reads the script of one link, with its repetitions written out. Throws Wrong.
Script read_script(const Node& steps);

}  // namespace portcullis::play
