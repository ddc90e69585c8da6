#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "portcullis/tests/walk/event.h"
#include "portcullis/tests/walk/world.h"

namespace portcullis::walk {

/// The rows that are walked; a test hands in others.
struct Tables {
  session::Rows client = session::kRows;
  beats::Rows beat = beats::kRows;
  peer::Rows server = peer::kRows;
};

/// How often each row of a table was taken.
struct Taken {
  std::vector<std::size_t> client = std::vector<std::size_t>(session::kTable.size());
  std::vector<std::size_t> beat = std::vector<std::size_t>(beats::kTable.size());
  std::vector<std::size_t> server = std::vector<std::size_t>(peer::kTable.size());
};

/// Whether a script may speak only when nothing is on its way to the client, or behind what is on its way too.
enum class Breadth : std::uint8_t { Narrow, Wide };

/// Whether it can happen now.
bool can_happen(Event event, const World& world, Breadth breadth);

/// Lets one event happen: it becomes inputs of the tables, and what their rows say is done to the world.
///
/// Each action has a function of its name: what it means, with numbers and times taken out. The tables decide all else.
class Step {
 public:
  Step(const Tables& tables, Taken& taken, World world) : tables_(tables), taken_(taken), world_(world) {}

  /// Returns what was broken, beginning with the requirement; empty when nothing was.
  std::string_view take(Event event);
  const World& world() const { return world_; }

 private:
  using Action = session::Action;
  using Input = session::Input;

  // event.cc: from events to inputs
  void happen(Event event);
  void read();
  void read_message();
  void read_end();
  void beat_due();
  void open_link();
  void read_handshake(peer::Input input);
  void read_close();

  // client.cc: the session and its heartbeat
  void client(Input input);
  void perform(Action action);
  beats::Action beat(beats::Event event);
  void dial();
  void start_beats();
  void beat_and_ask_slot();
  void beat_and_resume();
  void identify();
  void shake(Handshake handshake);
  void adopt_session();
  Held held_after_ready() const;
  void become_live();
  void finish_resume();
  void deliver();
  void deliver_out_of_place();
  void count_sequence();
  void answer_beat();
  void send_beat();
  void close(Close code);
  void close_invalid();
  void close_for_good();
  void retry();
  void stop();
  void end_link();
  void drop_session();
  void forget_session();
  void hand_back_slot();
  void send_command();
  void refuse_command();
  void release_command();
  void transmit();
  bool is_heard() const;

  // peer.cc: the server's side, and the end of a link
  void server(peer::Input input);
  void perform(peer::Action action);
  void send(Message message);
  void acknowledge();
  void send_ready();
  void replay();
  void send_dispatch();
  void keep_for_replay();
  void close_with(std::uint16_t code);
  void close_by_peer(End end);
  void end_session();
  void read_no_more();
  void hangup();
  void break_link(bool delivered);

  // rules.cc: what must hold
  void note(Input input);
  void check(Input input, session::State from);
  void check_outputs(Input input, session::State from);
  void check_world();
  void must(bool holds, std::string_view rule) {
    if (!holds && broken_.empty()) broken_ = rule;
  }

  const Tables& tables_;
  Taken& taken_;
  World world_;
  std::string_view broken_;

  // Of this event alone.
  Message message_ = Message::None;  ///< that the client reads, or that a script says
  End told_ = End::None;             ///< the close that a script says
  bool room_ = true;                 ///< in the send window
  bool refused_ = false;             ///< a command
  bool granted_ = false;             ///< a turn that is neither used nor handed back
  int beats_sent_ = 0;
  bool started_beats_ = false;
  bool asked_ = false;      ///< for a turn
  bool delivered_ = false;  ///< what was read went to the user
  bool reported_ = false;   ///< as an opcode that nobody knows
};

}  // namespace portcullis::walk
