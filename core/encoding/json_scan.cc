#include "portcullis/core/encoding/json_scan.h"

#include <array>

#include "portcullis/core/encoding/json_string.h"
#include "portcullis/core/encoding/json_walk.h"

namespace portcullis::encoding {
namespace {

enum class Key : std::uint8_t { Op, S, T, D, Other };
constexpr std::array<std::string_view, 4> kKeys{"op", "s", "t", "d"};

Key key_of(std::string_view inside) noexcept {
  if (inside == "op") return Key::Op;
  if (inside == "s") return Key::S;
  if (inside == "t") return Key::T;
  if (inside == "d") return Key::D;
  if (inside.size() < 6) return Key::Other;  // no room for \uXXXX, the only escape that stands for one of these letters
  for (std::size_t index = 0; index < kKeys.size(); ++index)
    if (equals_unescaped(inside, kKeys[index])) return static_cast<Key>(index);
  return Key::Other;
}

/// Notes where the members of the envelope lie.
class Finder {
 public:
  void key(std::string_view inside) noexcept { key_ = key_of(inside); }
  void value(ValueView value) noexcept { values_[static_cast<std::size_t>(key_)] = value; }
  void root(ValueView value) noexcept { root_ = value; }

  Result<EnvelopeView> envelope(const char* begin, Workspace& workspace) const noexcept;

 private:
  const ValueView& at(Key key) const noexcept { return values_[static_cast<std::size_t>(key)]; }

  std::array<ValueView, kKeys.size() + 1> values_{};
  ValueView root_{};
  Key key_ = Key::Other;
};

constexpr bool is_nothing(ValueView value) noexcept {
  return value.kind == ValueKind::Missing || value.kind == ValueKind::Null;
}

Result<EnvelopeView> Finder::envelope(const char* begin, Workspace& workspace) const noexcept {
  const auto error = [begin](Errc code, ValueView value, Requirement req) {
    return Error{code, Blame::Peer, static_cast<std::uint64_t>(value.raw.data() - begin), req};
  };
  const auto kind_of = [](ValueView value, Requirement otherwise) {
    return value.kind == ValueKind::Number ? req::LOCAL_14 : otherwise;
  };
  const ValueView op = at(Key::Op), s = at(Key::S), t = at(Key::T), d = at(Key::D);
  EnvelopeView view;

  if (root_.kind != ValueKind::Map) return error(Errc::EnvelopeNotMap, root_, req::GW_ENV_1);
  if (op.kind == ValueKind::Missing) return error(Errc::EnvelopeOpMissing, root_, req::GW_ENV_1);
  const auto opcode = as_integer(op);
  if (!opcode) return error(Errc::EnvelopeOpType, op, kind_of(op, req::GW_ENV_1));
  view.op = *opcode;

  if (!is_nothing(s)) view.s = as_integer(s);
  if (!is_nothing(s) && view.s.value_or(-1) < 0) return error(Errc::EnvelopeSequenceType, s, kind_of(s, req::GW_ENV_2));
  if (!is_nothing(t) && t.kind != ValueKind::String) return error(Errc::EnvelopeTypeType, t, req::GW_ENV_2);
  if (!is_nothing(t)) {
    view.t = as_string(t, workspace.text);
    if (!view.t) return Error{Errc::OutOfMemory, Blame::Limit, 0, req::GW_ENC_5};
  }
  if (!is_nothing(d)) view.d = d;
  return view;
}

}  // namespace

Result<EnvelopeView> scan_json(std::string_view text, Check check, std::size_t nesting_max,
                               Workspace& workspace) noexcept {
  Finder finder;
  Walk<Finder> walk(text, nesting_max, finder);
  const Status status = check == Check::Grammar ? walk.template run<true>() : walk.template run<false>();
  if (!status) return status.error();
  return finder.envelope(text.data(), workspace);
}

}  // namespace portcullis::encoding
