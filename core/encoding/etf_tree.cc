#include "portcullis/core/encoding/etf_tree.h"

#include <cstdint>
#include <new>
#include <string>

#include "portcullis/core/encoding/etf_term.h"

namespace portcullis::encoding {
namespace {

using nlohmann::json;

/// Builds from terms that a walk has gone over, so that each lies within its bounds and not too deep. It stops at the
/// first that JSON cannot say, which is noted in the walk.
class Builder {
 public:
  Builder(EtfWalk& walk) noexcept : walk_(walk), at_(walk.begin()) {}

  json value() {
    const Term term = term_at(at_, walk_.end());
    if (term.shape.way != Way::Into) return leaf(take(term.size()));
    take(term.shape.head);
    return term.tag == Tag::Map ? map(term.length) : list(term);
  }
  bool failed() const noexcept { return failed_; }

 private:
  std::string_view take(std::uint64_t size) noexcept {
    const std::string_view bytes{at_, static_cast<std::size_t>(size)};
    at_ += bytes.size();
    return bytes;
  }
  json fail(std::string_view term, Errc code) noexcept {
    if (!failed_) walk_.fail(term.data(), code);
    failed_ = true;
    return nullptr;
  }

  json map(std::uint64_t members) {
    json made = json::object();
    for (; members != 0 && !failed_; --members) {
      const std::string key = this->key();
      if (!failed_) made[key] = value();
    }
    return made;
  }
  json list(const Term& term) {
    json made = json::array();
    for (std::uint64_t left = term.length; left != 0 && !failed_; --left) made.push_back(value());
    if (term.tag == Tag::List) take(1);
    return made;
  }
  std::string key();
  json leaf(std::string_view term);
  json number(std::string_view term);

  EtfWalk& walk_;
  const char* at_;
  bool failed_ = false;
};

std::string Builder::key() {
  const Term first = term_at(at_, walk_.end());
  const bool leaf = first.shape.way != Way::Into;
  const std::string_view term = take(leaf ? first.size() : first.shape.head);
  std::array<char, 24> buffer;
  if (first.shape.kind == ValueKind::String) {
    const auto text = etf_text(term);
    if (!text) fail(term, Errc::EtfUtf8);
    return std::string(text.value_or(std::string_view()));
  }
  const auto name = etf_key(term, buffer);
  if (!name) fail(term, Errc::EtfKey);
  return std::string(name.value_or(std::string_view()));
}

json Builder::number(std::string_view term) {
  const auto tag = static_cast<Tag>(term.front());
  if (tag == Tag::NewFloat || tag == Tag::OldFloat) return *etf_number(term);
  const auto value = etf_integer(term);
  if (!value) return fail(term, Errc::EtfInteger);
  std::array<char, 24> buffer;
  if (value->big) return std::string(digits(*value, buffer));
  if (value->negative) return -static_cast<std::int64_t>(value->magnitude);
  return value->magnitude;
}

json Builder::leaf(std::string_view term) {
  switch (etf_value(term).kind) {
    case ValueKind::Null: return nullptr;
    case ValueKind::False: return false;
    case ValueKind::True: return true;
    case ValueKind::Number: return number(term);
    case ValueKind::String: {
      const auto text = etf_text(term);
      return text ? json(std::string(*text)) : fail(term, Errc::EtfUtf8);
    }
    default: break;
  }
  json bytes = json::array();  // NIL_EXT, or STRING_EXT (GW-ETF-7)
  for (const char byte : term.substr(std::min<std::size_t>(term.size(), 3)))
    bytes.push_back(static_cast<unsigned char>(byte));
  return bytes;
}

}  // namespace

Result<json> etf_tree(std::string_view term) noexcept try {
  EtfWalk walk(term, kNestingMax, SIZE_MAX);
  const char* const end = walk.skip(walk.begin(), 0);
  if (end == nullptr) return walk.fault();
  if (end != walk.end()) return walk.fail(end, Errc::EtfTrailing), walk.fault();
  Builder builder(walk);
  json made = builder.value();
  if (builder.failed()) return walk.fault();
  return made;
} catch (const std::bad_alloc&) {
  return Error{Errc::OutOfMemory, Blame::Limit, 0, req::GW_ENC_5};
}

}  // namespace portcullis::encoding
