// From a data set to patches: prepared as for picking, positives cut at particles, negatives away from them.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "models/model.hpp"
#include "training/dataset.hpp"
#include "training/patch_store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace picker {

// Patches with a margin, so that rotations need no invented corners: edge = extent >= input_size * sqrt(2). Or crops.
struct PatchSet {
    int extent = 0; // edge of a stored patch, working pixels
    // Above 0: crops for a segmenter (map_samples.hpp). Behind each patch a map of label_edge x label_edge is stored,
    // 1 = particle, negative = unknown; `labels` then say whether a crop has any particle.
    int label_edge = 0;
    std::size_t particles = 0; // in the crops, masked ones left out
    PatchStore store;
    std::vector<std::size_t> place; // of each sample in the store
    std::vector<float> labels;      // 1 = particle
    std::vector<int> molecule;      // index of the molecule
    std::vector<double> deviations; // of the positives' raw windows (deviation_range.hpp), where they were asked for
    std::size_t size() const { return labels.size(); }
    // `buffer` is used where the patch is on disk, and holds it until the next
    // call.
    const float* patch(std::size_t i, std::vector<float>& buffer) const { return store.read(place[i], buffer); }
    std::vector<std::string> molecules;
    // Of all unmasked windows those whose centre is within half a diameter of a labelled particle; if unlabelled.
    double labelled_share = 0.0;
    // Positives that were left out: too near to the border for a whole patch, in masked places, overlapping.
    std::size_t outside = 0, masked = 0, overlapping = 0;
};

struct SamplerOptions {
    double negatives_per_positive = 1.0;
    double negative_distance = 0.6; // in windows
    std::size_t max_positives = 0;  // over all molecules, in equal shares (type 2); 0 = all
    bool unlabelled = false;        // draw windows anywhere, particles or not, in place of random negatives
    // Positives nearer to another than this, in angstrom, are left out (0: one diameter). Unset: they are kept.
    std::optional<double> overlap_distance;
    bool deviations = false;                   // also measure the positives' raw windows
    bool margin = true;                        // false: patches of the network's size, for quarter turns only
    std::size_t memory = std::size_t{1} << 30; // bytes of patches; what is more goes to disk, into ...
    std::filesystem::path scratch;             // ... this folder; empty: the system's for temporary files
    std::uint64_t seed = 0;
    PatchStore store(std::size_t count, std::size_t values) const; // of so many samples of so many floats
};

// Windows are cut at whole working pixels. Given non-particles are all taken,
// in place of up to half of the random negatives. Negatives avoid every
// positive of their micrograph, also those not chosen or left out. Unlabelled
// windows avoid only what is masked and what was left out as overlapping. Where a micrograph has
// too little room for them, or a molecule too few particles for its share,
// there are fewer, and control.warn says so. Patches made window by window
// (PatchRule::per_patch) have no margin. One micrograph per worker is in memory
// at a time; the seed alone decides what is drawn.
PatchSet sample_patches(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                        const Control& control);

// Cuts input_size x input_size out of a stored patch of edge `extent`: quarter turns 0-3 after an optional mirror of x,
// or any angle by bilinear interpolation. `angle` in radians; pi / 2 is what numpy.rot90 does.
void cut_patch(const float* patch, int extent, int input_size, bool mirror, double angle, float* out);

} // namespace picker
