// The state of a process that belongs to the caller of a library. Captured before and after calls, then compared.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace capi {

struct GuestState {
    std::string locale;       // setlocale(LC_ALL, NULL)
    std::string cpp_locale;   // the decimal point of std::locale()
    std::string signals;      // handler, mask and flags of every signal; blocked signals of this thread
    std::string environment;  // sorted
    std::string folder;       // working folder
    std::string open_files;   // /proc/self/fd
    std::string random;       // what rand, random and drand48 give next (their seeds are set before)
    std::string limits;       // file size, open files
    unsigned mask = 0;        // umask
    int rounding = 0;         // fegetround
    int traps = 0;            // fegetexcept
    unsigned mxcsr = 0;       // control bits of SSE: denormals are zero, flush to zero
    int openmp_threads = 0;   // of this thread, 0 where no OpenMP is loaded
    int openmp_in_thread = 0; // of a thread that is started now

    static GuestState capture();
    std::vector<std::string> changes_since(const GuestState& before) const;
};

// Gives this process marks of its own, so that both "reset to the default" and "set to ours" would show.
void mark_process();
// Sets this thread's OpenMP threads to 3 where an OpenMP is loaded. Returns whether one is.
bool mark_openmp();
// What a call prints on file descriptors 1 and 2.
std::string printed_by(const std::function<void()>& call);

} // namespace capi
