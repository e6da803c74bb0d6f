// The settings of picker train: their flags, and what they set (train_parts.hpp).
#include "train_parts.hpp"

#include <sstream>

namespace cli {
namespace {

// "51,21,10": one number for each stage of the network.
void set_stages(const Arguments& arguments, const std::string& flag, std::int32_t (&target)[3]) {
    if (!arguments.has(flag)) {
        return;
    }
    const std::string given = arguments.text(flag);
    std::istringstream parts(given);
    std::vector<std::string> words;
    for (std::string word; std::getline(parts, word, ',');) {
        words.push_back(word);
    }
    if (words.size() != 3) {
        throw UsageError("picker train: " + flag + " is " + given + "; give three numbers, as 15,6,3");
    }
    for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t value = parse_integer(words[i], "picker train: " + flag);
        if (value < 1 || value > 4096) {
            throw UsageError("picker train: " + flag + " is " + given + "; give three numbers from 1 to 4096");
        }
        target[i] = static_cast<std::int32_t>(value);
    }
}

} // namespace

std::vector<Flag> train_network_flags() {
    return {{"--activation", Takes::one, "NAME", "DeepEM: sigmoid or relu [the architecture's]"},
            {"--box", Takes::one, "N", "DeepEM: edge of the network's window, working pixels [the architecture's]"},
            {"--kernels", Takes::one, "A,B,C", "DeepEM: of the three convolutions [by the design rule for the box]"},
            {"--pools", Takes::one, "A,B,C", "DeepEM: of the three mean pools [2,2,2; from 160 pixels on 3,2,2]"},
            {"--maps", Takes::one, "A,B,C", "DeepEM: feature maps of the three stages [6,12,12]"},
            {"--step", Takes::one, "N", "working pixels between the places that are scored [the architecture's]"},
            {"--tune", Takes::one, "N", "DeepEM: train N networks for a few epochs and go on with the best"}};
}

picker_model_options network_options_of(const Arguments& arguments) {
    auto options = libpicker::make<picker_model_options>();
    if (arguments.has("--activation")) {
        options.activation = 1 + arguments.choice("--activation", {"sigmoid", "relu"});
    }
    options.window = static_cast<std::int32_t>(arguments.integer("--box", 1).value_or(0));
    set_stages(arguments, "--kernels", options.kernels);
    set_stages(arguments, "--pools", options.pools);
    set_stages(arguments, "--maps", options.maps);
    options.step = static_cast<std::int32_t>(arguments.integer("--step", 1).value_or(0));
    return options;
}

std::vector<Flag> train_setting_flags() {
    return {
        {"--epochs", Takes::one, "N", "at most [the architecture's]"},
        {"--patience", Takes::one, "N",
         "epochs without improvement before stopping; 0: never stops early [the architecture's]"},
        {"--batch", Takes::one, "N", "samples in a step [the architecture's]"},
        {"--beta", Takes::one, "B",
         "of the F-score that chooses the threshold; above 1 weights recall [the architecture's]"},
        {"--learning-rate", Takes::one, "R", "of gradient descent, at the start [the architecture's]"},
        {"--negatives-per-positive", Takes::one, "R", "negative samples for each positive one [1]"},
        {"--max-particles", Takes::one, "N", "use at most so many, equal shares of each molecule"},
        {"--no-augmentation", Takes::nothing, "", "no flips and rotations"},
        {"--loss", Takes::one, "NAME", "default (what nobody picked is no particle) or nnpu (it is unknown) [default]"},
        {"--prior", Takes::one, "P",
         "with --loss nnpu: share of random windows that are particles [as if all were labelled]"},
        {"--overlaps", Takes::one, "WHAT", "particles with a near neighbour: keep or drop (both) [keep]"},
        {"--overlap-distance", Takes::one, "A", "with --overlaps drop: how near, between centres [one diameter]"},
        {"--heads", Takes::nothing, "", "hydrapicker: every set of --datasets trains a head of its name, and the body"},
        {"--head", Takes::one, "NAME", "hydrapicker: all samples train one new head of this name, and the body"},
        {"--freeze", Takes::nothing, "",
         "with --head or --heads: body and general head stay as they are, and the picks of all other heads with them"},
        {"--bias-weight", Takes::one, "W",
         "with --head or --heads: how much the heads are drawn to the general one, and it to them [the "
         "architecture's]"},
        {"--crop", Takes::one, "N", "hydrapicker: edge of the crops that it learns from, working pixels [368]"},
        {"--memory", Takes::one, "MIB", "of samples in memory; the rest is on disk, beside the output [1024]"},
        {"--resume", Takes::nothing, "", "go on after the last epoch of a training that was stopped"},
        {"--overwrite", Takes::nothing, "", "start anew, although a training was stopped there"}};
}

picker_train_options train_options_of(const Arguments& arguments) {
    auto options = libpicker::make<picker_train_options>();
    options.diameter = arguments.above_zero("--diameter").value_or(0);
    options.learning_rate = arguments.above_zero("--learning-rate").value_or(0);
    options.negatives_per_positive = arguments.above_zero("--negatives-per-positive").value_or(0);
    options.epochs = static_cast<int>(arguments.integer("--epochs", 1).value_or(0));
    options.batch = static_cast<int>(arguments.integer("--batch", 1).value_or(0));
    options.beta = arguments.above_zero("--beta").value_or(0);
    options.max_positives = arguments.integer("--max-particles", 1).value_or(0);
    options.seed = seed_of(arguments);
    if (const auto patience = arguments.integer("--patience")) {
        options.has_patience = 1;
        options.patience = static_cast<int>(*patience);
    }
    options.loss = arguments.choice("--loss", {"default", "nnpu"});
    options.prior = arguments.above_zero("--prior").value_or(0);
    if (options.prior >= 1 || (options.prior > 0 && options.loss != PICKER_LOSS_NNPU)) {
        throw UsageError("picker train: --prior is a share below 1, and belongs to --loss nnpu");
    }
    options.overlaps = arguments.choice("--overlaps", {"keep", "drop"});
    options.overlap_distance = arguments.above_zero("--overlap-distance").value_or(0);
    if (options.overlap_distance > 0 && options.overlaps != PICKER_OVERLAPS_DROP) {
        throw UsageError("picker train: --overlap-distance belongs to --overlaps drop");
    }
    arguments.not_together("--head", {"--heads"});
    const bool heads = arguments.has("--heads"), head = arguments.has("--head");
    options.heads = head ? PICKER_TRAIN_HEADS_ONE : heads ? PICKER_TRAIN_HEADS_EACH : PICKER_TRAIN_HEADS_GENERAL;
    options.freeze = arguments.has("--freeze") ? 1 : 0;
    if (const auto weight = arguments.zero_or_more("--bias-weight")) {
        options.has_bias_weight = 1;
        options.bias_weight = *weight;
    }
    if (!heads && !head && (options.freeze != 0 || options.has_bias_weight != 0)) {
        throw UsageError("picker train: --freeze and --bias-weight belong to --head or --heads");
    }
    options.crop = static_cast<std::int32_t>(arguments.integer("--crop", 1).value_or(0));
    options.memory = arguments.above_zero("--memory").value_or(0);
    arguments.not_together("--resume", {"--overwrite"});
    options.resume = arguments.has("--resume")      ? PICKER_RESUME_CONTINUE
                     : arguments.has("--overwrite") ? PICKER_RESUME_OVERWRITE
                                                    : PICKER_RESUME_REFUSE;
    if (arguments.has("--no-augmentation")) {
        options.has_flips = options.has_rotations = 1;
    }
    return options;
}

} // namespace cli
