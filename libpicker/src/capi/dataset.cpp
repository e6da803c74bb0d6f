// picker.h, "dataset" and "train".
#include "capi/handles.hpp"
#include "training/dataset_file.hpp"
#include "training/trainer.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

DatasetItem item_of(const picker_picks* positives, const picker_dataset_item* item) {
    const picker_dataset_item given = read_struct(item);
    DatasetItem result;
    result.positives = required(positives, "positives").value;
    if (given.negatives != nullptr) {
        result.negatives = given.negatives->value;
    }
    result.pixel_size = not_negative(given.pixel_size, "picker_dataset_item.pixel_size");
    result.diameter = not_negative(given.diameter, "picker_dataset_item.diameter");
    result.molecule = optional_string(given.molecule);
    return result;
}

TrainingOptions options_of(const picker_train_options* options) {
    const picker_train_options given = read_struct(options);
    TrainingOptions result;
    result.diameter = not_negative(given.diameter, "picker_train_options.diameter");
    set_if(result.epochs, given.epochs, "picker_train_options.epochs");
    set_if(result.batch, given.batch, "picker_train_options.batch");
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
    return result;
}

} // namespace

picker_status picker_dataset_item_init(picker_dataset_item* item, size_t struct_size) {
    return init_struct(item, struct_size);
}

picker_status picker_dataset_create(picker_dataset** out) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        target = new picker_dataset;
    });
}

picker_status picker_dataset_add(picker_dataset* dataset, const char* path, const picker_picks* positives,
                                 const picker_dataset_item* item) {
    return guard([&] {
        picker_dataset& target = required(dataset, "dataset");
        DatasetItem entry = item_of(positives, item);
        entry.path = string_of(path, "path");
        target.value.add(std::move(entry));
    });
}

picker_status picker_dataset_add_micrograph(picker_dataset* dataset, const picker_micrograph* micrograph,
                                            const picker_picks* positives, const picker_dataset_item* item) {
    return guard([&] {
        picker_dataset& target = required(dataset, "dataset");
        DatasetItem entry = item_of(positives, item);
        entry.micrograph = std::make_shared<const Micrograph>(required(micrograph, "micrograph").value);
        target.value.add(std::move(entry));
    });
}

picker_status picker_dataset_add_rows(picker_dataset* dataset, const char* path, const char* split, size_t* rows) {
    return guard([&] {
        if (rows != nullptr) {
            *rows = 0;
        }
        picker_dataset& target = required(dataset, "dataset");
        const std::string file = string_of(path, "path");
        const std::string wanted = string_of(split, "split");
        if (wanted != "train" && wanted != "validation" && wanted != "test") {
            fail(Status::invalid_argument, "there is no split '", wanted, "'; give train, validation or test");
        }
        const std::size_t added = add_dataset_rows(target.value, file, wanted);
        if (rows != nullptr) {
            *rows = added;
        }
    });
}

size_t picker_dataset_count(const picker_dataset* dataset) {
    return dataset == nullptr ? 0 : dataset->value.items.size();
}

size_t picker_dataset_positives(const picker_dataset* dataset) {
    return dataset == nullptr ? 0 : dataset->value.positives();
}

void picker_dataset_free(picker_dataset* dataset) {
    delete dataset;
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
        const TrainingReport outcome =
            train(target.value, data.value, validation == nullptr ? nullptr : &validation->value, options_of(options),
                  control_of(control));
        if (report == nullptr) {
            return;
        }
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
        write_struct(report, result);
    });
}
