#pragma once

#include "portcullis/core/chance.h"

namespace portcullis::net {

/// Gives the unpredictable bits that mask keys and nonces need, from OpenSSL's generator.
///
/// Threads: may be called from any thread; each draws from a block of its own.
/// Errors:  a system without random bytes ends the program, with a line that says so: nothing safe can be sent then.
Chance entropy();

}  // namespace portcullis::net
