#pragma once

#include "portcullis/core/tables.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::tests {

/// The tables that the machines in tests obey.
struct TablesAtHand {
  Tables client;
  const spec::gateway_peer::Rows* peer = &spec::gateway_peer::kRows;
};

/// The real ones, unless //tests/mutants has laid others here.
inline TablesAtHand& tables_at_hand() {
  static TablesAtHand tables;
  return tables;
}

}  // namespace portcullis::tests
