// A run's folder made by hand, for the tests of the report: nothing of it is written by libpicker.
#pragma once

#include "report/run_folder.hpp"
#include "unit/io/io_testing.hpp"

#include <string>

namespace report_testing {

struct Row {
    double x, y, score;
};

// A RELION coordinate file.
inline std::string star(const std::vector<Row>& rows) {
    std::string out = "\ndata_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAutopickFigureOfMerit #3\n";
    for (const Row& row : rows) {
        out += std::to_string(row.x) + " " + std::to_string(row.y) + " " + std::to_string(row.score) + "\n";
    }
    return out;
}

// One micrograph's record of run.json; `more`: further members.
inline std::string record(const std::string& name, const std::string& stem, const std::string& status,
                          const std::string& more = "") {
    return R"({"micrograph": ")" + name + R"(", "stem": ")" + stem + R"(", "status": ")" + status + R"(", "error": ")" +
           (status == "failed" ? "it is broken" : "") +
           R"(", "width": 600, "height": 200, "pixel_size": 2.5, "candidates": 7, "picks": 2,
               "removed": {"edge": 1, "mask": 0, "threshold": 4, "distance": 0, "top": 0},
               "seconds": {"read": 0.25, "transform": 0, "score": 1.5, "peaks": 0, "write": 0})" +
           more + "}";
}

inline std::string run_json(const std::string& records, double keep = 0.1) {
    return R"({"program": "libpicker", "version": "9.8.7", "complete": true, "architecture": "deeppicker",
               "model_provenance": {"trained_on": ["<script>alert(1)</script>"]},
               "settings": {"model": "abc", "diameter": 150.0, "threshold": 0.5, "keep": )" +
           std::to_string(keep) + R"(}, "picks": 2, "failed": 0, "seconds": 3.5, "micrographs": [)" + records + "]}";
}

} // namespace report_testing
