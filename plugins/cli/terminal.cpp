// Progress, remarks and signals (terminal.hpp).
#include "terminal.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace cli {
namespace {

volatile std::sig_atomic_t interrupt_flag = 0;

void on_signal(int /*number*/) {
    interrupt_flag = 1;
}

// SA_RESETHAND: the second signal meets the default action, which ends the program.
void handle_signals(int flags) {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = flags | static_cast<int>(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string clock_text(double seconds) {
    if (!(seconds >= 0) || seconds > 1e8) {
        return "";
    }
    const auto whole = static_cast<long>(seconds + 0.5);
    char buffer[48];
    if (whole >= 3600) {
        std::snprintf(buffer, sizeof buffer, "%ld:%02ld:%02ld left", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        std::snprintf(buffer, sizeof buffer, "%ld:%02ld left", whole / 60, whole % 60);
    }
    return buffer;
}

std::string rate_text(double rate, const std::string& stage) {
    const char* unit = stage == "train" ? "epochs" : "micrographs";
    char buffer[48] = "";
    if (rate >= 1) {
        std::snprintf(buffer, sizeof buffer, "%.1f %s/s", rate, unit);
    } else if (rate > 0) {
        std::snprintf(buffer, sizeof buffer, "%.1f s each", 1 / rate);
    }
    return buffer;
}

} // namespace

bool interrupted() {
    return interrupt_flag != 0;
}

void watch_interrupts() {
    handle_signals(SA_RESTART);
}

InterruptibleReads::InterruptibleReads() {
    if (!interrupted()) {
        handle_signals(0);
    }
}

InterruptibleReads::~InterruptibleReads() {
    if (!interrupted()) {
        handle_signals(SA_RESTART);
    }
}

Terminal::Terminal(const Arguments& arguments)
    : quiet_(arguments.has("--quiet")), is_terminal_(isatty(STDERR_FILENO) == 1), last_(now()), start_(last_) {
    control_.threads = static_cast<int>(arguments.integer("--threads", 1, 4096).value_or(0));
    control_.device_name = arguments.text("--device", "auto");
    control_.progress = [this](const picker_progress& p) { return show(p); };
    control_.log = [this](int level, const std::string& line) {
        if (level > 0) {
            warning(line);
        } else {
            remark(line);
        }
    };
}

Terminal::~Terminal() {
    finish();
    release_warnings();
}

bool Terminal::show(const picker_progress& progress) {
    std::string line = std::string(progress.stage) + " " + std::to_string(progress.done);
    if (progress.total > 0) {
        line += " of " + std::to_string(progress.total);
    }
    for (const std::string& part : {rate_text(progress.rate, progress.stage), clock_text(progress.seconds_left)}) {
        line += part.empty() ? "" : ", " + part;
    }
    if (std::string(progress.stage) == "train" && std::isfinite(progress.value)) {
        char buffer[48];
        std::snprintf(buffer, sizeof buffer, ", validation loss %.4f", progress.value);
        line += buffer;
    }
    draw(line, progress.done, progress.total);
    return interrupted();
}

bool Terminal::step(const char* stage, std::int64_t done, std::int64_t total) {
    picker_progress progress{};
    const double seconds = now() - start_;
    progress.stage = stage;
    progress.done = done;
    progress.total = total;
    progress.rate = done > 0 && seconds > 0 ? static_cast<double>(done) / seconds : 0;
    progress.seconds_left = progress.rate > 0 ? static_cast<double>(total - done) / progress.rate : -1;
    progress.value = std::nan("");
    return show(progress);
}

void Terminal::draw(const std::string& line, std::int64_t done, std::int64_t total) {
    const double time = now();
    const bool last = total > 0 && done >= total;
    if (quiet_ || !(time - last_ >= (is_terminal_ ? 0.1 : 10.0) || (is_terminal_ && last))) {
        return;
    }
    last_ = time;
    if (!is_terminal_) {
        std::cerr << line << "\n";
        return;
    }
    constexpr std::int64_t width = 24;
    const auto full =
        static_cast<std::size_t>(total > 0 ? std::clamp<std::int64_t>(width * done / total, 0, width) : 0);
    std::cerr << "\r[" << std::string(full, '=') << std::string(static_cast<std::size_t>(width) - full, ' ') << "] "
              << line << "\033[K" << std::flush;
    bar_drawn_ = true;
}

void Terminal::finish() {
    if (bar_drawn_) {
        std::cerr << "\n";
        bar_drawn_ = false;
    }
}

void Terminal::remark(const std::string& line) {
    if (!quiet_) {
        finish();
        std::cerr << line << "\n";
    }
}

void Terminal::warning(const std::string& line) {
    if (holding_) {
        held_.push_back(line);
        return;
    }
    finish();
    std::cerr << "warning: " << line << "\n";
}

void Terminal::release_warnings() {
    holding_ = false;
    for (const std::string& line : held_) {
        warning(line);
    }
    held_.clear();
}

} // namespace cli
