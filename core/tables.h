#pragma once

#include "portcullis/spec/gateway_session.h"
#include "portcullis/spec/heartbeat.h"
#include "portcullis/spec/message_assembly.h"
#include "portcullis/spec/websocket_connection.h"

namespace portcullis {

/// The tables that a client's machines obey. They are borrowed, and arguments only so that a test can hand in others.
struct Tables {
  const spec::gateway_session::Rows* session = &spec::gateway_session::kRows;
  const spec::heartbeat::Rows* heartbeat = &spec::heartbeat::kRows;
  const spec::websocket_connection::Rows* connection = &spec::websocket_connection::kRows;
  const spec::message_assembly::Rows* assembly = &spec::message_assembly::kRows;
};
inline constexpr Tables kTables{};

}  // namespace portcullis
