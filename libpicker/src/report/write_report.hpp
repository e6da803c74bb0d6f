// The report of a pick run: one HTML file beside its results.
#pragma once

#include "core/progress.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace picker {

struct ReportOptions {
    std::filesystem::path output;  // empty: report.html in the run's folder
    std::string title;             // empty: the folder's name
    int picture_side = 0;          // longest edge of every picture, pixels; 0: by their number
    bool png = false, pdf = false; // the plots too, beside the page: NAME-scores.png and so on, NAME.pdf
};

struct ReportSummary {
    std::filesystem::path output;
    std::vector<std::filesystem::path> plots;
    std::size_t micrographs = 0, failed = 0;
    std::size_t pictures = 0, without_picture = 0; // of the micrographs that were picked
    std::size_t picks = 0, rows = 0;               // at the run's threshold; in the page
    std::uintmax_t bytes = 0;                      // of the page
    double threshold = 0.0, diameter = 0.0;        // diameter in angstrom
};

// Error(not_found | bad_file) where the folder holds no run. Pictures that cannot be made are told by control.warn.
ReportSummary write_report(const std::filesystem::path& folder, const ReportOptions& options, const Control& control);

} // namespace picker
