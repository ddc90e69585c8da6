#include "portcullis/core/errc.h"

namespace portcullis {
namespace {

// clang-format off
constexpr auto kTexts = std::to_array<std::string_view>({
  "the URL's scheme is neither ws nor wss", "the URL has a fragment", "the URL has no valid host", "the URL's port is not a number from 1 to 65535",
  "the URL holds a byte that may not stand there",
  "a header name is not a token", "a header value holds a control character", "the handshake sets this header itself", "a subprotocol is empty, repeated or not a token",
  "the HTTP start line is malformed", "the HTTP version does not fit", "the HTTP method is not GET", "an HTTP field line is malformed",
  "an HTTP field that may occur once is repeated", "the HTTP head exceeds a limit", "too many interim responses", "the length of the HTTP body is malformed",
  "an HTTP chunk is malformed", "the handshake request announces a body", "the HTTP target is malformed",
  "the peer refused the handshake", "the answer does not upgrade to websocket", "the Connection field lacks upgrade", "the accept value is missing or wrong",
  "an extension was agreed on that nobody offered", "a subprotocol was agreed on that nobody offered",
  "the request has not exactly one Host", "the handshake key is missing or malformed", "the WebSocket version is not 13", "the input ended inside the handshake",
  "a reserved bit is set", "the frame's opcode is reserved", "a control frame is fragmented", "a control frame is longer than 125 bytes", "a frame from the client is not masked",
  "a frame from the server is masked", "a frame length is not in its shortest form", "a frame length has its top bit set", "a continuation has nothing to continue",
  "a message begins before the last one has ended", "the message exceeds the limit", "the text is not UTF-8", "the close payload has one byte", "the close code may not be sent",
  "the close reason is not UTF-8", "the close reason is longer than 123 bytes", "the payload of a ping or pong is longer than 125 bytes",
  "the connection is not open", "the connection was asked to open before", "the connection is closing", "too many bytes wait to be written",
  "the compressed stream is corrupt", "the checksum of the compressed stream is wrong", "the compressed stream has ended", "the compressed payload is cut off",
  "something follows the compressed payload", "the compressed stream wants a dictionary", "the compressed stream wants a larger window than the limit",
  "the inflated payload exceeds the limit", "no memory is left",
  "the JSON text is incomplete", "the JSON text is malformed", "the payload is nested too deeply", "the JSON text is not UTF-8", "a JSON number is malformed",
  "something follows the JSON value",
  "the ETF term is incomplete", "the payload does not begin with ETF's version", "the ETF term has a tag that may not stand there",
  "the ETF term is nested too deeply", "a length in the ETF term exceeds the limit", "an ETF number is malformed or not finite",
  "an ETF list does not end with the empty list", "something follows the ETF term", "the compressed ETF term is not what it says",
  "a text in the ETF term is not UTF-8", "an ETF integer has more than 64 bits", "a key of an ETF map is no text",
  "the payload is not a map", "the payload has no opcode", "the opcode is not an integer", "the sequence is neither an integer nor null",
  "the event name is neither a string nor null", "the heartbeat interval is missing or not a positive integer", "the message has the wrong kind for this encoding",
  "the command exceeds the limit of its encoded size", "too many commands are waiting", "a field of the command is out of range", "the command needs an intent that was not asked for",
  "the guild belongs to another shard", "the command may not be repeated yet", "a text of the command is not UTF-8", "there is no connection and none is coming",
  "the session to resume is incomplete", "the token is empty or holds a byte that may not stand there", "the gateway URL cannot be used", "the shard is out of range",
  "large_threshold is not within 50 and 250", "the gateway version is not within 6 and 10", "the intents hold a bit that is not documented for bots",
  "payload compression goes with JSON only",
  "the REST answer has another status than 200", "the REST answer's body is not what the endpoint promises",
});
// clang-format on
static_assert(kTexts.size() == kErrcCount, "every Errc has a text");

}  // namespace

std::string_view text(Errc code) noexcept { return kTexts[static_cast<std::size_t>(code)]; }

}  // namespace portcullis
