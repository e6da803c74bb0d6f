// Loops over millions of pixels, compiled a second time for wider registers; the machine chooses when the library is
// loaded.
#pragma once

// In front of a function: also for AVX2, which has no fused multiply-add, so that both give the same bits. Not under
// sanitizers and other compilers, whose instrumentation the choice at load time would meet before it is ready.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PICKER_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define PICKER_VECTOR_CLONES
#endif
