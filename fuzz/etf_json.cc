// For every tree in any spelling of ETF: its envelope, and the tree that is built of it, are those that JSON gives.
//
// The input is a byte that says whether the term is compressed, one from which the spellings follow, then the tree.
#include <algorithm>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/fuzz/draw_tree.h"
#include "portcullis/fuzz/etf.h"
#include "portcullis/fuzz/json.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;

bool is_utf8(const json& tree) {
  try {
    return !tree.dump().empty();
  } catch (const json::type_error&) {
    return false;
  }
}

// Envelopes are rare among drawn trees, so that their keys are put in.
json envelope_of(const json& tree) {
  if (!tree.is_array() || tree.size() < 4) return tree;
  return {{"op", tree[0]}, {"s", tree[1]}, {"t", tree[2]}, {"d", tree[3]}};
}

// An id is a string in JSON and may be an integer in ETF: as op, s or t it is wrong in the one and good in the other.
bool has_id_in_envelope(const json& tree) {
  const auto is_id = [&](const char* key) {
    const auto found = tree.is_object() ? tree.find(key) : tree.end();
    return found != tree.end() && found->is_string() &&
           std::ranges::all_of(found->get_ref<const std::string&>(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return is_id("op") || is_id("s") || is_id("t");
}

void compare(const json& tree, bool compress, std::uint8_t seed) {
  const tests::Pick spelling = [state = std::uint32_t{seed}](std::uint32_t below) mutable {
    state = state * 1'664'525u + 1'013'904'223u;
    return (state >> 16) % 2 == 0 ? 0 : (state >> 17) % below;
  };
  const std::string text = tree.dump();
  const std::string plain = tests::etf_payload(tree, spelling);
  const std::string payload = compress ? tests::compressed(plain) : plain;
  Workspace one, other;
  const auto in_json = encoding::scan_json(text, encoding::Check::Grammar, kNestingMax, one);
  const auto in_etf = encoding::scan_etf(payload, etf_limits(), other);
  must(bool(in_json) == bool(in_etf), "an envelope in both or in neither");
  if (!in_etf) return must(in_etf.error().code == in_json.error().code, "the same error");
  must(in_etf->op == in_json->op && in_etf->s == in_json->s && in_etf->t == in_json->t, "the same op, s and t");
  const auto left = encoding::tree(in_json->d), right = encoding::tree(in_etf->d);
  must(left && right && *right == tests::in_etf(*left), "the same d");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const bool compress = input.byte() % 2 != 0;
  const std::uint8_t seed = input.byte();
  const auto tree = fuzz::envelope_of(fuzz::draw_tree(input, 8));
  if (fuzz::is_utf8(tree) && !fuzz::has_id_in_envelope(tree)) fuzz::compare(tree, compress, seed);
  return 0;
}
