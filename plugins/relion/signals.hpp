// Signals: the job stops at the next report of progress, and however it dies RELION finds its exit file.
#pragma once

#include <string>

namespace relion {

// From now on SIGINT, SIGTERM and SIGHUP, unless ignored at the start, set stopped(); a second one, and a crash, leave
// the failure file and end the program at once. Without an exit file RELION shows a job as running for ever.
void watch_signals(const std::string& failure_file);
void forget_failure_file(); // another exit file is about to be written
int stopped();              // the signal, 0 if none

} // namespace relion
