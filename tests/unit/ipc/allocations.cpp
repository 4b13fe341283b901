#include "tests/unit/ipc/allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SAMOVAR_SANITIZER_ALLOCATES
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SAMOVAR_SANITIZER_ALLOCATES
#endif

namespace {
thread_local std::size_t largest = 0;
}

#ifdef SAMOVAR_SANITIZER_ALLOCATES
// A sanitizer brings its own operator new, and tells of each allocation.
#include <sanitizer/allocator_interface.h>

namespace {
const int kHooks = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t bytes) { largest = std::max(largest, bytes); },
    [](const volatile void*) {});
}
#else
// The array forms call these.
void* operator new(std::size_t bytes) {
    largest = std::max(largest, bytes);
    if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#endif

namespace samovar::tests {

std::size_t largest_allocation() noexcept {
    return largest;
}
void forget_allocations() noexcept {
    largest = 0;
}

}  // namespace samovar::tests
