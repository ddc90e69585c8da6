#include "portcullis/core/encoding/envelope.h"

namespace portcullis::encoding {
namespace {

constexpr std::string_view kNil{"d\0\3nil", 6};  // an ETF atom

constexpr bool is_nothing(ValueView value) noexcept {
  return value.kind == ValueKind::Missing || value.kind == ValueKind::Null;
}

}  // namespace

Result<EnvelopeView> read_envelope(const Members& members, const char* begin, std::vector<char>& text) noexcept {
  const auto error = [begin](Errc code, ValueView value, Requirement req) {
    return Error{code, Blame::Peer, static_cast<std::uint64_t>(value.raw.data() - begin), req};
  };
  const auto kind_of = [](ValueView value, Requirement otherwise) {
    return value.kind == ValueKind::Number ? req::LOCAL_14 : otherwise;
  };
  const ValueView root = members.root, op = members[Member::Op], s = members[Member::S], t = members[Member::T],
                  d = members[Member::D];
  const bool etf = root.encoding == Encoding::Etf;
  EnvelopeView view;

  if (root.kind != ValueKind::Map) return error(Errc::EnvelopeNotMap, root, req::GW_ENV_1);
  if (op.kind == ValueKind::Missing) return error(Errc::EnvelopeOpMissing, root, req::GW_ENV_1);
  const auto opcode = as_integer(op);
  if (!opcode) return error(Errc::EnvelopeOpType, op, kind_of(op, req::GW_ENV_1));
  view.op = *opcode;

  if (!is_nothing(s)) view.s = as_integer(s);
  if (!is_nothing(s) && view.s.value_or(-1) < 0) return error(Errc::EnvelopeSequenceType, s, kind_of(s, req::GW_ENV_2));
  if (!is_nothing(t) && t.kind != ValueKind::String) return error(Errc::EnvelopeTypeType, t, req::GW_ENV_2);
  if (!is_nothing(t)) {
    view.t = as_string(t, text);
    if (!view.t && etf) return error(Errc::EtfUtf8, t, req::GW_ETF_15);
    if (!view.t) return Error{Errc::OutOfMemory, Blame::Limit, 0, req::GW_ENC_5};
  }
  if (etf) view.d = {ValueKind::Null, kNil, Encoding::Etf};
  if (!is_nothing(d)) view.d = d;
  return view;
}

}  // namespace portcullis::encoding
