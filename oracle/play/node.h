#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::play {

using Json = nlohmann::ordered_json;

/// What is wrong with a file, and where; thrown while it is read, and caught before anybody sees it.
struct Wrong {
  std::string text;
  std::string field{};  ///< a JSON pointer to the value concerned; empty for the whole
  std::string what{};   ///< the text without the place
};

/// A file's tree, with the lines on which its objects begin.
class Document {
 public:
  /// Throws Wrong for what is no JSON, a member that occurs twice, and nesting of more than 100 levels.
  Document(std::string_view text, std::string file);

  const Json& tree() const noexcept { return tree_; }
  /// Throws Wrong, with the line of the object that the pointer goes to or through.
  [[noreturn]] void fail(const std::string& pointer, const std::string& what) const { fail(pointer, what, pointer); }
  [[noreturn]] void fail(const std::string& pointer, const std::string& what, const std::string& field) const;

 private:
  struct Reading;

  std::string file_;
  std::map<std::string, std::size_t> lines_;  ///< of each object, by its JSON pointer
  Json tree_;
};

/// A value of a document, with its place. What it does not find as it should be it complains of by throwing Wrong.
class Node {
 public:
  explicit Node(const Document& document) : document_(&document), value_(&document.tree()) {}

  const Json& value() const noexcept { return *value_; }
  [[noreturn]] void fail(const std::string& what) const { document_->fail(pointer_, what); }
  [[noreturn]] void fail_member(std::string_view name, const std::string& what) const;
  [[noreturn]] void must_be(const std::string& what) const;

  // As the value of a member, of which the complaint tells the name.
  const std::string& text() const;
  bool boolean() const;
  std::uint64_t number(std::uint64_t least, std::uint64_t most) const;
  std::int64_t integer() const;
  std::vector<Node> items() const;
  /// Gives the place of the text in the list of those that are allowed.
  std::size_t choice(const std::vector<std::string_view>& allowed) const;
  std::vector<std::string> texts() const;
  std::string bytes() const;  ///< lowercase hex

  /// Complains of a member that is not among these, and of a value that is no object.
  void only(const std::vector<std::string_view>& names) const;
  std::optional<Node> find(std::string_view name) const;
  Node at(std::string_view name) const;

 private:
  Node(const Document* document, const Json* value, std::string pointer, std::string name)
      : document_(document), value_(value), pointer_(std::move(pointer)), name_(std::move(name)) {}

  const Document* document_;
  const Json* value_;
  std::string pointer_;
  std::string name_;  ///< of the member that it is, or is in
};

}  // namespace portcullis::play
