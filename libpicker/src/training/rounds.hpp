// DeepEM's rounds without a person: after each training the model picks labelled micrographs that it has not seen, and
// what it takes for particles away from every label becomes training data of the other class (hard negatives).
#pragma once

#include "training/rounds_report.hpp"

#include <optional>

namespace picker {

struct MiningOptions {
    int rounds = 1;               // after the first training
    bool complete_labels = false; // false: what scores at least the threshold away from labels is left alone
    double threshold = 0.5;       // of a pick; the paper's
    double lowest = 0.1;          // negatives score at least this: below there is nothing to learn
    double until = 0.95;          // stops when this fraction of the picks lies on labels; 0 = never
    TrainingOptions training;
};

// The places of one micrograph that teach something, from its picks (best first). They are at least `distance` pixels
// away from what the item says already: its particles, negatives and places to avoid.
struct MinedPlaces {
    Picks negatives; // the best-scoring, at most `most`
    Picks unknown;   // at or above the threshold: particles without a label, or false picks
};
MinedPlaces mine_negatives(const Picks& picks, const DatasetItem& item, double distance, std::size_t most,
                           const MiningOptions& options);

// The labelled micrographs of every molecule are dealt to rounds + 1 equal parts in an order that the seed decides. The
// first training has part 0; round r picks part r, mines it, and trains on everything so far, from the current weights.
// Where a molecule has fewer micrographs than parts, all of them train from the start and are picked in each round.
// rounds[0] of the report is the first training. Cancelled: what was trained so far is kept.
RoundsReport train_in_rounds(Model& model, const Dataset& dataset, const Dataset* validation,
                             const MiningOptions& options, const Control& control);
// With another engine than this process's.
RoundsReport train_in_rounds(Model& model, const Dataset& dataset, const Dataset* validation,
                             const MiningOptions& options, const Control& control, const Engine& with);

} // namespace picker
