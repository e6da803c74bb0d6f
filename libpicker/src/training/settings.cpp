// The settings of a training (settings.hpp).
#include "training/settings.hpp"

#include "core/error.hpp"

namespace picker {
namespace {

// What heads, and those alone, have; before the caller's own settings.
void merge_heads(TrainingDefaults& out, const TrainingOptions& options) {
    if (options.heads == HeadMode::general) {
        if (options.freeze || options.bias_weight || !options.head.empty()) {
            fail(Status::invalid_argument, "freezing, a bias weight and a head's name are for training heads; choose "
                                           "heads for the sets, or one head");
        }
        return;
    }
    if (out.heads.epochs == 0) {
        fail(Status::unsupported, "the architecture has no heads to train; only hydrapicker and hydrapicker-code do");
    }
    out.optimiser = Optimiser::momentum;
    out.cycle = 0;
    out.learning_rate = out.heads.learning_rate;
    out.epochs = out.heads.epochs;
    out.heads.bias_weight = options.bias_weight.value_or(out.heads.bias_weight);
    const double weight = out.heads.bias_weight;
    if (!(weight >= 0.0 && weight <= 1e6)) {
        fail(Status::invalid_argument, "the bias weight is ", weight, "; give a number above 0");
    }
    if (weight == 0.0 && !options.freeze) {
        fail(Status::invalid_argument, "the bias weight is 0, but nothing else trains the general head: it would not "
                                       "learn at all; give a number above 0, or freeze it");
    }
}

void merge_crop(TrainingDefaults& out, const TrainingOptions& options) {
    if (!options.crop) {
        return;
    }
    if (out.loss != Loss::detection) {
        fail(Status::invalid_argument, "a crop of ", *options.crop,
             " pixels is given, but only detectors learn from crops of any size; leave it out");
    }
    constexpr int unit = 16, least = 64, most = 2048;
    if (*options.crop < least || *options.crop > most || *options.crop % unit != 0) {
        fail(Status::invalid_argument, "the crop is ", *options.crop, " pixels; give a multiple of ", unit, " from ",
             least, " to ", most);
    }
    out.crop = *options.crop;
}

} // namespace

TrainingDefaults merged_settings(const TrainingDefaults& defaults, const TrainingOptions& options) {
    TrainingDefaults out = defaults;
    merge_heads(out, options);
    merge_crop(out, options);
    out.epochs = options.epochs.value_or(out.epochs);
    if (defaults.cycle == defaults.epochs) { // one fall of the rate over the whole training, however long that is
        out.cycle = out.epochs;
    }
    out.batch = options.batch.value_or(out.batch);
    out.patience = options.patience.value_or(out.patience);
    out.learning_rate = options.learning_rate.value_or(out.learning_rate);
    out.negatives_per_positive = options.negatives_per_positive.value_or(out.negatives_per_positive);
    out.validation_fraction = options.validation_fraction.value_or(out.validation_fraction);
    out.flips = options.flips.value_or(out.flips);
    out.rotations = options.rotations.value_or(out.rotations);
    out.beta = options.beta.value_or(out.beta);
    if (defaults.four_turns) { // they are this architecture's rotations
        out.four_turns = options.rotations.value_or(true);
        out.rotations = false;
    }
    const auto check = [](bool sound, const char* what, double value, const char* range) {
        if (!sound) {
            fail(Status::invalid_argument, "the ", what, " is ", value, "; give ", range);
        }
    };
    check(out.epochs >= 1 && out.epochs <= 1000000, "number of epochs", out.epochs, "1 to 1000000");
    check(out.batch >= 1 && out.batch <= 100000, "batch", out.batch, "1 to 100000 samples");
    check(out.patience >= 0, "patience", out.patience, "0 (never stop early) or more epochs");
    check(out.learning_rate > 0.0 && out.learning_rate <= 100.0, "learning rate", out.learning_rate,
          "a number above 0, usually 0.001 to 0.1");
    check(out.negatives_per_positive > 0.0 && out.negatives_per_positive <= 1000.0, "number of negatives per positive",
          out.negatives_per_positive, "a number above 0, at most 1000");
    check(out.validation_fraction >= 0.0 && out.validation_fraction <= 0.9, "fraction held out for validation",
          out.validation_fraction, "0 to 0.9");
    check(out.beta > 0.0 && out.beta <= 100.0, "beta of the F-score", out.beta, "a number above 0, usually 1 or 2");
    check(options.prior >= 0.0 && options.prior < 1.0, "prior", options.prior,
          "the share of random windows that are particles, between 0 and 1, or 0 to have it estimated");
    if (options.prior > 0.0 && !options.positive_unlabelled) {
        fail(Status::invalid_argument, "a prior of ", options.prior,
             " is given, but the loss takes unlabelled places for negatives; choose the positive-unlabelled loss, or "
             "give no prior");
    }
    return out;
}

} // namespace picker
