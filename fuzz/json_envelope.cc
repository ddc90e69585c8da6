// For every text: the envelope lies within it, both checks find the same one, and an error stays what it is.
//
// The input is a byte that says how much of the text follows only later, then the text.
#include "portcullis/fuzz/json.h"

namespace portcullis::fuzz {
namespace {

using encoding::Check;
using encoding::EnvelopeView;

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void lies_within(const EnvelopeView& view, std::string_view text, const Workspace& workspace) {
  const std::string_view scratch(workspace.text.data(), workspace.text.size());
  must(!view.t || lies_in(*view.t, text) || lies_in(*view.t, scratch), "t lies in the text or the scratch");
  must(view.d.raw == "null" || lies_in(view.d.raw, text), "d lies in the text");
  must(!view.s || *view.s >= 0, "a sequence is never negative");
}

void same_envelope(const EnvelopeView& strict, const EnvelopeView& loose) {
  must(strict.op == loose.op && strict.s == loose.s && strict.t == loose.t, "both checks find the same op, s and t");
  must(strict.d.kind == loose.d.kind && strict.d.raw == loose.d.raw, "both checks find the same d");
}

void scan(const std::string& text, std::size_t size) {
  Workspace one, other, third;
  const auto strict = encoding::scan_json(text, Check::Grammar, kNestingMax, one);
  const auto loose = encoding::scan_json(text, Check::Envelope, kNestingMax, other);
  if (strict) lies_within(*strict, text, one);
  if (loose) lies_within(*loose, text, other);
  must(strict || strict.error().offset <= text.size(), "an error lies in the text");
  if (is_json(strict)) {
    must(bool(strict) == bool(loose), "the loose check refuses what the strict one takes");
    if (strict) same_envelope(*strict, *loose);
    if (!strict) must(strict.error() == loose.error(), "both checks report the same envelope error");
  } else {
    must(!loose || !is_json(strict), "the loose check is the looser one");
    must(loose || !is_about_json(loose.error()) || loose.error().offset >= strict.error().offset,
         "the loose check finds no fault that the strict one passed over");
  }

  const std::string front = text.substr(0, size);
  const auto shorter = encoding::scan_json(front, Check::Grammar, kNestingMax, third);
  if (is_json(shorter) || shorter.error().code == Errc::JsonIncomplete) return;
  must(!strict && strict.error() == shorter.error(), "what is broken is not mended by what follows");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::size_t part = input.byte();
  const std::string text = input.rest();
  fuzz::scan(text, text.size() * part / 256);
  return 0;
}
