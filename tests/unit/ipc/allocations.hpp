#pragma once
#include <cstddef>

namespace samovar::tests {

// The bytes of the largest single allocation by operator new in this thread since the last call of
// forget_allocations(). Only in programs that link allocations.cpp.
std::size_t largest_allocation() noexcept;
void forget_allocations() noexcept;

}  // namespace samovar::tests
