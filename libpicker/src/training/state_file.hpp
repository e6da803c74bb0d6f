// What a training keeps on disk while it runs: a .safetensors file from which it goes on as if it had never stopped.
#pragma once

#include "core/progress.hpp"
#include "training/trainer.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace picker {

// A training between two epochs. Random numbers are no part of it: their streams follow from seed, epoch and sample.
struct TrainingState {
    std::vector<float> parameters, memory, best; // memory: the optimiser's (stepper.hpp)
    std::vector<EpochReport> epochs;             // so far
    int best_epoch = 0;
    double best_loss = 0.0, best_accuracy = 0.0;
    double rate = 0.0;       // of the next epoch
    int waiting = 0;         // epochs since the best one
    int waiting_at_rate = 0; // since the best one or the last change of the rate
    bool finished = false, stopped_early = false;
};

class StateFile {
public:
    // `identity` is what a training must have in common with the state that it goes on from: an object "settings" of
    // names and values, and an object "data" of names and hashes. An empty path: nothing is kept.
    StateFile(std::filesystem::path path, StatePolicy policy, nlohmann::ordered_json identity)
        : path_(std::move(path)), policy_(policy), identity_(std::move(identity)) {}

    // The state to go on from, if there is one and it is wanted. Error(mismatch) where there is one and nothing was
    // said about it, or when it belongs to other settings or data (the message names them); Error(bad_file).
    std::optional<TrainingState> open(const Control& control) const;
    void write(const TrainingState& state) const; // the file appears whole or not at all

private:
    std::filesystem::path path_;
    StatePolicy policy_;
    nlohmann::ordered_json identity_;
};

} // namespace picker
