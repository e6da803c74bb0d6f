/* Faults on request (shim.h). Calls are passed on to the C library unless it is their turn to fail. glibc only: the
 * allocator is reached by the names that glibc exports for it. */
#define _GNU_SOURCE
#include "shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

static atomic_int armed_kind, armed_how, armed_stays;
static atomic_ulong least_block;
static atomic_long armed_n, calls, failed, live;

SEEN void fault_arm(int kind, long n, int how, int stays) {
    atomic_store(&armed_n, n);
    atomic_store(&armed_how, how);
    atomic_store(&armed_stays, stays);
    atomic_store(&calls, 0);
    atomic_store(&failed, 0);
    atomic_store(&armed_kind, kind);
}

SEEN void fault_spare_blocks_below(unsigned long bytes) {
    atomic_store(&least_block, bytes);
}

SEEN long fault_disarm(void) {
    atomic_store(&armed_kind, FAULT_NONE);
    return atomic_load(&failed);
}

SEEN long fault_calls(void) {
    return atomic_load(&calls);
}

SEEN long fault_live_blocks(void) {
    return atomic_load(&live);
}

/* Whether this call is to fail; sets errno then. *is_short where it may do half of its work instead. */
static int fails(int kind, int* is_short) {
    long number;
    if (is_short != NULL) {
        *is_short = 0;
    }
    if (atomic_load(&armed_kind) != kind) {
        return 0;
    }
    number = atomic_fetch_add(&calls, 1) + 1;
    if (number != atomic_load(&armed_n) && !(number > atomic_load(&armed_n) && atomic_load(&armed_stays))) {
        return 0;
    }
    atomic_fetch_add(&failed, 1);
    if (atomic_load(&armed_how) == FAULT_SHORT) {
        if (is_short != NULL) {
            *is_short = 1;
            return 0;
        }
        errno = EIO;
        return 1;
    }
    errno = atomic_load(&armed_how);
    return 1;
}

/* ---- where blocks come from */

enum { most_blocks = 1 << 17, depth = 24, most_shown = 40 };
struct origin {
    void* block;
    void* stack[depth];
    int frames;
};
static struct origin* origins; /* most_blocks of them, open addressing by the block; NULL: not tracing */
static atomic_flag origins_lock = ATOMIC_FLAG_INIT;
static _Thread_local int busy; /* backtrace() may allocate */

static void lock_origins(void) {
    while (atomic_flag_test_and_set(&origins_lock)) {
    }
}

static size_t place_of(const void* block) {
    return ((size_t)block >> 4) * 0x9E3779B97F4A7C15U >> 40 & (most_blocks - 1);
}

static void note_block(void* block) {
    struct origin found;
    size_t i;
    if (origins == NULL || busy) {
        return;
    }
    busy = 1;
    found.block = block;
    found.frames = backtrace(found.stack, depth);
    lock_origins();
    i = place_of(block);
    while (origins[i].block != NULL && origins[i].block != block && origins[i].frames >= 0) {
        i = (i + 1) & (most_blocks - 1);
    }
    origins[i] = found;
    atomic_flag_clear(&origins_lock);
    busy = 0;
}

/* A freed block leaves its place marked (frames -1), so that those behind it are still found. */
static void forget_block(const void* block) {
    size_t i;
    if (origins == NULL || busy) {
        return;
    }
    lock_origins();
    for (i = place_of(block); origins[i].block != NULL; i = (i + 1) & (most_blocks - 1)) {
        if (origins[i].block == block && origins[i].frames >= 0) {
            origins[i].frames = -1;
            break;
        }
    }
    atomic_flag_clear(&origins_lock);
}

SEEN void fault_trace(int on) {
    static struct origin all[most_blocks];
    int i, shown = 0;
    if (on) {
        void* first[1];
        backtrace(first, 1); /* which loads what it needs */
        memset(all, 0, sizeof all);
        origins = all;
        return;
    }
    origins = NULL;
    for (i = 0; i < most_blocks && shown < most_shown; ++i) {
        if (all[i].block != NULL && all[i].frames > 0) {
            ++shown;
            fprintf(stderr, "block %p\n", all[i].block);
            backtrace_symbols_fd(all[i].stack, all[i].frames, 2);
        }
    }
}

/* ---- the allocator */

/* FFTW ends the program where it gets no memory for a plan, and no caller can change that: it always gets it here. */
static int is_spared(const void* caller) {
    Dl_info info;
    return dladdr(caller, &info) != 0 && info.dli_fname != NULL && strstr(info.dli_fname, "libfftw3") != NULL;
}

static int alloc_fails(const void* caller, size_t size) {
    return atomic_load(&armed_kind) == FAULT_ALLOC && size >= atomic_load(&least_block) && !is_spared(caller) &&
           fails(FAULT_ALLOC, NULL);
}
#define ALLOC_FAILS(size) alloc_fails(__builtin_return_address(0), size)

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void* block);

static void* counted(void* block) {
    if (block != NULL) {
        atomic_fetch_add(&live, 1);
        note_block(block);
    }
    return block;
}

SEEN void* malloc(size_t size) {
    return ALLOC_FAILS(size) ? NULL : counted(__libc_malloc(size));
}

SEEN void* calloc(size_t count, size_t size) {
    return ALLOC_FAILS(count * size) ? NULL : counted(__libc_calloc(count, size));
}

SEEN void* realloc(void* block, size_t size) {
    void* grown;
    if (ALLOC_FAILS(size)) {
        return NULL;
    }
    grown = __libc_realloc(block, size);
    if (block == NULL) {
        return counted(grown);
    }
    if (grown != NULL) {
        forget_block(block);
        note_block(grown);
    }
    if (grown == NULL && size == 0) {
        atomic_fetch_sub(&live, 1); /* freed */
    }
    return grown;
}

SEEN void* memalign(size_t alignment, size_t size) {
    return ALLOC_FAILS(size) ? NULL : counted(__libc_memalign(alignment, size));
}

SEEN void* aligned_alloc(size_t alignment, size_t size) {
    return ALLOC_FAILS(size) ? NULL : counted(__libc_memalign(alignment, size));
}

SEEN int posix_memalign(void** out, size_t alignment, size_t size) {
    void* block = ALLOC_FAILS(size) ? NULL : counted(__libc_memalign(alignment, size));
    if (block == NULL) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}

SEEN void free(void* block) {
    if (block != NULL) {
        atomic_fetch_sub(&live, 1);
        forget_block(block);
        __libc_free(block);
    }
}

/* ---- files */

/* The C library's own function of this name, as `real`. */
#define REAL(name)                                                                                                     \
    static __typeof__(&name) real = NULL;                                                                              \
    if (real == NULL) {                                                                                                \
        *(void**)&real = dlsym(RTLD_NEXT, #name);                                                                      \
    }

#define READING(name, off)                                                                                             \
    SEEN ssize_t name(int file, void* bytes, size_t count, off offset) {                                               \
        int less;                                                                                                      \
        REAL(name)                                                                                                     \
        return fails(FAULT_READ, &less) ? -1 : real(file, bytes, less && count > 1 ? count / 2 : count, offset);       \
    }
READING(pread, off_t)
READING(pread64, off64_t)

SEEN ssize_t read(int file, void* bytes, size_t count) {
    int less;
    REAL(read)
    return fails(FAULT_READ, &less) ? -1 : real(file, bytes, less && count > 1 ? count / 2 : count);
}

/* Less than was asked for is an error to its callers, by ferror or by the count. */
SEEN size_t fread(void* bytes, size_t size, size_t count, FILE* file) {
    REAL(fread)
    if (fails(FAULT_READ, NULL)) {
        const int reason = errno;
        /* A stream that really has an error: reading from one that is open for nothing. */
        file->_flags |= 0x20; /* _IO_ERR_SEEN */
        errno = reason;
        return 0;
    }
    return real(bytes, size, count, file);
}

SEEN ssize_t write(int file, const void* bytes, size_t count) {
    int less;
    REAL(write)
    return fails(FAULT_WRITE, &less) ? -1 : real(file, bytes, less && count > 1 ? count / 2 : count);
}

#define WRITING(name, off)                                                                                             \
    SEEN ssize_t name(int file, const void* bytes, size_t count, off offset) {                                         \
        int less;                                                                                                      \
        REAL(name)                                                                                                     \
        return fails(FAULT_WRITE, &less) ? -1 : real(file, bytes, less && count > 1 ? count / 2 : count, offset);      \
    }
WRITING(pwrite, off_t)
WRITING(pwrite64, off64_t)

SEEN size_t fwrite(const void* bytes, size_t size, size_t count, FILE* file) {
    REAL(fwrite)
    return fails(FAULT_WRITE, NULL) ? real(bytes, size, count / 2, file) : real(bytes, size, count, file);
}

SEEN int fflush(FILE* file) {
    REAL(fflush)
    return fails(FAULT_WRITE, NULL) ? EOF : real(file);
}

#define SIZING(name, off)                                                                                              \
    SEEN int name(int file, off size) {                                                                                \
        REAL(name)                                                                                                     \
        return fails(FAULT_WRITE, NULL) ? -1 : real(file, size);                                                       \
    }
SIZING(ftruncate, off_t)
SIZING(ftruncate64, off64_t)

#define RESERVING(name, off)                                                                                           \
    SEEN int name(int file, off begin, off size) {                                                                     \
        REAL(name)                                                                                                     \
        return fails(FAULT_WRITE, NULL) ? errno : real(file, begin, size);                                             \
    }
RESERVING(posix_fallocate, off_t)
RESERVING(posix_fallocate64, off64_t)

/* The permissions stand there only where a file may be made; handing on what is not there does no harm on Linux. */
#define OPENING(name)                                                                                                  \
    SEEN int name(const char* path, int flags, ...) {                                                                  \
        va_list rest;                                                                                                  \
        mode_t mode;                                                                                                   \
        REAL(name)                                                                                                     \
        va_start(rest, flags);                                                                                         \
        mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;                                      \
        va_end(rest);                                                                                                  \
        return fails(FAULT_OPEN, NULL) ? -1 : real(path, flags, mode);                                                 \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                                                                               \
    SEEN int name(int folder, const char* path, int flags, ...) {                                                      \
        va_list rest;                                                                                                  \
        mode_t mode;                                                                                                   \
        REAL(name)                                                                                                     \
        va_start(rest, flags);                                                                                         \
        mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;                                      \
        va_end(rest);                                                                                                  \
        return fails(FAULT_OPEN, NULL) ? -1 : real(folder, path, flags, mode);                                         \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

#define STREAM(name)                                                                                                   \
    SEEN FILE* name(const char* path, const char* mode) {                                                              \
        REAL(name)                                                                                                     \
        return fails(FAULT_OPEN, NULL) ? NULL : real(path, mode);                                                      \
    }
STREAM(fopen)
STREAM(fopen64)

SEEN FILE* fdopen(int file, const char* mode) {
    REAL(fdopen)
    return fails(FAULT_OPEN, NULL) ? NULL : real(file, mode);
}

SEEN DIR* opendir(const char* path) {
    REAL(opendir)
    return fails(FAULT_OPEN, NULL) ? NULL : real(path);
}

SEEN int mkdir(const char* path, mode_t mode) {
    REAL(mkdir)
    return fails(FAULT_OPEN, NULL) ? -1 : real(path, mode);
}

SEEN int rename(const char* from, const char* to) {
    REAL(rename)
    return fails(FAULT_FINISH, NULL) ? -1 : real(from, to);
}

SEEN int fsync(int file) {
    REAL(fsync)
    return fails(FAULT_FINISH, NULL) ? -1 : real(file);
}

/* The descriptor is gone also where closing fails, as on Linux. */
SEEN int close(int file) {
    REAL(close)
    const int bad = fails(FAULT_FINISH, NULL), reason = errno;
    const int result = real(file);
    errno = bad ? reason : errno;
    return bad ? -1 : result;
}

SEEN int fclose(FILE* file) {
    REAL(fclose)
    const int bad = fails(FAULT_FINISH, NULL), reason = errno;
    const int result = real(file);
    errno = bad ? reason : errno;
    return bad ? EOF : result;
}
