#pragma once

#include <cstddef>
#include <optional>
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

/// What came out of the client in one step.
struct Outputs {
  int dials = 0;
  int beats = 0;
  int identifies = 0;
  int resumes = 0;
  int commands = 0;
  int turns_asked = 0;
  int turns_returned = 0;
  int events = 0;    ///< given to the user
  int unknowns = 0;  ///< opcodes that were reported
  int refusals = 0;  ///< of commands
  Close close = Close::None;

  friend bool operator==(const Outputs&, const Outputs&) = default;
};

/// Lets one event happen: it becomes inputs of the tables, and what their rows say is done to the world.
///
/// Each action has a function of its name: what it means, with numbers and times taken out. The tables decide all else.
class Step {
 public:
  Step(const Tables& tables, Taken& taken, World world) : tables_(tables), taken_(taken), world_(world) {}

  /// Returns what was broken, beginning with the requirement; empty when nothing was.
  std::string_view take(Event event);
  const World& world() const { return world_; }
  /// What the client was told in this step, if anything; and what of the peer's it had read.
  std::optional<session::Input> input() const { return input_; }
  Message message() const { return message_; }
  const Outputs& outputs() const { return outputs_; }

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
  void drop_zombie();
  void retry();
  void stop();
  void end_link();
  void drop_session();
  void forget_session();
  void hand_back_slot();
  void send_command();
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
  std::optional<Input> input_;
  Outputs outputs_;
  Message message_ = Message::None;  ///< that the client reads, or that a script says
  End told_ = End::None;             ///< the close that a script says
  bool room_ = true;                 ///< in the send window
  bool granted_ = false;             ///< a turn that is neither used nor handed back
  bool started_beats_ = false;
};

}  // namespace portcullis::walk
