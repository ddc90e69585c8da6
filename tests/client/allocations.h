#pragma once

#include <cstddef>

namespace portcullis::tests {

/// While one lives, what `operator new` and `operator delete` do is counted. Nests not, and knows one thread.
class CountAllocations {
 public:
  CountAllocations() noexcept;
  ~CountAllocations();
  CountAllocations(const CountAllocations&) = delete;
  CountAllocations& operator=(const CountAllocations&) = delete;
};

/// Allocations so far while they were counted.
std::size_t allocations() noexcept;
/// Bytes that were allocated and not freed while that was counted, as the allocator rounds them.
std::ptrdiff_t live_bytes() noexcept;
/// The most that was asked for at once, since counting last began.
std::size_t largest_bytes() noexcept;

}  // namespace portcullis::tests
