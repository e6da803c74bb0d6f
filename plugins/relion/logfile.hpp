// logfile.pdf, which RELION's window shows for a job: picks of each micrograph, and how the figures of merit lie.
#pragma once

#include <string>
#include <vector>

namespace relion {

struct Summary {
    std::string job;
    double threshold = 0, diameter = 0; // angstrom
    std::vector<double> picks;          // of each micrograph, in the order of the list
    std::vector<double> merits;         // of every pick
    std::vector<std::string> failures;  // "micrograph: why"
};

std::string logfile_pdf(const Summary& summary);

} // namespace relion
