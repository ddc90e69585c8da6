#include "tests/client/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

bool counting = false;
std::size_t count = 0;
std::ptrdiff_t bytes = 0;
std::size_t largest = 0;

void* allocate(std::size_t size) noexcept {
  void* const place = std::malloc(size == 0 ? 1 : size);
  if (counting && place != nullptr) {
    ++count;
    largest = std::max(largest, size);
    bytes += static_cast<std::ptrdiff_t>(malloc_usable_size(place));
  }
  return place;
}

void* allocate_or_throw(std::size_t size) {
  if (void* const place = allocate(size)) return place;
  throw std::bad_alloc();
}

void release(void* place) noexcept {
  if (counting && place != nullptr) bytes -= static_cast<std::ptrdiff_t>(malloc_usable_size(place));
  std::free(place);
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* place) noexcept { release(place); }
void operator delete[](void* place) noexcept { release(place); }
void operator delete(void* place, std::size_t) noexcept { release(place); }
void operator delete[](void* place, std::size_t) noexcept { release(place); }
void operator delete(void* place, const std::nothrow_t&) noexcept { release(place); }
void operator delete[](void* place, const std::nothrow_t&) noexcept { release(place); }

namespace portcullis::tests {

CountAllocations::CountAllocations() noexcept {
  counting = true;
  largest = 0;
}
CountAllocations::~CountAllocations() { counting = false; }

std::size_t allocations() noexcept { return count; }
std::ptrdiff_t live_bytes() noexcept { return bytes; }
std::size_t largest_bytes() noexcept { return largest; }

}  // namespace portcullis::tests
