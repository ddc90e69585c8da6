#include "portcullis/oracle/timeline/payload.h"

#include <algorithm>
#include <array>
#include <string>

#include "portcullis/core/encoding/etf_inflate.h"
#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/core/http/text.h"

namespace portcullis::timeline {
namespace {

using compression::Compression;
using encoding::Encoding;
using encoding::EnvelopeView;
using encoding::ValueKind;
using encoding::ValueView;

constexpr std::array<std::string_view, 4> kOfLargeReady{"v", "session_id", "resume_gateway_url", "shard"};

Json undecodable(std::string_view why) { return {{"undecodable", why}}; }

/// Well formed, and no envelope: still a payload to look at.
bool is_about_envelope(Errc code) { return code >= Errc::EnvelopeNotMap && code <= Errc::EnvelopeTypeType; }

bool is_about_more(Errc code) { return code == Errc::JsonIncomplete || code == Errc::EtfIncomplete; }

/// Says how the bytes of a client look compressed; nothing where they do not.
std::string_view compression_of(std::string_view bytes) {
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return "the client compressed it with zstd";
  if (!bytes.starts_with('\x78') || bytes.size() < 2) return {};
  return (0x7800 + static_cast<unsigned char>(bytes[1])) % 31 == 0 ? "the client compressed it with zlib"
                                                                   : std::string_view();
}

/// Builds what is told of a payload.
class Teller {
 public:
  Teller(Encoding encoding, Pseudonyms& pseudonyms, const Limits& limits, Workspace& workspace)
      : encoding_(encoding), pseudonyms_(pseudonyms), limits_(limits), workspace_(workspace) {}

  Result<Json> tell(std::string_view payload) {
    const auto view = encoding_ == Encoding::Etf
                          ? encoding::scan_etf(payload, limits_, workspace_)
                          : encoding::scan_json(payload, encoding::Check::Grammar, limits_.nesting_max, workspace_);
    if (!view && !is_about_envelope(view.error().code)) return view.error();
    if (view) learn(*view);
    const bool ready = view && view->t == "READY";
    const std::size_t bytes_max = ready ? kTellReadyBytesMax : kTellBytesMax;
    if (payload.size() > bytes_max) return with(payload, view ? without_data(*view, ready) : Json(), true);
    auto whole = whole_of(payload);
    if (!whole) return whole.error();
    if (view && encoding_ == Encoding::Etf) restore_sequences(*view, *whole);
    return with(payload, told(*whole), false);
  }

 private:
  static Json with(std::string_view payload, Json told, bool left_out) {
    Json members{{"payload", std::move(told)}, {"payload_bytes", payload.size()}};
    if (left_out) members["left_out"] = true;
    return members;
  }
  /// A big integer becomes text in a tree, as ids are text; sequences are numbers whatever their size.
  static void restore_sequences(const EnvelopeView& view, nlohmann::json& whole) {
    if (view.s) whole["s"] = *view.s;
    if (const auto beat = encoding::as_integer(view.d); beat && view.op == 1) whole["d"] = *beat;
    if (const auto resumed = encoding::as_integer(encoding::find(view.d, "seq")); resumed && view.op == 6)
      whole["d"]["seq"] = *resumed;
  }
  Result<nlohmann::json> whole_of(std::string_view payload) const;
  Json without_data(const EnvelopeView& view, bool ready) const;
  void learn(const EnvelopeView& view) const;
  Json told(const nlohmann::json& value, bool secret = false) const;

  Encoding encoding_;
  Pseudonyms& pseudonyms_;
  const Limits& limits_;
  Workspace& workspace_;
};

Result<nlohmann::json> Teller::whole_of(std::string_view payload) const {
  if (encoding_ == Encoding::Json) return encoding::tree({ValueKind::Map, payload, encoding_});
  constexpr std::string_view kCompressedTerm("\x83\x50");  // version and tag
  if (!payload.starts_with(kCompressedTerm)) return encoding::tree({ValueKind::Map, payload.substr(1), encoding_});
  const auto term = encoding::inflate_term(payload, limits_.payload_bytes_max, workspace_.term);
  if (!term) return term.error();
  return encoding::tree({ValueKind::Map, *term, encoding_});
}

Json Teller::without_data(const EnvelopeView& view, bool ready) const {
  Json payload{{"op", view.op}};
  if (view.s) payload["s"] = *view.s;
  if (view.t) payload["t"] = pseudonyms_.hide(*view.t);
  Json& data = payload["d"] = nullptr;
  if (!ready) return payload;
  for (const std::string_view name : kOfLargeReady) {
    const auto value = encoding::tree(encoding::find(view.d, name));
    if (value && !value->is_null()) data[std::string(name)] = told(*value, name == "session_id");
  }
  return payload;
}

/// Notes the secrets that name a session and its owner: they are looked for from here on.
void Teller::learn(const EnvelopeView& view) const {
  const bool logs_in = view.op == 2 || view.op == 6;
  const bool ready = view.op == 0 && view.t == "READY";
  std::vector<char> scratch;
  const auto note = [&](std::string_view name) {
    if (const auto secret = encoding::as_string(encoding::find(view.d, name), scratch)) pseudonyms_.of(*secret);
  };
  if (logs_in) note("token");
  if (logs_in || ready) note("session_id");
}

/// Copies a value with pseudonyms for secrets. Whatever is called a token or a session's id is taken for one: voice
/// and interactions have theirs.
Json Teller::told(const nlohmann::json& value, bool secret) const {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return secret ? pseudonyms_.once(text) : pseudonyms_.hide(text);
  }
  if (value.is_array()) {
    Json list = Json::array();
    for (const auto& one : value) list.push_back(told(one));
    return list;
  }
  if (!value.is_object()) return value;
  Json map = Json::object();
  auto& members = map.get_ref<Json::object_t&>();
  for (const auto& [name, member] : value.items())
    members.push_back({pseudonyms_.hide(name), told(member, name == "token" || name == "session_id")});
  return map;
}

}  // namespace

PayloadReader::PayloadReader(Encoding encoding, Compression compression, bool from_server, Pseudonyms& pseudonyms,
                             const Limits& limits)
    : encoding_(encoding),
      compression_(compression),
      from_server_(from_server),
      pseudonyms_(pseudonyms),
      limits_(limits),
      decompressor_(compression, limits) {}

std::optional<Json> PayloadReader::take(bool text, std::span<const std::byte> message) {
  const auto payload = payload_of(text, message);
  if (!payload) return undecodable(portcullis::text(payload.error().code));
  if (!*payload) return std::nullopt;
  const std::string_view bytes = http::as_text(**payload);
  Workspace scratch;  // the payload may lie in the other one
  auto members = Teller(text ? Encoding::Json : encoding_, pseudonyms_, limits_, scratch).tell(bytes);
  if (members) return std::move(*members);
  Error error = members.error();
  if (from_server_ && !text && is_about_more(error.code) && decompressor_.payloads_go_on()) {
    const Status held = decompressor_.hold(**payload);  // GW-ZLIB-7
    if (held) return std::nullopt;
    error = held.error();
  }
  const std::string_view compressed = from_server_ ? std::string_view() : compression_of(bytes);
  return undecodable(compressed.empty() ? portcullis::text(error.code) : compressed);
}

PayloadReader::Payload PayloadReader::payload_of(bool text, std::span<const std::byte> message) {
  if (text || !from_server_) return std::optional(message);
  const bool streamed = compression_ != Compression::None;
  if (streamed || message.empty() || message.front() != std::byte{0x78}) return decompressor_.feed(message, workspace_);
  return inflate_alone(message);
}

/// Payload compression shows in the bytes: neither JSON nor ETF begins as zlib does.
PayloadReader::Payload PayloadReader::inflate_alone(std::span<const std::byte> message) {
  return compression::Decompressor(Compression::Payload, limits_).feed(message, workspace_);
}

}  // namespace portcullis::timeline
