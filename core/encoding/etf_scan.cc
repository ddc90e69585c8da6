#include "portcullis/core/encoding/etf_scan.h"

#include "portcullis/core/encoding/etf_inflate.h"
#include "portcullis/core/encoding/etf_term.h"

namespace portcullis::encoding {
namespace {

/// Gives the end of the term at `at`, with what lies where in it; null when the walk met a fault.
const char* walk_root(EtfWalk& walk, const char* at, Members& members) noexcept {
  const auto note = [&members](std::string_view key, std::string_view value) {
    std::array<char, 24> buffer;
    members[member_of(etf_key(key, buffer).value_or(std::string_view()))] = etf_value(value);
  };
  const bool map = at != walk.end() && static_cast<Tag>(*at) == Tag::Map;
  const char* const end = map ? walk.members(at, note) : walk.skip(at, 0);
  if (end != nullptr) members.root = etf_value({at, end});
  return end;
}

/// Reads a payload whose term begins at `from`.
Result<EnvelopeView> scan_from(std::string_view bytes, std::size_t from, const Limits& limits,
                               Workspace& workspace) noexcept {
  EtfWalk walk(bytes, limits.nesting_max, limits.payload_bytes_max);
  Members members;
  const char* const end = walk_root(walk, bytes.data() + from, members);
  if (end == nullptr) return walk.fault();
  if (end != walk.end()) return walk.fail(end, Errc::EtfTrailing), walk.fault();
  return read_envelope(members, bytes.data(), workspace.text);
}

Result<EnvelopeView> scan_compressed(std::string_view payload, const Limits& limits, Workspace& workspace) noexcept {
  const auto term = inflate_term(payload, limits.payload_bytes_max, workspace.term);
  if (!term) return term.error();
  auto view = scan_from(*term, 0, limits, workspace);
  if (view) return view;
  Error error = view.error();
  error.offset = 1;
  // No byte will follow: what it inflates to is all there is.
  if (error.code == Errc::EtfIncomplete) error.code = Errc::EtfCompressed;
  return error;
}

}  // namespace

Result<EnvelopeView> scan_etf(std::string_view payload, const Limits& limits, Workspace& workspace) noexcept {
  if (payload.empty()) return Error{Errc::EtfIncomplete, Blame::Peer, 0, req::GW_ENC_5};
  if (static_cast<unsigned char>(payload.front()) != kEtfVersion)
    return Error{Errc::EtfVersion, Blame::Peer, 0, req::GW_ETF_1};
  if (payload.size() > 1 && static_cast<Tag>(payload[1]) == Tag::Compressed)
    return scan_compressed(payload, limits, workspace);
  return scan_from(payload, 1, limits, workspace);
}

}  // namespace portcullis::encoding
