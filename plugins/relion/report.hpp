// The report of a job's run as a page in its folder (the parameter 'report').
#pragma once

#include "job.hpp"
#include "picker/picker.hpp"

namespace relion {

// report.html for the job's run; where micrographs of one name needed further runs, report-2.html and so on. What goes
// wrong is a warning: the picks are there. False where the job is to stop.
bool write_reports(const Job& job, const libpicker::Control& control);

} // namespace relion
