// The standard allocator, but for a thread that has been given a number (scarce_memory.hpp).
#include "unit/core/scarce_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

thread_local int granted_allocations = -1;

void* operator new(std::size_t size) {
    if (granted_allocations == 0) {
        throw std::bad_alloc();
    }
    granted_allocations -= granted_allocations > 0 ? 1 : 0;
    if (void* block = std::malloc(size > 0 ? size : 1)) {
        return block;
    }
    throw std::bad_alloc();
}

// Its block, too, comes to the operator delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}
