#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/fuzz/client_teller.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

/// A client's life, drawn from bytes: a byte of configuration, then acts. An act is a byte that picks it, then what it
/// takes. The server and the caller do what the client's state asks for, or anything else; bytes may be raw.
class ClientPlay {
 public:
  ClientPlay(Input input, Cutter cut);
  ClientPlay(const ClientPlay&) = delete;
  ClientPlay& operator=(const ClientPlay&) = delete;

  /// Plays all of it with what the server sends told to a Watch, and stops at the first invariant that is broken.
  void play_watched();
  /// Plays all of it with the bytes cut.
  void play();

  const std::string& broken() const { return watch_.broken(); }
  /// Everything that came out, act by act, without what only says how the bytes were cut.
  const std::vector<std::string>& log() const { return log_; }

 private:
  void act();
  void progress();
  void raw_bytes(std::string_view bytes);
  void message(std::string_view payload);
  void frame(std::uint8_t first_byte, std::string_view payload);
  void fragmented();
  void small_message();
  void dispatch();
  void ready();
  void close();
  void advance();
  void lose();
  void refuse();
  void command();
  void local();
  void stale();
  void note();
  bool upgraded() const { return world_.has_link() && world_.is_upgraded(); }

  Input input_;
  Config config_;
  Limits limits_;
  tests::World world_;
  tests::Watch watch_;
  bool watched_ = false;
  std::optional<Teller> teller_;         // of this link, when watched
  std::optional<tests::Packer> packer_;  // of this link
  std::uint64_t link_ = 0;
  bool opened_ = false;
  bool refused_ = false;  // something else than a good 101 was sent
  int sessions_ = 0;
  std::int64_t s_ = 0;
  std::vector<std::string> log_;
};

}  // namespace portcullis::fuzz
