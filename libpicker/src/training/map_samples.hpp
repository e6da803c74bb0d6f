// From a data set to crops for a segmenter: prepared micrographs cut into squares, each with the map that the network
// should give. A pixel of the map is particle within half an aperture of a particle's centre, at any angle: real data
// come with coordinates and not with outlines.
#pragma once

#include "training/sampler.hpp"

namespace picker {

// Crops of spec.training.crop working pixels cover each micrograph, and are stored with half a window around them,
// mirrored at the border of the micrograph. Unknown (negative) are places that are masked, near item.avoid, near
// particles left out as overlapping, beyond the border, or in the crop before where neighbours overlap: every pixel has
// its label in one crop only, and so does every particle. With options.max_positives crops are drawn until they hold
// that many particles, in equal shares of the molecules. Given non-particles need nothing: what is not near a particle
// is background. `set.labels` says which crops hold particles. Error(invalid_argument) for options that mean nothing
// here (unlabelled places), and for particles of less than two pixels.
PatchSet sample_maps(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                     const Control& control);

} // namespace picker
