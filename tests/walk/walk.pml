/* The walk of tests/walk/*.cc once more, for Spin: a client, its peer and the link between them, state for state. What
 * the rows say comes from the rendered tables; what their actions mean is said here. A name means what it means there.
 *
 *   WIDE  lets a script speak behind what is on its way already
 *   LIVE  adds a moment from which on the peer and the link are good */
#include "gateway_session.pml"
#include "gateway_peer.pml"
#include "heartbeat.pml"

#define S(name) gateway_session_state_##name
#define I(name) gateway_session_input_##name
#define A(name) gateway_session_action_##name
#define PS(name) gateway_peer_state_##name
#define PI(name) gateway_peer_input_##name
#define PA(name) gateway_peer_action_##name
#define BS(name) heartbeat_state_##name
#define BE(name) heartbeat_input_##name
#define BA(name) heartbeat_action_##name
#define NONE 255

#define RESUMES_MAX 5
#define ASKS_MAX 2

/* Transport */
#define NO_LINK 0
#define OPENING 1
#define OPEN 2

/* To the client */
#define NOTHING 0
#define HELLO 1
#define HEARTBEAT_REQUEST 2
#define READY 3
#define RESUMED 4
#define DISPATCH 5
#define RECONNECT 6
#define INVALID_RESUMABLE 7
#define INVALID_SESSION 8
#define UNKNOWN_OPCODE 9
#define UNDECODABLE 10
#define ODD_READY 11
#define UNUSABLE_READY 12
#define ODD_DISPATCH 13

#define NO_END 0
#define CLOSE_RESUME 1
#define CLOSE_NEW 2
#define CLOSE_FATAL 3
#define LOST 4

/* To the peer */
#define IDENTIFY 1
#define RESUME 2
#define FOR_GOOD 1
#define TO_RESUME 2

/* Held */
#define NOBODY 0
#define COMING 1
#define SHARED 2
#define FORGOTTEN 3
#define REPLACED 4

byte state, beat, held, resumes;
bit resuming, live, replayed, queued, beat_armed, hello_armed, ready_armed, dial_armed, release_armed;
byte transport, first, second, end, handshake, close;
bit command, beat_sent, shaken, closing;
byte peer = PS(Closed), asks;
bit behind, wanted, may_resume, accepted, unacked;
#ifdef LIVE
bit good;
#else
#define good 0
#endif

/* Of one step alone; between two steps each has the value that it has here, so that it makes no states. */
byte client_input = NONE, peer_input = NONE, end_then, action, from, message, told, beats_sent;
bit room = 1, granted, refused, bytes_lost, hang_up, due, was_open, was_silent;
bit started_beats, asked, delivered, reported;

#define resumable (held >= SHARED)
#define has_session (held != NOBODY && held != FORGOTTEN)
#define is_open(s) (s >= S(AwaitHello) && s <= S(Ready))
#define is_closing (state == S(ClosingToReconnect) || state == S(ClosingToStop))
#define at_rest (state == S(Idle) || state == S(Stopped))
#define is_heard (transport == OPEN && peer != PS(Closed))

/* ---- The peer */

inline send(what) {
  if
  :: first == NOTHING -> first = what
  :: else -> second = what
  fi
}
inline end_session() {
  held = (resumable -> FORGOTTEN : NOBODY);
  behind = 0
}
inline close_by_peer(how) {
  end = how;
  if
  :: how == CLOSE_NEW || how == CLOSE_FATAL -> end_session()
  :: else
  fi
}
inline keep_for_replay() {
  behind = has_session
}
inline read_no_more() {
  handshake = 0;
  command = 0;
  close = 0;
  beat_sent = 0
}

inline server(input) {
  gateway_peer_row(peer, input, action);
  if
  :: action == PA(Impossible) -> assert(false)
  :: action == PA(Ignore) || action == PA(Serve) || action == PA(KeepSession)
  :: action == PA(SendHello) -> send(HELLO)
  :: action == PA(SendHeartbeat) -> send(HEARTBEAT_REQUEST)
  :: action == PA(Acknowledge) -> beat_sent = 0; client_input = I(HeartbeatAck)
  :: action == PA(SendReady) -> held = (resumable -> REPLACED : COMING); behind = 0; send(READY)
  :: action == PA(Replay) ->
       if
       :: behind -> send(DISPATCH)
       :: else
       fi;
       send(RESUMED)
  :: action == PA(SendDispatch) -> keep_for_replay(); send(DISPATCH)
  :: action == PA(KeepForReplay) -> keep_for_replay()
  :: action == PA(SendReconnect) -> send(RECONNECT)
  :: action == PA(SendInvalid) -> end_session(); send(INVALID_SESSION)
  :: action == PA(SendInvalidResumable) -> send(INVALID_RESUMABLE)
  :: action == PA(SendAnything) -> send(message)
  :: action == PA(CloseDecodeError) || action == PA(CloseRateLimited) || action == PA(CloseSilent) ->
       close_by_peer(CLOSE_RESUME)
  :: action == PA(CloseUnknownOpcode) || action == PA(CloseNotAuthenticated) ||
     action == PA(CloseAlreadyAuthenticated) || action == PA(CloseInvalidSequence) -> close_by_peer(CLOSE_NEW)
  :: action == PA(CloseAuthenticationFailed) || action == PA(CloseInvalidShard) ||
     action == PA(CloseShardingRequired) || action == PA(CloseInvalidVersion) ||
     action == PA(CloseInvalidIntents) || action == PA(CloseDisallowedIntents) -> close_by_peer(CLOSE_FATAL)
  :: action == PA(CloseAsTold) -> close_by_peer(told)
  :: action == PA(Drop) -> close_by_peer(LOST)
  :: action == PA(EndSession) -> end_session()
  fi;
  if
  :: peer == PS(Closed) -> read_no_more()
  :: else
  fi
}

inline let_go() {
  if
  :: is_heard -> server(PI(TransportEnd))
  :: else
  fi;
  transport = NO_LINK;
  peer = PS(Closed);
  first = NOTHING;
  second = NOTHING;
  end = NO_END;
  shaken = 0;
  closing = 0;
  if
  :: held == COMING || held == REPLACED -> end_session()
  :: else
  fi
}

/* ---- The client */

inline transmit() {
  assert(transport == OPEN && !closing)
}
inline drop_session() {
  held = NOBODY;
  behind = 0;
  resumes = 0
}
inline forget_session() {
  drop_session();
  queued = 0
}
inline start_beats() {
  heartbeat_row(beat, BE(Hello), action);
  started_beats = 1;
  beat_armed = 1;
  hello_armed = 0
}
inline shake(what) {
  assert(!shaken);
  transmit();
  shaken = 1;
  ready_armed = 1;
  if
  :: is_heard -> handshake = what
  :: else
  fi
}
inline release_command() {
  release_armed = queued && !room;
  if
  :: queued && room ->
       assert(accepted && shaken && live);
       transmit();
       queued = 0;
       accepted = 0;
       if
       :: is_heard -> command = 1
       :: else
       fi
  :: else
  fi
}
inline become_live() {
  live = 1;
  resumes = 0;
  ready_armed = 0;
  release_command()
}
inline adopt_session() {
  delivered = 1;
  if
  :: message == UNUSABLE_READY -> held = ((held == COMING || held == REPLACED) -> COMING : NOBODY)
  :: message == ODD_READY -> held = ((held == COMING || held == REPLACED) -> REPLACED : FORGOTTEN)
  :: else -> held = (has_session -> SHARED : FORGOTTEN)
  fi;
  behind = behind && has_session;
  become_live()
}
inline count_sequence() {
  if
  :: message == DISPATCH && has_session -> assert(behind); behind = 0
  :: else
  fi
}
inline send_beat() {
  transmit();
  beats_sent++;
  if
  :: is_heard -> beat_sent = 1
  :: else
  fi
}
inline close_link(how) {
  transmit();
  assert(how != FOR_GOOD || !resumable);
  closing = 1;
  release_armed = 0;
  hello_armed = 0;
  ready_armed = 0;
  if
  :: is_heard -> close = how
  :: else
  fi
}
inline end_link() {
  beat = BS(Stopped);
  resuming = 0;
  live = 0;
  replayed = 0;
  beat_armed = 0;
  hello_armed = 0;
  ready_armed = 0;
  release_armed = 0;
  unacked = 0
}
inline retry() {
  if
  :: resuming && !live -> resumes = (replayed -> 0 : resumes + 1)
  :: else
  fi;
  if
  :: resumes == RESUMES_MAX -> drop_session(); may_resume = 0
  :: else
  fi;
  end_link();
  dial_armed = 1
}
inline stop() {
  hang_up = 1;
  end_link()
}

inline perform() {
  if
  :: action == A(Impossible) -> assert(false)
  :: action == A(Ignore) || action == A(ExpectHello) || action == A(ReconnectAfterClosing) ||
     action == A(StopAfterClosing)
  :: action == A(Dial) ->
       assert(transport == NO_LINK);
       resuming = resumable;
       if
       :: !resuming -> drop_session()
       :: else
       fi;
       transport = OPENING;
       hello_armed = 1;
       dial_armed = 0
  :: action == A(BeatAndAskSlot) -> start_beats(); asked = 1; asks = (asks < ASKS_MAX -> asks + 1 : asks)
  :: action == A(BeatAndResume) -> start_beats(); assert(may_resume); shake(RESUME)
  :: action == A(Identify) -> assert(!may_resume && granted); granted = 0; shake(IDENTIFY)
  :: action == A(AdoptSession) || action == A(AdoptUnexpectedSession) -> adopt_session()
  :: action == A(FinishResume) -> delivered = 1; become_live()
  :: action == A(Deliver) ->
       delivered = 1;
       if
       :: message == DISPATCH && has_session && resuming && !live -> replayed = 1
       :: else
       fi;
       count_sequence()
  :: action == A(DeliverOutOfPlace) -> delivered = 1; count_sequence()
  :: action == A(AnswerBeat) ->
       heartbeat_row(beat, BE(Asked), action);
       if
       :: action == BA(AnswerHeartbeat) -> send_beat()
       :: else
       fi
  :: action == A(NoteAck) -> heartbeat_row(beat, BE(Ack), action)
  :: action == A(SendBeat) -> send_beat()
  :: action == A(RearmBeat) -> start_beats()
  :: action == A(ReportUnknown) -> reported = 1
  :: action == A(CloseToReconnect) || action == A(CloseInvalidResumable) || action == A(CloseUndecodable) ||
     action == A(CloseTimedOut) || action == A(CloseKeeping) -> close_link(TO_RESUME)
  :: action == A(CloseInvalid) -> drop_session(); close_link(FOR_GOOD)
  :: action == A(CloseForGood) -> forget_session(); close_link(FOR_GOOD)
  :: action == A(DropZombie) || action == A(RetryDial) || action == A(FinishAndRetry) -> hang_up = 1; retry()
  :: action == A(LoseLink) -> retry()
  :: action == A(LoseSession) -> drop_session(); retry()
  :: action == A(DropAndRetry) -> drop_session(); hang_up = 1; retry()
  :: action == A(AbortDial) || action == A(FinishAndStop) -> stop()
  :: action == A(StopFatal) || action == A(AbortAndForget) -> forget_session(); stop()
  :: action == A(DropAndStop) -> drop_session(); stop()
  :: action == A(DropSession) -> drop_session()
  :: action == A(ForgetSession) -> forget_session(); dial_armed = 0
  :: action == A(ForgetAndStopAfterClosing) -> forget_session()
  :: action == A(CancelBackoff) -> dial_armed = 0
  :: action == A(HandBackSlot) -> assert(granted); granted = 0
  :: action == A(QueueCommand) -> queued = 1
  :: action == A(SendCommand) ->
       queued = 1;
       release_command()
  :: action == A(RefuseCommand) -> refused = 1; accepted = 0
  fi
}

/* What the client was told, from outside. */
inline note() {
  if
  :: client_input == I(Connect) -> wanted = 1
  :: client_input == I(ReconnectNow) -> wanted = (at_rest -> wanted : 1)
  :: client_input == I(StopKeep) -> wanted = 0
  :: client_input == I(StopEnd) || client_input == I(CloseFatal) -> wanted = 0; may_resume = 0; accepted = 0
  :: client_input == I(CloseNew) || client_input == I(InvalidSession) ||
     client_input == I(InvalidResumableNoSession) -> may_resume = 0
  :: client_input == I(Ready) &&
     (state == S(Identifying) || state == S(Resuming) || state == S(Ready)) -> may_resume = (message != UNUSABLE_READY)
  :: client_input == I(HeartbeatAck) -> unacked = 0
  :: client_input == I(Send) -> accepted = 1
  :: else
  fi
}

inline check() {
  assert(client_input != I(CloseFatal) || state == S(Stopped));
  assert(from != S(Stopped) || state == S(Stopped) || client_input == I(Connect));
  assert(from == S(Stopped) || state != S(Stopped) || client_input == I(CloseFatal));
  assert(beats_sent == ((client_input == I(HeartbeatRequest) || client_input == I(BeatDue)) && is_open(from)));
  assert(started_beats == ((client_input == I(HelloFresh) || client_input == I(HelloResume)) && is_open(from)));
  assert(asked == (from == S(AwaitHello) && state == S(AwaitSlot)));
  assert(delivered == (client_input == I(Ready) || client_input == I(Resumed) || client_input == I(Dispatch)));
  assert(reported == (client_input == I(UnknownOpcode) && is_open(from)));
  assert(client_input != I(Send) || refused == (from == S(Idle) || from == S(Stopped)));
  assert(!granted);
  assert(client_input != I(ReadyTimeout) || !is_open(state));
  assert(client_input != I(CloseTimeout) || transport == NO_LINK)
}

inline check_world() {
  assert((transport == NO_LINK) == (at_rest || state == S(Backoff)));
  assert((transport == OPENING) == (state == S(Connecting)));
  assert(closing == is_closing);
  assert(wanted == !(at_rest || state == S(ClosingToStop)));
  assert(may_resume == resumable);
  assert(accepted == queued);
  assert(at_rest || beat_armed || hello_armed || ready_armed || dial_armed || closing);
  assert(state != S(AwaitSlot) || asks > 0);
  assert(transport != OPEN || peer != PS(Closed) || end != NO_END);
  assert(state != S(Ready) || peer != PS(Authenticated) || held != SHARED ||
         behind == (first == DISPATCH || second == DISPATCH))
}

/* ---- What can happen */

#define peer_reads (peer != PS(Closed))
#define has_room (second == NOTHING)
#define is_quiet (peer_reads && first == NOTHING)
#ifdef WIDE
#define odd_fits (!good && peer_reads && has_room)
#else
#define odd_fits (!good && is_quiet)
#endif
#define says_hello (peer == PS(New) && has_room)
#define reads_identify (peer_reads && handshake == IDENTIFY && has_room)
#define reads_resume (is_quiet && handshake == RESUME)
#define reads_command (peer_reads && handshake == 0 && command)
#define reads_close (peer_reads && handshake == 0 && !command && close != 0)
#define reads_beat (peer_reads && beat_sent)
#define can_read (first != NOTHING || end != NO_END)
#define can_send (!good && !queued && !command)

/* With a good peer what is at hand happens before a limit is reached, and that before a beat is due. */
#define at_hand (release_armed || says_hello || asks > 0 || transport == OPENING || can_read || dial_armed || reads_identify || \
                 reads_resume || reads_command || reads_close || reads_beat)
#define limited (hello_armed || ready_armed || closing)
#define goal ((wanted && state == S(Ready) && peer == PS(Authenticated) && !queued) || (!wanted && at_rest))

inline read() {
  message = first;
  if
  :: first == NOTHING ->
       hang_up = 1;
       client_input = (end == CLOSE_RESUME -> I(CloseResume) : (end == CLOSE_NEW -> I(CloseNew) :
                       (end == CLOSE_FATAL -> I(CloseFatal) : I(Lost))))
  :: first == HELLO -> client_input = (resuming -> I(HelloResume) : I(HelloFresh))
  :: first == HEARTBEAT_REQUEST -> client_input = I(HeartbeatRequest)
  :: first == READY || first == ODD_READY || first == UNUSABLE_READY -> client_input = I(Ready)
  :: first == RESUMED -> client_input = I(Resumed)
  :: first == DISPATCH || first == ODD_DISPATCH -> client_input = I(Dispatch)
  :: first == RECONNECT -> client_input = I(Reconnect)
  :: first == INVALID_RESUMABLE -> client_input = (resumable -> I(InvalidResumable) : I(InvalidResumableNoSession))
  :: first == INVALID_SESSION -> client_input = I(InvalidSession)
  :: first == UNKNOWN_OPCODE -> client_input = I(UnknownOpcode)
  :: first == UNDECODABLE -> client_input = I(Undecodable)
  fi;
  first = second;
  second = NOTHING
}

inline beat_due() {
  due = 1;
  was_open = is_open(state);
  was_silent = unacked;
  heartbeat_row(beat, BE(Due), action);
  if
  :: action == BA(SendHeartbeat) -> unacked = 1; client_input = I(BeatDue)
  :: action == BA(DropAsZombie) -> beat_armed = 0; client_input = I(Zombie)
  :: else
  fi
}

inline say(what) {
  message = what;
  peer_input = PI(SayAnything)
}
inline say_close(how) {
  told = how;
  peer_input = PI(SayClose)
}

inline happen() {
  if
  :: !good -> client_input = I(Connect)
  :: !good -> client_input = I(StopEnd)
  :: !good -> client_input = I(StopKeep)
  :: !good -> client_input = I(ReconnectNow)
  :: can_send -> client_input = I(Send)
  :: can_send && state == S(Ready) -> room = 0; client_input = I(Send)
  :: release_armed -> release_command()
  :: asks > 0 -> asks--; granted = 1; client_input = I(SlotGranted)
  :: transport == OPENING -> transport = OPEN; peer = PS(New); client_input = I(Opened)
  :: !good && transport == OPENING -> client_input = I(OpenFailed)
  :: !good && transport == OPENING -> client_input = I(Lost)
  :: !good && transport == OPEN && end == NO_END -> peer_input = PI(TransportEnd); end_then = LOST
  :: !good && transport == OPEN && end != LOST ->
       peer_input = (peer_reads -> PI(TransportEnd) : NONE); end_then = LOST; bytes_lost = 1
  :: can_read -> read()
  :: !good && queued && (first == READY || first == ODD_READY || first == UNUSABLE_READY || first == RESUMED) ->
       room = 0;
       read()
  :: hello_armed && !(good && at_hand) -> hello_armed = 0; client_input = I(HelloTimeout)
  :: ready_armed && !(good && at_hand) -> ready_armed = 0; client_input = I(ReadyTimeout)
  :: closing && !(good && at_hand) -> client_input = I(CloseTimeout)
  :: dial_armed -> client_input = I(BackoffOver)
  :: beat_armed && !(good && (at_hand || limited)) -> beat_due()
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyBadToken)
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyBadShard)
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyTooManyGuilds)
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyBadIntents)
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyDisallowedIntents)
  :: !good && reads_identify -> handshake = 0; peer_input = PI(IdentifyBucketBusy)
  :: reads_identify -> handshake = 0; peer_input = PI(IdentifyValid)
  :: reads_resume -> handshake = 0; peer_input = (held == SHARED -> PI(ResumeLive) : PI(ResumeUnknown))
  :: !good && reads_resume && held == SHARED && behind -> handshake = 0; peer_input = PI(ResumeTooOld)
  :: reads_command -> command = 0; peer_input = PI(Command)
  :: reads_close -> peer_input = (close == FOR_GOOD -> PI(CloseForGood) : PI(CloseToResume)); end_then = CLOSE_RESUME
  :: reads_beat -> peer_input = PI(Heartbeat)
  :: !good && peer_reads && peer != PS(New) -> peer_input = PI(BeatMissed)
  :: !good && peer == PS(New) && first == NOTHING -> peer_input = PI(VersionUnsupported)
  :: says_hello || odd_fits -> peer_input = PI(SayHello)
  :: odd_fits -> peer_input = PI(SayHeartbeat)
  :: odd_fits -> peer_input = PI(SayReconnect)
  :: odd_fits -> peer_input = PI(SayInvalid)
  :: odd_fits -> peer_input = PI(SayInvalidResumable)
  :: !good && !behind && (peer_reads -> has_room : has_session) -> peer_input = PI(SayDispatch)
  :: odd_fits -> say(UNKNOWN_OPCODE)
  :: odd_fits -> say(UNDECODABLE)
  :: odd_fits -> say(ODD_READY)
  :: odd_fits -> say(UNUSABLE_READY)
  :: odd_fits -> say(RESUMED)
  :: odd_fits -> say(ODD_DISPATCH)
  :: !good && peer_reads -> say_close(CLOSE_RESUME)
  :: !good && peer_reads -> say_close(CLOSE_NEW)
  :: !good && peer_reads -> say_close(CLOSE_FATAL)
  :: !good && peer_reads -> peer_input = PI(DropTransport)
  :: !good && held == SHARED && peer != PS(Authenticated) -> end_session()
#ifdef LIVE
  :: !good -> good = 1
#endif
  fi
}

inline peer_takes() {
  if
  :: peer_input != NONE -> server(peer_input)
  :: else
  fi;
  if
  :: end_then != NO_END -> end = end_then
  :: else
  fi;
  if
  :: bytes_lost -> first = NOTHING; second = NOTHING
  :: else
  fi
}

inline client_takes() {
  from = state;
  if
  :: client_input != NONE -> note(); gateway_session_row(state, client_input, action); perform()
  :: else
  fi
}

inline end_and_check() {
  if
  :: hang_up -> let_go()
  :: else
  fi;
  if
  :: client_input != NONE -> check()
  :: else
  fi;
  if
  :: due && was_open ->
       assert((transport == NO_LINK) == was_silent);
       assert(transport == NO_LINK || beats_sent == 1)
  :: else
  fi;
  check_world()
}

inline leave_no_trace() {
  client_input = NONE;
  peer_input = NONE;
  end_then = NO_END;
  action = 0;
  from = 0;
  message = NOTHING;
  told = NO_END;
  beats_sent = 0;
  room = 1;
  granted = 0;
  refused = 0;
  bytes_lost = 0;
  hang_up = 0;
  due = 0;
  was_open = 0;
  was_silent = 0;
  started_beats = 0;
  asked = 0;
  delivered = 0;
  reported = 0
}

active proctype walk() {
  do
  :: atomic { happen(); d_step { peer_takes() } d_step { client_takes() } d_step { end_and_check(); leave_no_trace() } }
  od
}

#ifdef LIVE
ltl good_ends_well { [] (good -> <> (goal)) }
/* Two that do not hold: a checker that does not say so checks nothing. */
ltl never_stopped { [] (state != S(Stopped)) }
ltl always_ready { <> (state == S(Ready)) }
#endif
