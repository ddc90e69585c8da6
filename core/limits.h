#pragma once

#include <cstddef>
#include <cstdint>

#include "portcullis/core/time.h"

namespace portcullis {

/// Every bound that the core keeps. A breach is an error that names it; the session survives it.
struct Limits {
  // HTTP (WS-HT-13, WS-HT-14, WS-HT-20)
  std::size_t http_head_bytes_max = 64 * 1024;
  std::size_t http_line_bytes_max = 8 * 1024;
  std::size_t http_fields_max = 128;
  std::size_t http_interim_max = 8;
  std::size_t http_body_bytes_max = 64 * 1024;  ///< of a refused handshake; what exceeds it is dropped and said
  // WebSocket (WS-LM-1, WS-LM-3, WS-CT-5)
  std::uint64_t frame_bytes_max = 64 * 1024 * 1024;
  std::uint64_t message_bytes_max = 64 * 1024 * 1024;
  std::size_t pongs_waiting_max = 16;
  std::size_t output_bytes_max = 64 * 1024 * 1024;  ///< so many wait: no message, ping or pong is taken on
  // Compression and encoding
  std::size_t payload_bytes_max = 64 * 1024 * 1024;
  int zstd_window_log_max = 27;  ///< of base 2: 128 MiB, taken when a stream asks for it; libzstd knows 10 to 31
  std::size_t nesting_max = 512;
  // Commands (GW-SIZE-1)
  std::size_t commands_waiting_max = 1'000;
  std::size_t command_bytes_max = 4'096;
  // Waits
  Duration close_timeout{5'000};   ///< from our Close to the peer's (WS-CL-15)
  Duration linger_timeout{1'000};  ///< from both Closes to the end of the transport (WS-CL-11)
  Duration hello_timeout{20'000};  ///< from the dial to Hello (GW-CONN-10)
  Duration ready_timeout{60'000};  ///< from Identify or Resume to READY or RESUMED (GW-ID-19)
};

}  // namespace portcullis
