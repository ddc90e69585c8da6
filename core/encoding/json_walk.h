#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "portcullis/core/encoding/json_bytes.h"
#include "portcullis/core/encoding/json_table.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Reads one JSON text once, from the front to the back, and tells a sink what it meets on the way.
///
/// A sink has `root(ValueView)`, called for the value that the text is; and, when that is a map,
/// `key(std::string_view)` (as it stands between its quotes) and `value(ValueView)` for each member in turn. The
/// elements of a list at the root come as values without a key.
template <typename Sink>
class Walk {
 public:
  Walk(std::string_view text, std::size_t nesting_max, Sink& sink) noexcept
      : begin_(text.data()),
        end_(text.data() + text.size()),
        depth_max_(std::min(nesting_max, kNestingMax)),
        sink_(sink) {}

  /// Reads all of it. With `kWhole` the whole grammar is checked; without it the lists and maps inside the root are
  /// skipped by their brackets and strings.
  template <bool kWhole>
  Status run() noexcept;

 private:
  // From the opening quote to behind the closing one; what every text is full of, so never a call.
  [[gnu::always_inline]] const char* string(const char* at) noexcept {
    at = NativeBytes::plain_end(at + 1, end_);
    return at != end_ && *at == '"' ? at + 1 : unusual_string(at);
  }
  const char* unusual_string(const char* at) noexcept;
  const char* special(const char* at) noexcept;  // over escapes and UTF-8, to the next byte that may be plain
  const char* number(const char* at) noexcept;
  template <std::size_t N>
  const char* word(const char* at, const char (&text)[N]) noexcept;
  const char* skip(const char* at) noexcept;
  const char* open(const char* at, Place after_each) noexcept;

  // What goes wrong is noted here, and a null pointer goes back.
  const char* fail(const char* at, Errc code) noexcept;
  const char* incomplete() noexcept { return fail(end_, Errc::JsonIncomplete); }
  Status fault() const noexcept { return fault_; }

  void found(ValueKind kind, const char* from, const char* to) noexcept {
    if (depth_ > 1) return;
    const ValueView value{kind, {from, static_cast<std::size_t>(to - from)}};
    depth_ == 1 ? sink_.value(value) : sink_.root(value);
  }

  const char* const begin_;
  const char* const end_;
  const std::size_t depth_max_;
  Sink& sink_;
  std::size_t depth_ = 0;
  const char* root_ = nullptr;                // where the root begins, and
  const char* member_ = nullptr;              // the list or map directly inside it that is being read
  std::array<Place, kNestingMax + 1> after_;  // what follows a value at this depth; written before it is read
  Error fault_{Errc::JsonSyntax, Blame::Peer, 0, req::GW_ENC_5};
};

template <typename Sink>
const char* Walk<Sink>::fail(const char* at, Errc code) noexcept {
  const bool limit = code == Errc::JsonDepth;
  fault_ = {code, limit ? Blame::Limit : Blame::Peer, static_cast<std::uint64_t>(at - begin_),
            limit ? req::LOCAL_15 : req::GW_ENC_5};
  return nullptr;
}

template <typename Sink>
const char* Walk<Sink>::unusual_string(const char* at) noexcept {
  while (at != end_ && *at != '"') {
    at = special(at);
    if (at == nullptr) return nullptr;
    at = NativeBytes::plain_end(at, end_);
  }
  return at == end_ ? incomplete() : at + 1;
}

template <typename Sink>
const char* Walk<Sink>::special(const char* at) noexcept {
  InString state = InString::Body;
  for (; at != end_ && (state != InString::Body || static_cast<unsigned char>(*at) >= 0x80 || *at == '\\'); ++at) {
    const InString next = step(kStrings, state, *at);
    if (next == InString::Refuse) {
      const bool in_utf8 =
          state >= InString::Tail1 || (state == InString::Body && static_cast<unsigned char>(*at) >= 0x80);
      return fail(at, in_utf8 ? Errc::JsonUtf8 : Errc::JsonSyntax);
    }
    state = next;
  }
  if (at == end_) return incomplete();
  return static_cast<unsigned char>(*at) < 0x20 ? fail(at, Errc::JsonSyntax) : at;
}

template <typename Sink>
const char* Walk<Sink>::number(const char* at) noexcept {
  InNumber state = InNumber::Start;
  for (; at != end_; ++at) {
    const InNumber next = step(kNumbers, state, *at);
    if (next == InNumber::Refuse) return fail(at, Errc::JsonNumber);
    if (next == InNumber::Stop) return at;
    state = next;
  }
  return is_whole(state) ? at : incomplete();
}

template <typename Sink>
template <std::size_t N>
const char* Walk<Sink>::word(const char* at, const char (&text)[N]) noexcept {
  if (static_cast<std::size_t>(end_ - at) >= N - 1 && std::memcmp(at, text, N - 1) == 0) return at + (N - 1);
  for (std::size_t same = 0; at != end_; ++at, ++same)
    if (*at != text[same]) return fail(at, Errc::JsonSyntax);
  return incomplete();
}

template <typename Sink>
const char* Walk<Sink>::skip(const char* at) noexcept {
  if (depth_ == depth_max_) return fail(at, Errc::JsonDepth);
  const Skip way = NativeBytes::skip({.at = at + 1}, end_, depth_max_ - depth_);
  if (way.too_deep) return fail(way.at, Errc::JsonDepth);
  if (way.depth != 0) return incomplete();
  return way.at[-1] == (*at == '{' ? '}' : ']') ? way.at : fail(way.at - 1, Errc::JsonSyntax);
}

template <typename Sink>
const char* Walk<Sink>::open(const char* at, Place after_each) noexcept {
  if (depth_ == depth_max_) return fail(at, Errc::JsonDepth);
  if (depth_ <= 1) (depth_ == 0 ? root_ : member_) = at;
  after_[++depth_] = after_each;
  return at + 1;
}

template <typename Sink>
template <bool kWhole>
Status Walk<Sink>::run() noexcept {
  after_[0] = Place::End;
  Place place = Place::Value;
  const char* at = begin_;
  while (at != end_) {
    const char* const from = at;
    ValueKind kind = ValueKind::Missing;  // Missing: not a value, or not the end of one
    switch (step(kPlaces, place, *at)) {
      case Step::Refuse: return fail(at, place == Place::End ? Errc::JsonTrailing : Errc::JsonSyntax), fault();
      case Step::Space: ++at; continue;
      case Step::Colon:
      case Step::NextElement: ++at, place = Place::Value; continue;
      case Step::NextKey: ++at, place = Place::Key; continue;
      case Step::Key:
        at = string(at);
        if (at == nullptr) return fault();
        if (depth_ == 1) sink_.key({from + 1, static_cast<std::size_t>(at - from) - 2});
        place = Place::Colon;
        if (at != end_ && *at == ':') ++at, place = Place::Value;  // the usual way, without a turn of its own
        continue;
      case Step::OpenMap:
      case Step::OpenList: {
        const bool map = *at == '{';
        if (!kWhole && depth_ == 1) {
          at = skip(at);
          kind = map ? ValueKind::Map : ValueKind::List;
          break;
        }
        at = open(at, map ? Place::AfterMember : Place::AfterElement);
        if (at == nullptr) return fault();
        place = map ? Place::FirstKey : Place::FirstElement;
        continue;
      }
      case Step::Close: {
        ++at, --depth_;
        const char* const opened = depth_ == 0 ? root_ : member_;
        if (depth_ <= 1) found(*opened == '{' ? ValueKind::Map : ValueKind::List, opened, at);
        place = after_[depth_];
        continue;
      }
      case Step::String: at = string(at), kind = ValueKind::String; break;
      case Step::Number: at = number(at), kind = ValueKind::Number; break;
      case Step::True: at = word(at, "true"), kind = ValueKind::True; break;
      case Step::False: at = word(at, "false"), kind = ValueKind::False; break;
      case Step::Null: at = word(at, "null"), kind = ValueKind::Null; break;
    }
    if (at == nullptr) return fault();
    found(kind, from, at);
    place = after_[depth_];
    if (at != end_ && *at == ',' && depth_ != 0) {
      ++at;
      place = place == Place::AfterMember ? Place::Key : Place::Value;
    }
  }
  if (place != Place::End) incomplete();
  return place == Place::End ? Status{kOk} : fault();
}

}  // namespace portcullis::encoding
