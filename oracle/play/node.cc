#include "portcullis/oracle/play/node.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "portcullis/core/http/text.h"

namespace portcullis::play {
namespace {

constexpr std::size_t kNestingMax = 100;
constexpr std::uint64_t kIntegerMax = std::numeric_limits<std::int64_t>::max();

/// Walks over a text and counts its lines for whoever holds the count.
class Lines {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Lines(const char* at, std::size_t& line) : at_(at), line_(&line) {}
  reference operator*() const { return *at_; }
  Lines& operator++() {
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  Lines operator++(int) {
    Lines before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Lines& other) const { return at_ == other.at_; }
  bool operator!=(const Lines& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* line_;
};

std::string escaped(std::string name) {
  for (std::size_t at = 0; (at = name.find_first_of("~/", at)) != std::string::npos; at += 2)
    name.replace(at, 1, name[at] == '~' ? "~0" : "~1");
  return name;
}

/// Names that the file gives may hold anything.
std::string on_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, '?');
  return text;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

}  // namespace

/// Follows the parser: where it is, and what it has met there.
struct Document::Reading {
  struct Level {
    bool list;
    std::size_t index = 0;
    std::string key{};
    std::set<std::string> keys{};
  };
  using Event = Json::parse_event_t;

  bool operator()(Event event, const Json& parsed) {
    switch (event) {
      case Event::key: key(parsed.get<std::string>()); break;
      case Event::object_start:
        lines.emplace(pointer(), line);
        enter(false);
        break;
      case Event::array_start: enter(true); break;
      case Event::object_end:
      case Event::array_end: levels.pop_back(); [[fallthrough]];
      case Event::value:
        if (!levels.empty() && levels.back().list) ++levels.back().index;
        break;
    }
    return true;
  }

  void enter(bool list) {
    levels.push_back({list});
    if (levels.size() > kNestingMax) throw Wrong{"nested more than " + std::to_string(kNestingMax) + " deep"};
  }
  void key(std::string name) {
    if (!levels.back().keys.insert(name).second) throw Wrong{pointer() + ": \"" + name + "\" occurs twice"};
    levels.back().key = std::move(name);
  }
  std::string pointer() const {
    std::string out;
    for (const Level& level : levels) out += "/" + (level.list ? std::to_string(level.index) : escaped(level.key));
    return out;
  }

  std::map<std::string, std::size_t>& lines;
  const std::size_t& line;
  std::vector<Level> levels{};
};

Document::Document(std::string_view text, std::string file) : file_(std::move(file)) {
  std::size_t line = 1;
  Reading reading{lines_, line};
  const auto where = [&] { return file_ + ":" + std::to_string(line) + ": "; };
  try {
    if (text.find('\0') != text.npos) throw Wrong{"holds a NUL, which is not JSON"};  // the parser takes it for the end
    const auto follow = [&](int, Reading::Event event, const Json& parsed) { return reading(event, parsed); };
    tree_ = Json::parse(Lines(text.data(), line), Lines(text.data() + text.size(), line), follow);
  } catch (const Wrong& wrong) {
    throw Wrong{on_one_line(where() + wrong.text), {}, on_one_line(wrong.text)};
  } catch (const Json::exception&) {
    throw Wrong{where() + "is not JSON", {}, "is not JSON"};
  }
}

void Document::fail(const std::string& pointer, const std::string& what, const std::string& field) const {
  std::size_t line = 1;
  for (std::string at = pointer;; at.resize(at.rfind('/'))) {
    if (const auto found = lines_.find(at); found != lines_.end()) {
      line = found->second;
      break;
    }
    if (at.empty()) break;
  }
  throw Wrong{on_one_line(file_ + ":" + std::to_string(line) + ": " + (pointer.empty() ? "" : pointer + ": ") + what),
              on_one_line(field), on_one_line(what)};
}

void Node::fail_member(std::string_view name, const std::string& what) const {
  document_->fail(pointer_, "\"" + std::string(name) + "\" " + what, pointer_ + "/" + escaped(std::string(name)));
}

void Node::must_be(const std::string& what) const {
  fail((name_.empty() ? "" : "\"" + name_ + "\" ") + "must be " + what);
}

const std::string& Node::text() const {
  if (!value_->is_string()) must_be("a text");
  return value_->get_ref<const std::string&>();
}

bool Node::boolean() const {
  if (!value_->is_boolean()) must_be("true or false");
  return value_->get<bool>();
}

std::uint64_t Node::number(std::uint64_t least, std::uint64_t most) const {
  const bool good =
      value_->is_number_unsigned() && value_->get<std::uint64_t>() >= least && value_->get<std::uint64_t>() <= most;
  if (!good) must_be("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value_->get<std::uint64_t>();
}

std::int64_t Node::integer() const {
  const bool too_large = value_->is_number_unsigned() && value_->get<std::uint64_t>() > kIntegerMax;
  if (!value_->is_number_integer() || too_large) must_be("an integer of 64 bits");
  return value_->get<std::int64_t>();
}

std::vector<Node> Node::items() const {
  if (!value_->is_array()) must_be("a list");
  std::vector<Node> out;
  for (std::size_t i = 0; i < value_->size(); ++i)
    out.push_back(Node(document_, &(*value_)[i], pointer_ + "/" + std::to_string(i), name_));
  return out;
}

std::size_t Node::choice(const std::vector<std::string_view>& allowed) const {
  const auto found = value_->is_string() ? std::ranges::find(allowed, text()) : allowed.end();
  if (found == allowed.end()) must_be("one of: " + listed(allowed));
  return static_cast<std::size_t>(found - allowed.begin());
}

std::vector<std::string> Node::texts() const {
  std::vector<std::string> out;
  for (const Node& item : items()) {
    if (item.text().empty()) item.must_be("no empty text");
    if (std::ranges::find(out, item.text()) != out.end()) item.fail("\"" + item.text() + "\" occurs twice");
    out.push_back(item.text());
  }
  return out;
}

std::string Node::bytes() const {
  const std::string& hex = text();
  const auto digit = [](char c) { return http::is_digit(c) || (c >= 'a' && c <= 'f'); };
  if (hex.size() % 2 != 0 || !std::ranges::all_of(hex, digit)) must_be("lowercase hex, two digits a byte");
  const auto worth = [](char c) { return http::is_digit(c) ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(worth(hex[i]) * 16 + worth(hex[i + 1]));
  return out;
}

void Node::only(const std::vector<std::string_view>& names) const {
  if (!value_->is_object()) must_be("an object");
  for (const auto& item : value_->items())
    if (std::ranges::find(names, item.key()) == names.end())
      fail_member(item.key(), "is not known here; known are: " + listed(names));
}

std::optional<Node> Node::find(std::string_view name) const {
  if (!value_->is_object()) must_be("an object");
  const auto found = value_->find(name);
  if (found == value_->end()) return std::nullopt;
  return Node(document_, &*found, pointer_ + "/" + escaped(std::string(name)), std::string(name));
}

Node Node::at(std::string_view name) const {
  auto found = find(name);
  if (!found) fail_member(name, "is missing");
  return *std::move(found);
}

}  // namespace portcullis::play
