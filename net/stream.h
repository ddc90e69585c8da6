#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portcullis/net/fd.h"
#include "portcullis/net/tls.h"
#include "portcullis/net/trouble.h"

namespace portcullis::net {

/// A connected TCP socket that never blocks, plain or with TLS round it; either end of it.
///
/// Shape:   `poll` its `fd` for `events` and then call `step`, or `read`; both may be called at any time. TLS may hold
///          bytes that `poll` knows nothing of: call `read` until it says Empty or End.
/// Memory:  what cannot be written at once is queued; `queued_bytes` tells how much.
class Stream {
 public:
  struct Read {
    enum class What : std::uint8_t { Bytes, Empty, End };
    What what;              ///< End: the peer has finished, properly or not (`trouble`)
    std::size_t count = 0;  ///< of Bytes, at least 1
  };

  /// Takes a connected socket and makes it non-blocking, without delay (TCP_NODELAY) and free of SIGPIPE.
  explicit Stream(Fd socket) noexcept;
  /// The same with TLS. For a client `host` is the name for SNI and for the certificate; an address is checked as one
  /// and not sent. For a server it is empty.
  Stream(Fd socket, const Tls& tls, const std::string& host) noexcept;

  int fd() const noexcept { return socket_.get(); }
  /// What to poll for: POLLIN, and POLLOUT where something waits to be written.
  short events() const noexcept;

  /// Goes on with what was begun: the TLS handshake, queued bytes, the farewell.
  void step() noexcept;
  /// Says whether the TLS handshake is over and well; always true without TLS.
  bool is_open() const noexcept { return is_open_; }
  /// Writes what it can and queues the rest; nothing after `finish` or an end.
  void write(std::span<const std::byte> bytes) noexcept;
  std::size_t queued_bytes() const noexcept { return out_.size() - written_; }
  /// Reads some bytes. Before the handshake is over it says Empty.
  Read read(std::span<std::byte> into) noexcept;

  /// Ends our side, after the queued bytes: close_notify and FIN. What the peer still sends can be read, and should be
  /// until End, or closing the socket resets the connection and destroys our last words.
  void finish() noexcept;
  /// Ends both sides at once, with a reset.
  void reset() noexcept;
  /// Says whether nothing more will come of it: both sides have ended, or it broke.
  bool is_over() const noexcept { return we_have_ended_ && peer_has_ended_; }
  /// Tells why it broke: a failed handshake, a reset, an end without close_notify. None after a proper end. When
  /// writing has failed, what the peer had sent before can still be read.
  const std::optional<Trouble>& trouble() const noexcept { return trouble_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept;
  };

  void prepare() noexcept;
  void shake_hands() noexcept;
  void flush() noexcept;
  void say_goodbye() noexcept;
  void notice_reset() noexcept;
  void fail(Trouble::Stage stage, std::string text) noexcept;
  void fail_writing(std::string text) noexcept;
  void forget_queue() noexcept;

  Fd socket_;
  std::unique_ptr<SSL, FreeSsl> ssl_;  // knows the descriptor's number and does not own it
  bool is_open_ = true;                // no handshake is needed, or it is done
  bool is_finishing_ = false;          // finish() was called
  bool we_have_ended_ = false;         // our last word is said, or none can be said any more
  bool peer_has_ended_ = false;        // nothing more will be read
  std::vector<std::byte> out_;         // what is still to be written, behind
  std::size_t written_ = 0;            // so many bytes that are
  std::optional<Trouble> trouble_;
};

}  // namespace portcullis::net
