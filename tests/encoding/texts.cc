#include "portcullis/tests/encoding/texts.h"

#include <vector>

namespace portcullis::tests {
namespace {

using Text = rc::Gen<std::string>;

Text one_of(const std::vector<std::string>& texts) { return rc::gen::elementOf(texts); }

Text space() {
  return rc::gen::weightedOneOf<std::string>(
      {{9, rc::gen::just(std::string())}, {1, one_of({" ", "\t", "\r\n", "  "})}});
}

Text character() {
  return rc::gen::weightedOneOf<std::string>(
      {{12, rc::gen::map(rc::gen::inRange('a', 'z'), [](char c) { return std::string(1, c); })},
       {3, one_of({"{", "}", "[", "]", ":", ",", " ", "0", "/", "\x7F"})},
       {2, one_of({"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u00e9", "\\uABCD",
                   "\\uD83c\\uDf89"})},
       {2, one_of({"\u00e9", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\uffff", "\U00010000", "\U0010ffff",
                   "\U0001F389"})}});
}

Text joined(const rc::Gen<std::vector<std::string>>& parts) {
  return rc::gen::map(parts, [](const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& part : all) text += part;
    return text;
  });
}

Text string() {
  return rc::gen::map(joined(rc::gen::container<std::vector<std::string>>(character())),
                      [](const std::string& inside) { return '"' + inside + '"'; });
}

Text number() {
  return rc::gen::weightedOneOf<std::string>(
      {{3, rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return std::to_string(n); })},
       {1, one_of({"0", "-0", "0.5", "-1.25e3", "1E+2", "1e-7", "10.0", "18446744073709551616"})}});
}

Text value(int depth);

Text list(int depth) {
  return rc::gen::exec([depth] {
    std::string text = "[" + *space();
    for (int left = *rc::gen::inRange(0, 4); left != 0; --left)
      text += *value(depth) + *space() + (left == 1 ? "" : "," + *space());
    return text + "]";
  });
}

Text map(int depth) {
  return rc::gen::exec([depth] {
    std::string text = "{" + *space();
    for (int left = *rc::gen::inRange(0, 4); left != 0; --left)
      text += *string() + *space() + ":" + *space() + *value(depth) + *space() + (left == 1 ? "" : "," + *space());
    return text + "}";
  });
}

Text value(int depth) {
  const Text plain = rc::gen::oneOf(string(), number(), one_of({"true", "false", "null"}));
  if (depth == 0) return plain;
  return rc::gen::weightedOneOf<std::string>({{3, plain}, {1, list(depth - 1)}, {1, map(depth - 1)}});
}

Text known_member() {
  const Text key = rc::gen::weightedOneOf<std::string>({{8, one_of({"\"op\"", "\"s\"", "\"t\"", "\"d\""})},
                                                        {1, one_of({"\"\\u006fp\"", "\"\\u0073\"", "\"\\u0064\""})}});
  return rc::gen::exec([key] { return *key + *space() + ":" + *value(2); });
}

Text envelope_member() {
  const auto good = [](const std::string& name, const Text& content) {
    return rc::gen::map(content, [name](const std::string& text) { return '"' + name + "\":" + text; });
  };
  const Text integer = one_of({"0", "1", "10", "11", "255", "9007199254740993"});
  return rc::gen::weightedOneOf<std::string>({{4, good("op", integer)},
                                              {2, good("s", integer)},
                                              {2, good("t", string())},
                                              {3, good("d", value(2))},
                                              {1, known_member()},
                                              {2, rc::gen::exec([] { return *string() + ":" + *value(1); })}});
}

}  // namespace

Text json_text() {
  return rc::gen::exec([] { return *space() + *value(3) + *space(); });
}

Text envelope_text() {
  return rc::gen::exec([] {
    std::string text = *space() + "{";
    for (int left = *rc::gen::inRange(1, 8); left != 0; --left) text += *envelope_member() + (left == 1 ? "" : ",");
    return text + "}" + *space();
  });
}

Text damaged_text() {
  return rc::gen::exec([] {
    std::string text = *rc::gen::oneOf(json_text(), envelope_text());
    for (int times = *rc::gen::inRange(1, 4); times != 0 && !text.empty(); --times) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      switch (*rc::gen::inRange(0, 4)) {
        case 0: text[at] = *rc::gen::arbitrary<char>(); break;
        case 1: text.erase(at, 1); break;
        case 2:
          text.insert(at, *one_of({"{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "e", "\xFF", "\xC3", " "}));
          break;
        default: std::swap(text[at], text[*rc::gen::inRange<std::size_t>(0, text.size())]);
      }
    }
    return text;
  });
}

Text bytes_near_json() {
  const auto byte = rc::gen::weightedOneOf<char>({{6, rc::gen::elementOf(std::string("{}[]\"\"\\,:"))},
                                                  {2, rc::gen::elementOf(std::string("abc019 "))},
                                                  {1, rc::gen::arbitrary<char>()}});
  return rc::gen::exec([byte] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 300);
    return *rc::gen::container<std::string>(size, byte);
  });
}

}  // namespace portcullis::tests
