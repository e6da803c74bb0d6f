// DeepEM's rounds with a person: the model proposes particles and non-particles on micrographs that it has not seen,
// the person corrects the files, and the verdicts become training data.
//
// A round's folder: positives/STEM.star and negatives/STEM.star, RELION coordinate files with a column pickerVerdict,
// each with a list autopick.star; and round.json, which remembers what was proposed, and by which model.
#pragma once

#include "core/progress.hpp"
#include "engine/engine.hpp"
#include "io/inputs.hpp"
#include "models/model.hpp"
#include "picking/run.hpp"
#include "training/dataset.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace picker {

struct ReviewOptions {
    PickSettings picking;   // threshold: 0.5, the paper's, where it has none
    double negatives = 1.0; // proposed non-particles for each proposed particle of a micrograph; at least five
    std::filesystem::path output;
    std::vector<std::filesystem::path> earlier; // folders of rounds whose micrographs are not to come again
};

struct ReviewItem {
    std::filesystem::path path;
    std::string name, stem;
    double pixel_size = 0.0;    // angstrom
    Picks positives, negatives; // as proposed
};

// What round.json says.
struct ReviewRound {
    std::string model; // its hash
    double threshold = 0.0, diameter = 0.0;
    std::vector<ReviewItem> items;
    std::size_t positives() const;
    std::size_t negatives() const;
};

// Picks `inputs` and writes the folder. Proposed are the picks at the threshold, and of the local maxima below it the
// best-scoring. Error(mismatch) when a micrograph was in the model's training or in an earlier round, or when the
// folder holds a round already; then, and when cancelled, nothing is written.
ReviewRound propose_review(const Model& model, const std::vector<InputMicrograph>& inputs, const ReviewOptions& options,
                           const Control& control);
// With another engine than this process's.
ReviewRound propose_review(const Model& model, const std::vector<InputMicrograph>& inputs, const ReviewOptions& options,
                           const Control& control, const Engine& with);
ReviewRound read_review_round(const std::filesystem::path& folder); // Error(not_found | bad_file)

// A person's answer to a round.
struct Verdicts {
    struct Item {
        Picks particles, nonparticles, undecided;
    };
    ReviewRound round;
    std::vector<Item> items; // as round.items
    // Of the proposed particles and of the proposed non-particles: what the person agreed to, and turned round.
    std::size_t confirmed = 0, rejected = 0, negatives_confirmed = 0, missed = 0, undecided = 0;
    double accuracy() const; // confirmed / (confirmed + rejected); NaN where nothing was decided
};

// Each row's verdict: 1 particle, 0 not a particle, -1 undecided; without the column, what was proposed. A row that was
// deleted from positives/ is not a particle, one that was deleted from negatives/ is undecided. Rows are recognised by
// their coordinates, to a pixel. Error(mismatch | bad_file | not_found), naming file and line, for rows that were not
// proposed, rows given twice, unknown verdicts and missing files.
Verdicts read_verdicts(const std::filesystem::path& folder);

// Adds the micrographs of a round as items: particles, negatives, and the undecided as places to avoid. Error(mismatch)
// when a micrograph is in the data set already.
void add_verdicts(Dataset& dataset, const Verdicts& verdicts);

} // namespace picker
