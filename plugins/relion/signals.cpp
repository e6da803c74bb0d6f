// What happens on signals (signals.hpp): only what a handler may call.
#include "signals.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace relion {
namespace {

volatile std::sig_atomic_t caught = 0;
volatile std::sig_atomic_t armed = 0;
char failure_path[4096];

void leave_failure() {
    if (armed != 0) {
        const int file = ::open(failure_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
        if (file >= 0) {
            ::close(file);
        }
    }
}

void on_stop(int number) {
    if (caught != 0) {
        leave_failure();
        ::_exit(1);
    }
    caught = number;
}

void on_crash(int number) {
    leave_failure();
    ::raise(number); // SA_RESETHAND: with the default action, so that a core file is as it would have been
}

void handle(int number, void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
}

// RELION starts jobs in the background of a shell, which makes them deaf to the Ctrl-C that ends RELION's window, and
// under nohup to a hang-up. They stay so.
bool is_ignored(int number) {
    struct sigaction action {};
    return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

void watch_signals(const std::string& failure_file) {
    if (failure_file.size() < sizeof failure_path) {
        std::copy(failure_file.begin(), failure_file.end(), failure_path);
        armed = 1;
    }
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        if (!is_ignored(number)) {
            handle(number, on_stop, SA_RESTART);
        }
    }
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGXFSZ}) {
        handle(number, on_crash, static_cast<int>(SA_RESETHAND));
    }
    handle(SIGPIPE, SIG_IGN, 0); // a closed standard output is no reason to lose the job
}

void forget_failure_file() {
    armed = 0;
}

int stopped() {
    return caught;
}

} // namespace relion
