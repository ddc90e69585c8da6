#pragma once

#include <cstdint>
#include <string>

namespace portcullis::net {

/// What went wrong outside the protocol: a host, a port, a certificate, a file.
///
/// Shape:   `text` is one line for a person: what is wrong and, where something helps, what to do about it.
/// Secrets: it holds neither token nor session id.
struct Trouble {
  enum class Stage : std::uint8_t { Configure, Resolve, Connect, Tls, Read, Write, Answer };
  Stage stage;
  std::string text;
};

/// Says an `errno` in words, to stand inside a sentence: "connection refused".
std::string reason(int error);

}  // namespace portcullis::net
