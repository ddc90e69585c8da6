// The scanner against nlohmann::json and simdjson, which share no code with it, and against itself. Where they answer
// otherwise on purpose stands in differences.h; depth has tests of its own.
#include <simdjson.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_bytes.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/tests/encoding/differences.h"
#include "portcullis/tests/encoding/texts.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using encoding::Check;
using nlohmann::json;

bool is_about_json(Errc code) {
  return code == Errc::JsonIncomplete || code == Errc::JsonSyntax || code == Errc::JsonDepth ||
         code == Errc::JsonUtf8 || code == Errc::JsonNumber || code == Errc::JsonTrailing;
}

/// The scanner's word on whether a text is JSON: an envelope, or only the envelope is wrong.
bool is_json(const std::string& text, Check check = Check::Grammar) {
  Workspace workspace;
  const auto view = encoding::scan_json(text, check, 512, workspace);
  return view || !is_about_json(view.error().code);
}

void agrees_with_nlohmann(const std::string& text) {
  if (nlohmann_differs(text)) return;
  RC_CLASSIFY(json::accept(text), "valid");
  RC_ASSERT(is_json(text) == json::accept(text));
}

TEST_CASE("GW-ENC-5: the whole grammar agrees with nlohmann::json", "[encoding][property]") {
  check_always("on JSON", [] {
    const std::string text = *json_text();
    RC_ASSERT(is_json(text));
    agrees_with_nlohmann(text);
  });
  check_always("on damaged JSON", [] { agrees_with_nlohmann(*damaged_text()); });
  check_always("on bytes", [] { agrees_with_nlohmann(*bytes_near_json()); });
}

TEST_CASE("GW-ENC-5: the whole grammar agrees with simdjson", "[encoding][property]") {
  simdjson::dom::parser parser;
  check_always("on damaged JSON", [&parser] {
    const std::string text = *damaged_text();
    if (nlohmann_differs(text)) return;
    const auto code = parser.parse(text).error();
    if (simdjson_differs(code)) return;
    RC_ASSERT(is_json(text) == (code == simdjson::SUCCESS));
  });
}

/// The envelope of a tree, by the rules as the catalogue states them.
void same_envelope(const std::string& text, Check check) {
  const json tree = json::parse(text);
  Workspace workspace;
  const auto view = encoding::scan_json(text, check, 512, workspace);
  const auto at = [&tree](const char* key) { return tree.is_object() && tree.contains(key) ? tree[key] : json(); };
  const json op = at("op"), s = at("s"), t = at("t"), d = at("d");
  // nlohmann::json keeps an integer beyond 64 bits as a double, so that it is no integer here either.
  const bool fits = op.is_number_integer() && (!op.is_number_unsigned() || op.get<std::uint64_t>() <= INT64_MAX);
  const bool s_fits = s.is_null() || (s.is_number_integer() && s >= 0 && s.get<std::uint64_t>() <= INT64_MAX);
  const bool valid = tree.is_object() && fits && s_fits && (t.is_null() || t.is_string());
  RC_CLASSIFY(valid, "an envelope");
  RC_ASSERT(bool(view) == valid);
  if (!valid) return;
  RC_ASSERT(view->op == op.get<std::int64_t>());
  RC_ASSERT(view->s.has_value() == !s.is_null());
  RC_ASSERT((!view->s || *view->s == s.get<std::int64_t>()));
  RC_ASSERT(view->t.has_value() == !t.is_null());
  RC_ASSERT((!view->t || *view->t == t.get<std::string>()));
  RC_ASSERT(json::parse(view->d.raw) == d);
}

TEST_CASE("GW-ENV-6: the envelope found is the one of nlohmann's tree", "[encoding][property]") {
  check_always("with the whole grammar", [] { same_envelope(*envelope_text(), Check::Grammar); });
  check_always("with the envelope alone", [] { same_envelope(*envelope_text(), Check::Envelope); });
}

TEST_CASE("GW-ENV-6: both checks find the same in JSON, and the envelope alone refuses no JSON",
          "[encoding][property]") {
  check_always("on damaged JSON", [] {
    const std::string text = *damaged_text();
    Workspace one, other;
    const auto strict = encoding::scan_json(text, Check::Grammar, 512, one);
    const auto loose = encoding::scan_json(text, Check::Envelope, 512, other);
    if (!strict && is_about_json(strict.error().code)) {
      RC_ASSERT((loose || loose.error().offset >= strict.error().offset || !is_about_json(loose.error().code)));
      return;
    }
    RC_ASSERT(bool(strict) == bool(loose));
    if (!strict) return RC_ASSERT(strict.error() == loose.error());
    RC_ASSERT(std::tie(strict->op, strict->s, strict->t, strict->d.kind) ==
              std::tie(loose->op, loose->s, loose->t, loose->d.kind));
    RC_ASSERT(strict->d.raw.data() == loose->d.raw.data());
    RC_ASSERT(strict->d.raw.size() == loose->d.raw.size());
  });
}

TEST_CASE("GW-ZLIB-7: incomplete means exactly that the text can go on", "[encoding][property]") {
  check_always("every proper prefix of a map or list is incomplete", [] {
    std::string text = *envelope_text();
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    const auto size = *rc::gen::inRange<std::size_t>(0, text.size());
    for (const Check check : {Check::Grammar, Check::Envelope}) {
      Workspace workspace;
      const auto view = encoding::scan_json(std::string_view(text).substr(0, size), check, 512, workspace);
      RC_ASSERT(!view);
      RC_ASSERT(view.error().code == Errc::JsonIncomplete);
      RC_ASSERT(view.error().offset == size);
    }
  });
  check_always("an error stays what it is, whatever follows; before its byte the text is incomplete or whole", [] {
    const std::string text = *damaged_text();
    Workspace workspace;
    const auto view = encoding::scan_json(text, Check::Grammar, 512, workspace);
    if (view || !is_about_json(view.error().code) || view.error().code == Errc::JsonIncomplete) return;
    const auto longer = encoding::scan_json(text + *bytes_near_json(), Check::Grammar, 512, workspace);
    RC_ASSERT(!longer);
    RC_ASSERT(longer.error() == view.error());
    const auto shorter =
        encoding::scan_json(std::string_view(text).substr(0, view.error().offset), Check::Grammar, 512, workspace);
    RC_ASSERT((shorter || !is_about_json(shorter.error().code) || shorter.error().code == Errc::JsonIncomplete));
  });
}

#if defined(__SSE2__)
using encoding::PortableBytes;
using encoding::Skip;
using encoding::Sse2Bytes;

TEST_CASE("GW-ENV-6: blocks of bytes give the answers of single bytes", "[encoding][property]") {
  check_always("looking for the end of plain bytes", [] {
    const std::string text = std::string(*rc::gen::inRange<std::size_t>(0, 70), 'x') + *bytes_near_json();
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const char* const end = text.data() + text.size();
    RC_ASSERT(Sse2Bytes::plain_end(text.data() + at, end) == PortableBytes::plain_end(text.data() + at, end));
  });
  check_always("skipping to a bracket", [] {
    const std::string text = *rc::gen::oneOf(bytes_near_json(), damaged_text());
    const Skip from{.at = text.data(),
                    .depth = *rc::gen::inRange<std::size_t>(1, 40),
                    .in_string = *rc::gen::arbitrary<bool>(),
                    .escaped = *rc::gen::arbitrary<bool>()};
    const auto depth_max = from.depth + *rc::gen::inRange<std::size_t>(0, 20);
    const char* const end = text.data() + text.size();
    const Skip fast = Sse2Bytes::skip(from, end, depth_max);
    RC_CLASSIFY(fast.depth == 0, "closed");
    RC_CLASSIFY(fast.too_deep, "too deep");
    RC_ASSERT(fast == PortableBytes::skip(from, end, depth_max));
  });
}
#endif

}  // namespace
}  // namespace portcullis::tests
