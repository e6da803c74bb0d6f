// How commands talk to the person in front: progress and remarks on standard error, and Ctrl-C.
#pragma once

#include "arguments.hpp"
#include "picker/picker.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

// Set by Ctrl-C (SIGINT) and SIGTERM; long calls end at the next progress report and keep what is done. A second one
// ends the program at once.
bool interrupted();
void watch_interrupts();

// While one of these lives a signal also ends a read that waits, for standard input that nobody writes to.
class InterruptibleReads {
public:
    InterruptibleReads();
    ~InterruptibleReads();
    InterruptibleReads(const InterruptibleReads&) = delete;
    InterruptibleReads& operator=(const InterruptibleReads&) = delete;
};

// A control that draws progress (bar on a terminal, a line every ten seconds otherwise), passes warnings on and
// cancels when the user asks for it. Must outlive the call.
class Terminal {
public:
    explicit Terminal(const Arguments& arguments);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    libpicker::Control& control() { return control_; }
    void remark(const std::string& line);  // unless --quiet
    void warning(const std::string& line); // also with --quiet
    // Warnings wait until they are released, to stand below the result.
    void hold_warnings() { holding_ = true; }
    void release_warnings();
    void drop_warnings() { held_.clear(); }
    void finish(); // ends the bar's line
    // Progress of a loop of our own: `done` of `total` items. Returns interrupted().
    bool step(const char* stage, std::int64_t done, std::int64_t total);

private:
    bool show(const picker_progress& progress);
    void draw(const std::string& line, std::int64_t done, std::int64_t total);
    libpicker::Control control_;
    std::vector<std::string> held_;
    bool quiet_ = false, is_terminal_ = false, bar_drawn_ = false, holding_ = false;
    double last_ = 0, start_ = 0; // seconds
};

} // namespace cli
