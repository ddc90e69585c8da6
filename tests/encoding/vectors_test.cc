// Runs corpus/vectors/envelope: each text under both checks, and every proper prefix of those that have an envelope.
#include <catch2/catch.hpp>

#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/limits.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

using encoding::Check;
using encoding::EnvelopeView;

const std::vector<std::string> kFiles{"corpus/vectors/envelope/invalid.json", "corpus/vectors/envelope/lenient.json",
                                      "corpus/vectors/envelope/valid.json"};

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string bytes_of(const Json& one) {
  return one.contains("text") ? one["text"].get<std::string>() : from_hex(one["hex"]);
}

/// The enumerators by the names that vectors use.
std::string name_of(Errc code) {
  static const std::vector<std::pair<Errc, std::string>> kNames{{Errc::JsonIncomplete, "JsonIncomplete"},
                                                                {Errc::JsonSyntax, "JsonSyntax"},
                                                                {Errc::JsonDepth, "JsonDepth"},
                                                                {Errc::JsonUtf8, "JsonUtf8"},
                                                                {Errc::JsonNumber, "JsonNumber"},
                                                                {Errc::JsonTrailing, "JsonTrailing"},
                                                                {Errc::EnvelopeNotMap, "EnvelopeNotMap"},
                                                                {Errc::EnvelopeOpMissing, "EnvelopeOpMissing"},
                                                                {Errc::EnvelopeOpType, "EnvelopeOpType"},
                                                                {Errc::EnvelopeSequenceType, "EnvelopeSequenceType"},
                                                                {Errc::EnvelopeTypeType, "EnvelopeTypeType"}};
  for (const auto& [known, name] : kNames)
    if (known == code) return name;
  return "an error of another layer";
}

Json outcome_of(const std::string& text, Check check, bool data_in_hex) {
  Workspace workspace;
  const auto view = encoding::scan_json(text, check, Limits{}.nesting_max, workspace);
  if (!view) return {{"error", name_of(view.error().code)}, {"offset", view.error().offset}};
  Json outcome{{"op", view->op}, {"s", nullptr}, {"t", nullptr}};
  if (view->s) outcome["s"] = *view->s;
  if (view->t) outcome["t"] = *view->t;
  if (!data_in_hex) return outcome["d"] = view->d.raw, outcome;
  std::string hex;
  for (const char c : view->d.raw)
    for (const int shift : {4, 0}) hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 15];
  return outcome["d_hex"] = hex, outcome;
}

TEST_CASE("GW-ENV-1: the envelope vectors keep their schema, order, ids and counts", "[encoding][vectors]") {
  for (const std::string& path : kFiles) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
    const Json file = read_vectors(path);
    for (const Json& one : file["cases"]) CHECK(one.contains("text") != one.contains("hex"));
  }
}

TEST_CASE("GW-ENV-1: every envelope vector comes out as it says", "[encoding][vectors]") {
  std::size_t ran = 0;
  for (const std::string& path : kFiles) {
    const Json file = read_vectors(path);
    for (const Json& one : file["cases"]) {
      CAPTURE(one["id"], one["about"]);
      const std::string text = bytes_of(one);
      const Json unchecked = one.value("unchecked", one["expect"]);
      CHECK(outcome_of(text, Check::Grammar, one["expect"].contains("d_hex")) == one["expect"]);
      CHECK(outcome_of(text, Check::Envelope, unchecked.contains("d_hex")) == unchecked);
      ++ran;
    }
  }
  CHECK(ran >= 229);
}

TEST_CASE("GW-ZLIB-7: every proper prefix of a text with an envelope is incomplete", "[encoding][vectors]") {
  for (const std::string& path : kFiles) {
    const Json file = read_vectors(path);
    for (const Json& one : file["cases"]) {
      if (!one["expect"].contains("op")) continue;
      const std::string text = bytes_of(one);
      const std::size_t last = text.find_last_not_of(" \t\r\n");  // from there on it is complete
      for (std::size_t size = 0; size <= last; ++size) {
        const Json incomplete{{"error", "JsonIncomplete"}, {"offset", size}};
        for (const Check check : {Check::Grammar, Check::Envelope})
          if (const Json outcome = outcome_of(text.substr(0, size), check, false); outcome != incomplete)
            FAIL(one["id"] << " cut to " << size << " bytes gives " << outcome);
      }
    }
  }
}

}  // namespace
}  // namespace portcullis::tests
