// What a training in several rounds came to; shared by the schemes that pick, choose and train again.
#pragma once

#include "core/error.hpp"
#include "training/trainer.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace picker {

struct RoundReport {
    std::size_t micrographs = 0; // picked for this round; 0 in a first training
    std::size_t picks = 0;       // at or above the threshold
    std::size_t confirmed = 0;   // of the picks, those on a label
    std::size_t positives = 0;   // taken into the training by this round
    std::size_t negatives = 0;   // likewise, by coordinates; random ones are in `training`
    std::size_t avoided = 0;     // places that might be particles: in neither class
    double threshold = 0.0;      // of the picks
    double lowest_score = std::numeric_limits<double>::quiet_NaN(); // of the picks taken as positives
    double accuracy = std::numeric_limits<double>::quiet_NaN();     // confirmed / picks, where there are labels
    bool trained = false;                                           // false: stopped before the training
    TrainingReport training;
};

struct RoundsReport {
    std::vector<RoundReport> rounds;
    bool reached = false;   // the accuracy asked for
    bool cancelled = false; // what the rounds before came to is kept
    double seconds = 0.0;
};

// Adds one(number) to the report for `first` to `last`, until the accuracy is reached or the caller has had enough. A
// cancel after a whole round is no error: what the rounds before came to stays.
template <typename One> void run_rounds(RoundsReport& report, int first, int last, const One& one) {
    for (int number = first; number <= last && !report.reached && !report.cancelled; ++number) {
        try {
            report.rounds.push_back(one(number));
            report.cancelled = report.rounds.back().training.cancelled;
        } catch (const Error& error) {
            if (error.status() != Status::cancelled || report.rounds.empty()) {
                throw;
            }
            report.cancelled = true;
        }
    }
}

} // namespace picker
