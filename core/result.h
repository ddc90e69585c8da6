#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "portcullis/core/errc.h"
#include "portcullis/spec/requirements.h"

namespace portcullis {

/// Who is at fault: the other end, the user of this library, or a limit the user has set.
enum class Blame : std::uint8_t { Peer, Caller, Limit };

/// What broke, who broke it, at which byte of the input it was certain, and which clause says so. Allocates nothing.
struct Error {
  Errc code;
  Blame blame;
  std::uint64_t offset;  ///< bytes from the start of the stream or text that the reporting function was given
  Requirement req;

  friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an error; spelled like `std::expected`, which replaces it under C++23.
template <typename T>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) noexcept : state_(std::in_place_index<0>, std::move(value)) {}
  constexpr Result(Error error) noexcept : state_(std::in_place_index<1>, error) {}

  constexpr explicit operator bool() const noexcept { return state_.index() == 0; }
  constexpr const T& operator*() const noexcept { return *std::get_if<0>(&state_); }
  constexpr T& operator*() noexcept { return *std::get_if<0>(&state_); }
  constexpr const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  constexpr T* operator->() noexcept { return std::get_if<0>(&state_); }
  constexpr const Error& error() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;

/// The `Status` of a call that did what it was asked to do.
inline constexpr std::monostate kOk{};

}  // namespace portcullis
