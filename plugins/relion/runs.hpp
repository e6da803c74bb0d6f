// The library's run over the micrographs of a job. Its own files are in the folder picker_run of the job, so that
// "Continue" goes by its journal.
#pragma once

#include "job.hpp"
#include "picker/picker.hpp"

#include <functional>
#include <string>
#include <vector>

namespace relion {

// What became of one micrograph.
struct Outcome {
    std::string name;   // as the list writes it
    std::string place;  // where RELION looks for its coordinates
    std::string made;   // the run's own coordinate file
    std::string status; // "done", "skipped" (done before), "failed", "cancelled"
    std::string error;
    std::int32_t width = 0, height = 0; // pixels
    std::size_t picks = 0;
    bool has_result() const { return status == "done" || status == "skipped"; }
};

struct RunResult {
    std::vector<Outcome> outcomes; // in the order of the list
    double threshold = 0, diameter = 0;
    bool cancelled = false;
};

// One run with one model. Micrographs of one name in different folders, whose files would meet in one run folder,
// follow in further runs. libpicker::Error where RELION itself would write two micrographs to one file.
RunResult run_all(const Job& job, const libpicker::Model& model, const libpicker::Inputs& inputs,
                  picker_run_options options, const libpicker::Control& control);

} // namespace relion
