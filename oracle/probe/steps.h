#pragma once

#include <vector>

#include "portcullis/oracle/play/node.h"
#include "portcullis/oracle/probe/scenario.h"

namespace portcullis::probe {

/// Reads a script; what is repeated is written out. Throws play::Wrong.
std::vector<Step> read_steps(const play::Node& steps);

/// Says of each connection whether an Identify follows on it, for which the server's spacing has to be kept; those that
/// are sent as payloads are not spaced where they come too often on purpose.
void note_identifies(std::vector<Step>& steps, bool too_often);

}  // namespace portcullis::probe
