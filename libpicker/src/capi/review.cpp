// picker.h, "rounds with a person": proposals for review, and data sets of reviewed ones.
#include "training/review.hpp"

#include "capi/handles.hpp"

#include <cmath>
#include <cstring>
#include <limits>

using namespace picker;
using namespace picker::capi;

namespace {

picker_review_report report_of(const ReviewRound& round) {
    picker_review_report result;
    std::memset(&result, 0, sizeof result);
    result.micrographs = static_cast<std::int64_t>(round.items.size());
    result.positives = static_cast<std::int64_t>(round.positives());
    result.negatives = static_cast<std::int64_t>(round.negatives());
    result.threshold = round.threshold;
    result.diameter = round.diameter;
    result.accuracy = std::numeric_limits<double>::quiet_NaN();
    return result;
}

picker_review_report report_of(const Verdicts& verdicts) {
    picker_review_report result = report_of(verdicts.round);
    result.confirmed = static_cast<std::int64_t>(verdicts.confirmed);
    result.rejected = static_cast<std::int64_t>(verdicts.rejected);
    result.negatives_confirmed = static_cast<std::int64_t>(verdicts.negatives_confirmed);
    result.missed = static_cast<std::int64_t>(verdicts.missed);
    result.undecided = static_cast<std::int64_t>(verdicts.undecided);
    result.accuracy = verdicts.accuracy();
    return result;
}

} // namespace

picker_status picker_review_options_init(picker_review_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_review_report_init(picker_review_report* report, size_t struct_size) {
    return init_struct(report, struct_size);
}

picker_status picker_review_propose(const picker_model* model, const picker_inputs* inputs,
                                    const picker_review_options* options, picker_review_report* report,
                                    const picker_control* control) {
    return guard([&] {
        const Model& source = required(model, "model").value;
        const picker_inputs& micrographs = required(inputs, "inputs");
        required(options, "options");
        const picker_review_options given = read_struct(options);
        if (report != nullptr) {
            check_out(report, "report");
        }
        ReviewOptions settings;
        if (given.pick != nullptr) {
            settings.picking = settings_of(read_struct(given.pick));
        }
        settings.output = string_of(given.output, "picker_review_options.output");
        for (const std::string& folder :
             strings_of(given.earlier, given.earlier_count, "picker_review_options.earlier")) {
            settings.earlier.emplace_back(folder);
        }
        settings.negatives = given.has_negatives != 0 ? given.negatives : settings.negatives;
        const ReviewRound round = propose_review(source, micrographs.items, settings, control_of(control));
        if (report != nullptr) {
            write_struct(report, report_of(round));
        }
    });
}

picker_status picker_dataset_add_review(picker_dataset* dataset, const char* folder, const picker_model* proposer,
                                        picker_review_report* report) {
    return guard([&] {
        picker_dataset& target = required(dataset, "dataset");
        const std::string path = string_of(folder, "folder");
        if (report != nullptr) {
            check_out(report, "report");
        }
        const Verdicts verdicts = read_verdicts(path);
        if (proposer != nullptr && verdicts.round.model != model_hash(proposer->value)) {
            fail(Status::mismatch, path, " was proposed by another model (", verdicts.round.model, ", not ",
                 model_hash(proposer->value), "); go on from the model that proposed it");
        }
        add_verdicts(target.value, verdicts);
        note_paths(target);
        if (report != nullptr) {
            write_struct(report, report_of(verdicts));
        }
    });
}
