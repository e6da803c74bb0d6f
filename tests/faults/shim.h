/* Makes one call of the system or of the allocator fail: which kind, the how manieth, and how (shim.c). Also counts
 * what is allocated. Loaded before the C library, by being linked first or by LD_PRELOAD. */
#ifndef PICKER_TESTS_FAULTS_SHIM_H
#define PICKER_TESTS_FAULTS_SHIM_H

/* What fails. */
enum fault_kind {
    FAULT_NONE = 0,
    FAULT_ALLOC,  /* malloc and its relatives */
    FAULT_READ,   /* read, pread, fread */
    FAULT_WRITE,  /* write, pwrite, fwrite, fflush, ftruncate, fallocate */
    FAULT_OPEN,   /* open, openat, fopen, fdopen, opendir, mkdir */
    FAULT_FINISH, /* rename, fsync, close, fclose */
    FAULT_KINDS
};

/* How, beside the errno: some calls may do less than they were asked for and say so. */
enum { FAULT_SHORT = -1 };

/* From now on call number `n` (from 1) of this kind fails with `how`, an errno or FAULT_SHORT; with `stays` every one
 * after it too. */
void fault_arm(int kind, long n, int how, int stays);
/* Allocations of fewer bytes than this never fail; 0 at the start. */
void fault_spare_blocks_below(unsigned long bytes);
/* No more faults. Returns how many calls failed. */
long fault_disarm(void);
/* Calls of that kind since fault_arm. */
long fault_calls(void);
/* Blocks that are allocated and not freed. */
long fault_live_blocks(void);
/* With 1: from now on remembers where blocks come from. With 0: no longer, and prints the call stacks of those that are
 * still allocated to standard error. */
void fault_trace(int on);

#endif
