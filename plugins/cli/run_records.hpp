// What pick runs recorded of their micrographs (run.json), for commands that have picks of a run and not its images.
#pragma once

#include "command.hpp"

#include <map>
#include <string>
#include <vector>

namespace cli {

// One micrograph of a run. 0 and "" where the run could not tell.
struct RunRecord {
    std::string name;          // as the run's list wrote it
    int width = 0, height = 0; // pixels
    double pixel_size = 0;     // angstrom
    std::string file;          // the run.json
};

// A run.json. Null where the file cannot be read; no object where it is damaged, or nested deeper than any run.json.
Json read_run_json(const std::string& file);

// The micrographs of the run in this folder, in their order; empty where there is none, or a damaged one.
std::vector<RunRecord> read_run_records(const std::string& folder);

// The micrographs of the runs that coordinate files belong to: run.json in a folder that is named, or beside a file.
class RunRecords {
public:
    RunRecords() = default;
    // libpicker::Error where two runs record other sizes or pixel sizes of one micrograph: their picks are in pixels of
    // different images.
    explicit RunRecords(const std::vector<std::string>& patterns);
    // The micrograph's name for a coordinate file's own, where a run has it; other names stay.
    std::string name_for(const std::string& name) const;
    // Fills in the size and the pixel size of a micrograph where they are still 0.
    void complete(picker_picks_context& context, const std::string& stem) const;

private:
    const RunRecord* find(const std::string& stem) const; // null where no run has this micrograph
    std::map<std::string, RunRecord> by_stem_;
};

} // namespace cli
