// The folder of a pick run read back for a report: run.json, and the picks of each micrograph.
#pragma once

#include "core/picks.hpp"
#include "picking/run.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace picker {

struct ReportMicrograph {
    RunItem item;
    std::filesystem::path path;           // of the image, where it was found or should be
    Picks picks;                          // every row down to `keep`, best first; without a score before all others
    std::map<std::string, double> values; // every number of its record, "seconds.read" for one level below
    std::string problem;                  // why its picks are missing though it is done; "" otherwise
};

struct RunFolder {
    std::filesystem::path folder;
    nlohmann::json summary; // run.json without its micrographs
    double threshold = 0.0, keep = 0.0;
    double diameter = 0.0;     // angstrom
    std::int64_t modified = 0; // of run.json, seconds since 1970
    std::vector<ReportMicrograph> micrographs;
};

// Error(not_found | bad_file | unsupported) naming run.json. A micrograph whose picks cannot be read is recorded.
RunFolder read_run_folder(const std::filesystem::path& folder);

// Rows whose score is not below: what a run calls its picks. `picks` best first.
std::size_t count_at_threshold(const Picks& picks, double threshold);

} // namespace picker
