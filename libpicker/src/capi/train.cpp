// picker.h, "train".
#include "capi/handles.hpp"
#include "training/trainer.hpp"
#include "training/tune.hpp"

#include <algorithm>
#include <cstring>

using namespace picker;
using namespace picker::capi;

namespace {

constexpr double most_memory = 1e9; // MiB: more than any machine has, and in the range of a size

// An enum's value, 0 to `last`.
std::int32_t one_of(std::int32_t value, std::int32_t last, const char* name) {
    if (value < 0 || value > last) {
        fail(Status::invalid_argument, "picker_train_options.", name, " is ", value, "; give 0 to ", last);
    }
    return value;
}

StatePolicy policy_of(std::int32_t resume) {
    switch (one_of(resume, PICKER_RESUME_OVERWRITE, "resume")) {
    case PICKER_RESUME_CONTINUE:
        return StatePolicy::resume;
    case PICKER_RESUME_OVERWRITE:
        return StatePolicy::overwrite;
    default:
        return StatePolicy::refuse;
    }
}

} // namespace

TrainingOptions picker::capi::training_options_of(const picker_train_options* options) {
    const picker_train_options given = read_struct(options);
    TrainingOptions result;
    result.diameter = not_negative(given.diameter, "picker_train_options.diameter");
    set_if(result.epochs, given.epochs, "picker_train_options.epochs");
    set_if(result.batch, given.batch, "picker_train_options.batch");
    set_if(result.beta, not_negative(given.beta, "picker_train_options.beta"), "beta");
    set_if(result.learning_rate, not_negative(given.learning_rate, "picker_train_options.learning_rate"),
           "learning_rate");
    set_if(result.negatives_per_positive,
           not_negative(given.negatives_per_positive, "picker_train_options.negatives_per_positive"), "negatives");
    const double fraction = not_negative(given.validation_fraction, "picker_train_options.validation_fraction");
    if (fraction >= 1) {
        fail(Status::invalid_argument, "picker_train_options.validation_fraction is ", fraction, "; give less than 1");
    }
    set_if(result.validation_fraction, fraction, "validation_fraction");
    if (given.has_patience != 0) {
        result.patience = given.patience;
    }
    if (given.has_flips != 0) {
        result.flips = given.flips != 0;
    }
    if (given.has_rotations != 0) {
        result.rotations = given.rotations != 0;
    }
    if (given.max_positives < 0 || (given.has_patience != 0 && given.patience < 0)) {
        fail(Status::invalid_argument, "picker_train_options has a negative max_positives or patience; give 0 or more");
    }
    result.max_positives = static_cast<std::size_t>(given.max_positives);
    result.seed = given.seed;
    result.positive_unlabelled = one_of(given.loss, PICKER_LOSS_NNPU, "loss") == PICKER_LOSS_NNPU;
    result.prior = not_negative(given.prior, "picker_train_options.prior");
    result.state_file = optional_string(given.state_file);
    result.state_policy = policy_of(given.resume);
    const double memory = not_negative(given.memory, "picker_train_options.memory");
    if (memory > 0) {
        result.memory = static_cast<std::size_t>(std::min(memory, most_memory) * 1024 * 1024);
    }
    switch (one_of(given.heads, PICKER_TRAIN_HEADS_ONE, "heads")) {
    case PICKER_TRAIN_HEADS_EACH:
        result.heads = HeadMode::each_set;
        break;
    case PICKER_TRAIN_HEADS_ONE:
        result.heads = HeadMode::one;
        break;
    default:
        break;
    }
    result.head = optional_string(given.head);
    result.freeze = given.freeze != 0;
    if (given.has_bias_weight != 0) {
        result.bias_weight = not_negative(given.bias_weight, "picker_train_options.bias_weight");
    }
    set_if(result.crop, given.crop, "picker_train_options.crop");
    const double distance = not_negative(given.overlap_distance, "picker_train_options.overlap_distance");
    if (one_of(given.overlaps, PICKER_OVERLAPS_DROP, "overlaps") == PICKER_OVERLAPS_DROP) {
        result.overlap_distance = distance;
    } else if (distance > 0) {
        fail(Status::invalid_argument, "picker_train_options.overlap_distance is ", distance,
             ", but overlapping particles are kept; set overlaps to PICKER_OVERLAPS_DROP, or give no distance");
    }
    return result;
}

picker_train_report picker::capi::train_report_of(const TrainingReport& outcome) {
    picker_train_report result;
    std::memset(&result, 0, sizeof result);
    result.epochs = static_cast<std::int32_t>(outcome.epochs.size());
    result.best_epoch = outcome.best_epoch;
    result.stopped_early = outcome.stopped_early ? 1 : 0;
    result.cancelled = outcome.cancelled ? 1 : 0;
    result.positives = static_cast<std::int64_t>(outcome.positives);
    result.negatives = static_cast<std::int64_t>(outcome.negatives);
    result.validation_samples = static_cast<std::int64_t>(outcome.validation_samples);
    result.outside = static_cast<std::int64_t>(outcome.outside);
    result.best_validation_loss = outcome.best_validation_loss;
    result.best_validation_accuracy = outcome.best_validation_accuracy;
    result.threshold = outcome.threshold;
    result.validation_f1 = outcome.validation_f1;
    result.seconds = outcome.seconds;
    result.masked = static_cast<std::int64_t>(outcome.masked);
    result.overlapping = static_cast<std::int64_t>(outcome.overlapping);
    result.prior = outcome.prior;
    result.resumed_after = outcome.resumed_after;
    return result;
}

picker_status picker_train_options_init(picker_train_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_train_report_init(picker_train_report* report, size_t struct_size) {
    return init_struct(report, struct_size);
}

picker_status picker_train(picker_model* model, const picker_dataset* train_set, const picker_dataset* validation,
                           const picker_train_options* options, picker_train_report* report,
                           const picker_control* control) {
    return guard([&] {
        picker_model& target = required(model, "model");
        const picker_dataset& data = required(train_set, "train");
        if (report != nullptr) {
            check_out(report, "report");
        }
        TrainingOptions settings = training_options_of(options);
        // What is adapted with few labels (general): these may be too few to be better than nothing.
        settings.keep_better_start = target.value.trained && target.value.spec.training.calibrates;
        const TrainingReport outcome =
            train(target.value, data.value, validation == nullptr ? nullptr : &validation->value, settings,
                  control_of(control));
        if (report == nullptr) {
            return;
        }
        write_struct(report, train_report_of(outcome));
    });
}

picker_status picker_model_tune(picker_model* model, const picker_dataset* train_set,
                                const picker_train_options* options, int32_t candidates,
                                const picker_control* control) {
    return guard([&] {
        picker_model& target = required(model, "model");
        const picker_dataset& data = required(train_set, "train");
        const TrainingOptions settings = training_options_of(options);
        const Control checked = control_of(control);
        (void)tuning_candidates(target.value.spec, candidates, settings.seed);
        tune(target.value, data.value, settings, candidates, checked, engine()); // loads LibTorch, after all checks
    });
}
