// The settings of picker train: their flags, and what they set (train_parts.hpp).
#include "train_parts.hpp"

namespace cli {

std::vector<Flag> train_setting_flags() {
    return {{"--epochs", Takes::one, "N", "at most [the architecture's]"},
            {"--patience", Takes::one, "N",
             "epochs without improvement before stopping; 0: never stops early [the architecture's]"},
            {"--batch", Takes::one, "N", "samples in a step [the architecture's]"},
            {"--learning-rate", Takes::one, "R", "of gradient descent, at the start [the architecture's]"},
            {"--negatives-per-positive", Takes::one, "R", "negative samples for each positive one [1]"},
            {"--max-particles", Takes::one, "N", "use at most so many, equal shares of each molecule"},
            {"--no-augmentation", Takes::nothing, "", "no flips and rotations"}};
}

picker_train_options train_options_of(const Arguments& arguments) {
    auto options = libpicker::make<picker_train_options>();
    options.diameter = arguments.above_zero("--diameter").value_or(0);
    options.learning_rate = arguments.above_zero("--learning-rate").value_or(0);
    options.negatives_per_positive = arguments.above_zero("--negatives-per-positive").value_or(0);
    options.epochs = static_cast<int>(arguments.integer("--epochs", 1).value_or(0));
    options.batch = static_cast<int>(arguments.integer("--batch", 1).value_or(0));
    options.max_positives = arguments.integer("--max-particles", 1).value_or(0);
    options.seed = seed_of(arguments);
    if (const auto patience = arguments.integer("--patience")) {
        options.has_patience = 1;
        options.patience = static_cast<int>(*patience);
    }
    if (arguments.has("--no-augmentation")) {
        options.has_flips = options.has_rotations = 1;
    }
    return options;
}

} // namespace cli
