#include "portcullis/oracle/timeline/tap.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "portcullis/core/http/head.h"
#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/query.h"
#include "portcullis/oracle/timeline/frames.h"
#include "portcullis/oracle/timeline/payload.h"

namespace portcullis::timeline {
namespace {

using compression::Compression;
using websocket::Opcode;

constexpr int kUpgraded = 101;

std::string_view name(Side side) { return side == Side::Client ? "client" : "server"; }

Compression compression_of(std::string_view asked) {
  if (asked == in_query(Compression::ZlibStream)) return Compression::ZlibStream;
  return asked == in_query(Compression::ZstdStream) ? Compression::ZstdStream : Compression::None;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

/// A field's value may hold bytes that are no text.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

/// What is read of one direction after its head.
struct Frames {
  PayloadReader payloads;
  FrameReader reader;
  std::size_t bytes = 0;  ///< of the messages in which the payload at hand lies
};

}  // namespace

struct Tap::Impl {
  Impl(std::uint64_t number, std::string from, Pseudonyms& secrets, Sink to, const Limits& wanted)
      : link(number), origin(std::move(from)), pseudonyms(secrets), sink(std::move(to)), limits(wanted) {}

  void client_sent(std::span<const std::byte> bytes);
  void server_sent(std::span<const std::byte> bytes);
  void ended(Side from, How how);

  void tell(std::string_view is, Json with) { sink({at_ms, link, std::string(is), std::move(with)}); }
  void tell_fault(Side from, std::string what) { tell("fault", {{"from", name(from)}, {"what", std::move(what)}}); }
  void requested();
  void answered();
  void refused(int status);
  void begin_frames(Side from);
  void message(Side from, Opcode kind, std::span<const std::byte> bytes);
  void control(Side from, Opcode kind, std::string_view payload);

  enum class Stage : std::uint8_t { Head, Frames, Ignored };

  const std::uint64_t link;
  const std::string origin;
  Pseudonyms& pseudonyms;
  const Sink sink;
  const Limits limits;
  std::int64_t at_ms = 0;
  bool over = false;
  http::HeadReader request{http::HeadKind::Request, limits};
  http::HeadReader response{http::HeadKind::Response, limits};
  std::size_t interims = 0;
  std::array<Stage, 2> stages{};
  std::array<std::optional<Frames>, 2> frames;

  Stage& stage(Side side) { return stages[static_cast<std::size_t>(side)]; }
  std::optional<Frames>& frames_of(Side side) { return frames[static_cast<std::size_t>(side)]; }
};

// ---- The heads

void Tap::Impl::client_sent(std::span<const std::byte> bytes) {
  for (; !bytes.empty() && stage(Side::Client) == Stage::Head; bytes = bytes.subspan(1)) {
    if (const Fault* const fault = request.feed(static_cast<char>(bytes.front()))) {
      stage(Side::Client) = Stage::Ignored;
      tell_fault(Side::Client, words_for(*fault));
    } else if (request.complete()) {
      requested();
    }
  }
  if (stage(Side::Client) == Stage::Frames) frames_of(Side::Client)->reader.feed(bytes);
}

void Tap::Impl::requested() {
  Json with{{"url", pseudonyms.hide(origin + request.target())}};
  if (const auto extensions = request.fields().find("Sec-WebSocket-Extensions"))
    with["extensions"] = printable(pseudonyms.hide(*extensions));
  tell("open", std::move(with));
  begin_frames(Side::Client);
}

void Tap::Impl::server_sent(std::span<const std::byte> bytes) {
  for (; !bytes.empty() && stage(Side::Server) == Stage::Head; bytes = bytes.subspan(1)) {
    if (response.feed(static_cast<char>(bytes.front())) != nullptr)
      refused(0);
    else if (response.complete())
      answered();
  }
  if (stage(Side::Server) == Stage::Frames) frames_of(Side::Server)->reader.feed(bytes);
}

void Tap::Impl::answered() {
  constexpr int kFinal = 200;
  if (response.status() == kUpgraded) {
    tell("upgraded", Json::object());
    return begin_frames(Side::Server);
  }
  if (response.status() >= kFinal) return refused(response.status());
  if (++interims > limits.http_interim_max) return refused(0);
  response = http::HeadReader(http::HeadKind::Response, limits);
}

/// After a refusal neither side says anything that is ours to tell.
void Tap::Impl::refused(int status) {
  stages.fill(Stage::Ignored);
  Json with{{"status", status}};
  const auto wait = status == 0 ? std::nullopt : response.fields().find("Retry-After");
  if (wait) with["retry_after"] = printable(pseudonyms.hide(*wait));
  tell("refused", std::move(with));
}

// ---- The frames

void Tap::Impl::begin_frames(Side from) {
  const bool server = from == Side::Server;
  const mock::Query query = mock::read_query(request.target());
  const auto encoding = query.encoding == "etf" ? encoding::Encoding::Etf : encoding::Encoding::Json;
  const auto compression = server ? compression_of(query.compress) : Compression::None;
  const auto reader = server ? websocket::Role::Client : websocket::Role::Server;
  const auto as_text = [](std::span<const std::byte> bytes) { return http::as_text(bytes); };
  Heard heard{[this, from](Opcode kind, std::span<const std::byte> bytes) { message(from, kind, bytes); },
              [=, this](Opcode kind, std::span<const std::byte> payload) { control(from, kind, as_text(payload)); },
              [this, from](std::string what) { tell_fault(from, std::move(what)); }};
  frames_of(from).emplace(Frames{PayloadReader(encoding, compression, server, pseudonyms, limits),
                                 FrameReader(reader, limits, std::move(heard))});
  stage(from) = Stage::Frames;
}

void Tap::Impl::message(Side from, Opcode kind, std::span<const std::byte> bytes) {
  Frames& of = *frames_of(from);
  of.bytes += bytes.size();
  const bool text = kind == Opcode::Text;
  const auto read = of.payloads.take(text, bytes);
  if (!read) return;
  Json with{{"from", name(from)}, {"kind", text ? "text" : "binary"}, {"bytes", std::exchange(of.bytes, 0)}};
  with.update(*read);
  tell("message", std::move(with));
}

void Tap::Impl::control(Side from, Opcode kind, std::string_view payload) {
  Json with{{"from", name(from)}};
  if (kind != Opcode::Close) {
    with["payload"] = hex(pseudonyms.hide(payload));
    return tell(kind == Opcode::Ping ? "ping" : "pong", std::move(with));
  }
  if (payload.size() >= 2)
    with["code"] = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  if (payload.size() > 2) with["reason"] = pseudonyms.hide(payload.substr(2));
  tell("close", std::move(with));
}

void Tap::Impl::ended(Side from, How how) {
  const bool asked = stage(Side::Client) != Stage::Head;
  if (asked && stage(Side::Server) == Stage::Head) refused(0);
  tell("end", {{"from", name(from)}, {"how", how == How::Eof ? "eof" : "reset"}});
}

// ---- The public face

Tap::Tap(std::uint64_t link, std::string origin, Pseudonyms& pseudonyms, Sink sink, const Limits& limits)
    : impl_(std::make_unique<Impl>(link, std::move(origin), pseudonyms, std::move(sink), limits)) {}

Tap::~Tap() = default;
Tap::Tap(Tap&&) noexcept = default;
Tap& Tap::operator=(Tap&&) noexcept = default;

void Tap::client_sent(std::span<const std::byte> bytes, std::int64_t at_ms) {
  if (impl_->over) return;
  impl_->at_ms = at_ms;
  impl_->client_sent(bytes);
}

void Tap::server_sent(std::span<const std::byte> bytes, std::int64_t at_ms) {
  if (impl_->over) return;
  impl_->at_ms = at_ms;
  impl_->server_sent(bytes);
}

void Tap::ended(Side from, How how, std::int64_t at_ms) {
  if (std::exchange(impl_->over, true)) return;
  impl_->at_ms = at_ms;
  impl_->ended(from, how);
}

}  // namespace portcullis::timeline
