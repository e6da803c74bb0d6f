// What the job says in run.out and run.err, and how a long call of the library hears of an abort or a signal.
#pragma once

#include "job.hpp"
#include "parameters.hpp"
#include "picker/picker.hpp"

#include <string>

namespace relion {

void say(const std::string& line);
void warn(const std::string& line);
// Who works for which RELION on what; the RELION, with a warning where its version had to be guessed.
Host greet(const Job& job, const std::string& what, const std::string& list);
// `list` as it is. libpicker::Error where it is no STAR file.
std::string star_list(const std::string& list);
libpicker::Control control_of(const Job& job, const Parameters& parameters);
// How a run that was cancelled ends, and why, for people: `kept` says what is not lost.
End cancelled_end(const std::string& kept);

} // namespace relion
