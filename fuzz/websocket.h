#pragma once

#include <algorithm>

#include "portcullis/fuzz/input.h"
#include "tests/websocket/play.h"

namespace portcullis::fuzz {

/// Small ones, so that they are reached.
inline Limits websocket_limits() {
  Limits limits;
  limits.message_bytes_max = 300;
  limits.http_head_bytes_max = 600;
  limits.http_body_bytes_max = 8;
  return limits;
}

template <typename Connection>
void give(Connection& connection, std::string_view bytes, Cutter cut, tests::Record& record) {
  in_pieces(bytes, cut, [&](const std::vector<std::byte>& piece) {
    connection.received(piece, Instant{});
    tests::drain(connection, record);
  });
}

template <typename Connection>
void end(Connection& connection, tests::Record& record) {
  connection.ended(Instant{});
  tests::drain(connection, record);
}

/// The last word: one, behind one Hangup, with nothing after it and nothing to wait for.
inline void has_one_last_word(const tests::Record& record) {
  const auto is_last = [](const std::string& line) {
    return line.starts_with("ended") || line.starts_with("refused") || line.starts_with("declined");
  };
  must(std::count_if(record.lines.begin(), record.lines.end(), is_last) == 1, "one final output");
  must(is_last(record.lines.back()), "nothing after the final output");
  must(std::count(record.lines.begin(), record.lines.end(), "hangup") == 1, "one Hangup");
  must(record.lines[record.lines.size() - 2] == "hangup", "the Hangup before the final output");
  must(!record.deadline, "no deadline after the end");
}

/// Nothing longer than the limit was handed out.
inline void keeps_the_message_limit(const tests::Record& record) {
  for (const std::string& line : record.lines)
    if (line.starts_with("text ") || line.starts_with("binary "))
      must(line.size() - line.find(' ') - 1 <= 2 * websocket_limits().message_bytes_max, "message_bytes_max");
}

/// What one end has written is read by the other without a fault.
template <typename OtherEnd>
void is_read_by(const tests::Record& record) {
  OtherEnd other;
  give(other.connection, tests::to_text(record.sent), Cutter(1), other.record);
  end(other.connection, other.record);
  for (const std::string& line : other.record.lines)
    must(!line.starts_with("failed"), "the other end finds fault with what was written");
}

}  // namespace portcullis::fuzz
