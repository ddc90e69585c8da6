#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace portcullis {

/// What went wrong. The names are grouped by the layer that reports them.
// clang-format off
enum class Errc : std::uint8_t {
  // URL and caller's arguments
  UrlScheme, UrlFragment, UrlHost, UrlPort, UrlCharacter,
  HeaderName, HeaderValue, HeaderReserved, Subprotocol,
  // HTTP head and opening handshake
  HttpStartLine, HttpVersion, HttpMethod, HttpFieldLine, HttpFieldRepeated, HttpHeadTooLarge, HttpInterimTooMany,
  HttpBodyLength, HttpChunk, HttpBodyUnexpected, HttpTarget,
  HandshakeRefused, HandshakeUpgrade, HandshakeConnection, HandshakeAccept, HandshakeExtension, HandshakeSubprotocol,
  HandshakeHost, HandshakeKey, HandshakeVersion, HandshakeIncomplete,
  // Frames
  FrameReservedBits, FrameOpcode, FrameControlFragmented, FrameControlTooLong, FrameMaskMissing, FrameMaskUnexpected,
  FrameLengthNotMinimal, FrameLengthOverflow, FrameContinuationUnexpected, FrameMessageUnfinished, MessageTooLarge,
  TextNotUtf8, ClosePayloadTooShort, CloseCodeInvalid, CloseReasonNotUtf8, CloseReasonTooLong, ControlPayloadTooLong,
  NotOpen, AlreadyOpen, AlreadyClosing, OutputFull,
  // Compression
  InflateCorrupt, InflateChecksum, InflateEnded, InflateTruncated, InflateTrailing, InflateDictionary, InflateWindow,
  PayloadTooLarge, OutOfMemory,
  // Encoding
  JsonIncomplete, JsonSyntax, JsonDepth, JsonUtf8, JsonNumber, JsonTrailing,
  EtfIncomplete, EtfVersion, EtfTag, EtfDepth, EtfLength, EtfNumber, EtfTail, EtfTrailing, EtfCompressed, EtfUtf8,
  EtfInteger, EtfKey,
  EnvelopeNotMap, EnvelopeOpMissing, EnvelopeOpType, EnvelopeSequenceType, EnvelopeTypeType, HelloInterval,
  MessageKind,
  // Commands and configuration
  CommandTooLarge, CommandQueueFull, CommandField, CommandIntent, CommandWrongShard, CommandRateLimited, CommandNotUtf8,
  NotConnected, SessionIncomplete, ConfigToken, ConfigUrl, ConfigShard, ConfigThreshold, ConfigVersion, ConfigIntents,
  ConfigCompression,
  // REST
  RestStatus, RestBody,
};
// clang-format on

inline constexpr std::size_t kErrcCount = static_cast<std::size_t>(Errc::RestBody) + 1;

/// Says what went wrong as half a sentence in English, without a full stop and without any of the bytes concerned.
std::string_view text(Errc code) noexcept;

}  // namespace portcullis
