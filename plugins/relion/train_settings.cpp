// Parameters of training as the library's options (parameters.hpp).
#include "arguments.hpp"
#include "parameters.hpp"

#include <limits>

namespace relion {

picker_train_options train_options_of(const Parameters& parameters) {
    auto options = libpicker::make<picker_train_options>();
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    parameters.above_zero("diameter", "angstrom, above 0", options.diameter);
    parameters.above_zero("learning_rate", "a number above 0", options.learning_rate);
    parameters.above_zero("negatives_per_positive", "a number above 0", options.negatives_per_positive);
    parameters.above_zero("beta", "a number above 0", options.beta);
    parameters.above_zero("memory", "MiB, above 0", options.memory);
    parameters.whole("epochs", 1, 1000000, options.epochs);
    parameters.whole("batch", 1, 100000, options.batch);
    options.has_patience = parameters.whole("patience", 0, most, options.patience) ? 1 : 0;
    std::int32_t particles = 0, seed = 0;
    parameters.whole("max_particles", 1, most, particles);
    parameters.whole("seed", 0, most, seed);
    options.max_positives = particles;
    options.seed = static_cast<std::uint64_t>(seed);
    options.loss = parameters.word("loss", {"default", "nnpu"}, 0);
    if (parameters.number("prior", 1e-9, 0.999, "a share between 0 and 1", options.prior) &&
        options.loss != PICKER_LOSS_NNPU) {
        throw cli::UsageError("parameter 'prior' belongs to 'loss' with the value nnpu");
    }
    options.overlaps = parameters.word("overlaps", {"keep", "drop"}, 0);
    if (parameters.above_zero("overlap_distance", "angstrom, above 0", options.overlap_distance) &&
        options.overlaps != PICKER_OVERLAPS_DROP) {
        throw cli::UsageError("parameter 'overlap_distance' belongs to 'overlaps' with the value drop");
    }
    options.has_flips = options.has_rotations = parameters.has("no_augmentation") ? 1 : 0;
    options.head = parameters.borrowed("head");
    options.heads = options.head != nullptr ? PICKER_TRAIN_HEADS_ONE : PICKER_TRAIN_HEADS_GENERAL;
    options.freeze = parameters.has("freeze") ? 1 : 0;
    options.has_bias_weight =
        parameters.number("bias_weight", 0, 1e6, "a number, 0 or more", options.bias_weight) ? 1 : 0;
    if (options.head == nullptr && (options.freeze != 0 || options.has_bias_weight != 0)) {
        throw cli::UsageError("parameters 'freeze' and 'bias_weight' belong to 'head', the name of the new head");
    }
    parameters.whole("crop", 1, most, options.crop);
    options.resume = parameters.has("overwrite") ? PICKER_RESUME_OVERWRITE : PICKER_RESUME_CONTINUE;
    return options;
}

} // namespace relion
