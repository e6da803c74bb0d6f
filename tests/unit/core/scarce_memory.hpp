// Memory that runs out in one thread: this program's own allocator (scarce_memory.cpp).
#pragma once

// Allocations by operator new that still succeed in this thread, after which each is std::bad_alloc; negative: all do.
extern thread_local int granted_allocations;
