// Process state on Linux (guest_state.hpp).
#include "capi/guest_state.hpp"

#include <algorithm>
#include <array>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <locale>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

extern char** environ;

namespace capi {
namespace {

template <typename Function> Function openmp(const char* name) {
    // LibTorch brings its own copy, loaded locally: it is found by its file.
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        const std::size_t at = line.find('/');
        if (at != std::string::npos &&
            (line.find("libgomp") != std::string::npos || line.find("libiomp") != std::string::npos)) {
            void* library = dlopen(line.substr(at).c_str(), RTLD_LAZY | RTLD_NOLOAD);
            return library == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library, name));
        }
    }
    return nullptr;
}

int openmp_limit() {
    const auto get = openmp<int (*)()>("omp_get_max_threads");
    return get == nullptr ? 0 : get();
}

std::string signal_state() {
    std::string text;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (sigaction(number, nullptr, &action) == 0) {
            text += std::to_string(number) + ":" + std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler)) +
                    "/" + std::to_string(action.sa_flags) + " ";
        }
    }
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    for (int number = 1; number < NSIG; ++number) {
        text += sigismember(&blocked, number) == 1 ? "b" + std::to_string(number) + " " : "";
    }
    return text;
}

std::string joined(std::vector<std::string> items) {
    std::sort(items.begin(), items.end());
    std::string text;
    for (const std::string& item : items) {
        text += item + "\n";
    }
    return text;
}

std::string list_open_files() {
    std::vector<std::string> items;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone; // the iterator's own
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone && target.string().find("/proc/") == std::string::npos) {
            items.push_back(target.string());
        }
    }
    return joined(items);
}

void noted(int) {}

} // namespace

void mark_process() {
    std::setlocale(LC_ALL, "C.UTF-8");
    umask(0027);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGFPE, SIGUSR1, SIGCHLD}) {
        std::signal(number, noted);
    }
    setenv("PICKER_TEST_GUEST", "mine", 1);
    setenv("OMP_NUM_THREADS", "4", 1); // before any OpenMP is loaded
}

bool mark_openmp() {
    const auto set = openmp<void (*)(int)>("omp_set_num_threads");
    if (set != nullptr) {
        set(3);
    }
    return set != nullptr;
}

GuestState GuestState::capture() {
    GuestState state;
    state.locale = std::setlocale(LC_ALL, nullptr);
    state.cpp_locale = std::use_facet<std::numpunct<char>>(std::locale()).decimal_point();
    state.signals = signal_state();
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        variables.emplace_back(*variable);
    }
    state.environment = joined(variables);
    state.folder = std::filesystem::current_path().string();
    state.open_files = list_open_files();
    for (int i = 0; i < 4; ++i) {
        state.random +=
            std::to_string(std::rand()) + " " + std::to_string(::random()) + " " + std::to_string(lrand48()) + " ";
    }
    for (const auto resource : {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_STACK, RLIMIT_CORE}) {
        rlimit limit{};
        getrlimit(resource, &limit);
        state.limits += std::to_string(limit.rlim_cur) + " ";
    }
    state.mask = umask(0);
    umask(state.mask);
    state.rounding = fegetround();
    state.traps = fegetexcept();
#ifdef __SSE__
    state.mxcsr = _mm_getcsr() & 0xFFC0U;
#endif
    state.openmp_threads = openmp_limit();
    std::thread([&] { state.openmp_in_thread = openmp_limit(); }).join();
    // The same seeds for whoever captures next: what lies between must not have drawn from them.
    std::srand(42);
    srandom(43);
    srand48(44);
    return state;
}

std::vector<std::string> GuestState::changes_since(const GuestState& before) const {
    std::vector<std::string> changes;
    const auto compare = [&](const char* what, const auto& then, const auto& now) {
        if (then != now) {
            changes.emplace_back(what);
        }
    };
    compare("locale", before.locale, locale);
    compare("C++ locale", before.cpp_locale, cpp_locale);
    compare("signal handlers", before.signals, signals);
    compare("environment", before.environment, environment);
    compare("working folder", before.folder, folder);
    compare("open files", before.open_files, open_files);
    compare("random state", before.random, random);
    compare("limits", before.limits, limits);
    compare("umask", before.mask, mask);
    compare("rounding", before.rounding, rounding);
    compare("floating-point traps", before.traps, traps);
    compare("SSE control bits", before.mxcsr, mxcsr);
    if (before.openmp_threads != 0) { // else it was loaded in between
        compare("OpenMP threads", before.openmp_threads, openmp_threads);
        compare("OpenMP threads of new threads", before.openmp_in_thread, openmp_in_thread);
    }
    return changes;
}

std::string printed_by(const std::function<void()>& call) {
    std::fflush(nullptr);
    std::FILE* file = std::tmpfile();
    if (file == nullptr) {
        return "no temporary file could be made";
    }
    const std::array<int, 2> before = {dup(1), dup(2)};
    dup2(fileno(file), 1);
    dup2(fileno(file), 2);
    call();
    std::fflush(nullptr);
    dup2(before[0], 1);
    dup2(before[1], 2);
    close(before[0]);
    close(before[1]);
    std::rewind(file);
    std::string text;
    std::array<char, 4096> buffer{};
    for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
        text.append(buffer.data(), count);
    }
    std::fclose(file);
    return text;
}

} // namespace capi
