// For every payload: the envelope of ETF lies within it, and an error stays what it is whatever follows.
//
// The input is a byte that says how much of the payload follows only later, then the payload.
#include "portcullis/fuzz/etf.h"

namespace portcullis::fuzz {
namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void scan(const std::string& payload, std::size_t size) {
  Workspace one, other;
  const Limits limits = etf_limits();
  const auto view = encoding::scan_etf(payload, limits, one);
  const std::string_view term(one.term.data(), one.term.size());
  if (view) {
    must(!view->t || lies_in(*view->t, payload) || lies_in(*view->t, term), "t lies in the payload or the scratch");
    must(view->d.kind == encoding::ValueKind::Null || lies_in(view->d.raw, payload) || lies_in(view->d.raw, term),
         "d lies in the payload or the scratch");
    must(!view->s || *view->s >= 0, "a sequence is never negative");
  } else {
    must(view.error().offset <= payload.size(), "an error lies in the payload");
  }
  const std::string front = payload.substr(0, size);
  const auto shorter = encoding::scan_etf(front, limits, other);
  if (shorter || !is_about_etf(shorter.error()) || shorter.error().code == Errc::EtfIncomplete) return;
  must(!view && view.error() == shorter.error(), "what is broken is not mended by what follows");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::size_t part = input.byte();
  const std::string payload = input.rest();
  fuzz::scan(payload, payload.size() * part / 256);
  return 0;
}
