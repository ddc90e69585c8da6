#include "portcullis/core/encoding/json_scan.h"

#include "portcullis/core/encoding/json_string.h"
#include "portcullis/core/encoding/json_walk.h"

namespace portcullis::encoding {
namespace {

Member key_of(std::string_view inside) noexcept {
  const Member plain = member_of(inside);
  // Without room for \uXXXX, the only escape that stands for one of these letters, there is no more to it.
  if (plain != Member::Other || inside.size() < 6) return plain;
  for (std::size_t index = 0; index < kMembers.size(); ++index)
    if (equals_unescaped(inside, kMembers[index])) return static_cast<Member>(index);
  return Member::Other;
}

/// Notes where the members of the envelope lie.
struct Finder {
  void key(std::string_view inside) noexcept { at = key_of(inside); }
  void value(ValueView value) noexcept { members[at] = value; }
  void root(ValueView value) noexcept { members.root = value; }

  Members members;
  Member at = Member::Other;
};

}  // namespace

Result<EnvelopeView> scan_json(std::string_view text, Check check, std::size_t nesting_max,
                               Workspace& workspace) noexcept {
  Finder finder;
  Walk<Finder> walk(text, nesting_max, finder);
  const Status status = check == Check::Grammar ? walk.template run<true>() : walk.template run<false>();
  if (!status) return status.error();
  return read_envelope(finder.members, text.data(), workspace.text);
}

}  // namespace portcullis::encoding
