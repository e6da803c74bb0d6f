// picker.h, "train in rounds": DeepPicker's iteration, DeepEM's rounds without a person, and re-centring.
#include "training/rounds.hpp"

#include "capi/handles.hpp"
#include "training/iterate.hpp"
#include "training/recentre.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

IterateOptions options_of(const picker_iterate_options* options, const picker_train_options* train) {
    const picker_iterate_options given = read_struct(options);
    IterateOptions result;
    result.training = training_options_of(train);
    set_if(result.iterations, given.iterations, "picker_iterate_options.iterations");
    if (given.pick != nullptr) {
        result.picking = settings_of(read_struct(given.pick));
    }
    set_if(result.fraction, not_negative(given.fraction, "picker_iterate_options.fraction"), "fraction");
    if (given.top < -1) {
        fail(Status::invalid_argument, "picker_iterate_options.top is ", given.top, "; give 0 (default), -1 (all) or ",
             "a number of picks");
    }
    if (given.top != 0) {
        result.top = given.top < 0 ? 0 : static_cast<std::size_t>(given.top);
    }
    result.avoid = given.has_avoid != 0 ? given.avoid : result.avoid;
    return result;
}

MiningOptions options_of(const picker_rounds_options* options, const picker_train_options* train) {
    const picker_rounds_options given = read_struct(options);
    MiningOptions result;
    result.training = training_options_of(train);
    set_if(result.rounds, given.rounds, "picker_rounds_options.rounds");
    result.complete_labels = given.complete_labels != 0;
    result.threshold = given.has_threshold != 0 ? given.threshold : result.threshold;
    result.lowest = given.has_lowest != 0 ? given.lowest : result.lowest;
    result.until = given.has_until != 0 ? given.until : result.until;
    return result;
}

picker_round round_of(const RoundReport& report) {
    picker_round result;
    std::memset(&result, 0, sizeof result);
    result.micrographs = static_cast<std::int64_t>(report.micrographs);
    result.picks = static_cast<std::int64_t>(report.picks);
    result.confirmed = static_cast<std::int64_t>(report.confirmed);
    result.positives = static_cast<std::int64_t>(report.positives);
    result.negatives = static_cast<std::int64_t>(report.negatives);
    result.avoided = static_cast<std::int64_t>(report.avoided);
    result.trained = report.trained ? 1 : 0;
    result.threshold = report.threshold;
    result.lowest_score = report.lowest_score;
    result.accuracy = report.accuracy;
    return result;
}

} // namespace

picker_status picker_round_init(picker_round* round, size_t struct_size) {
    return init_struct(round, struct_size);
}

picker_status picker_rounds_summary_init(picker_rounds_summary* summary, size_t struct_size) {
    return init_struct(summary, struct_size);
}

picker_status picker_iterate_options_init(picker_iterate_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_rounds_options_init(picker_rounds_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_recentre_options_init(picker_recentre_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_recentre_report_init(picker_recentre_report* report, size_t struct_size) {
    return init_struct(report, struct_size);
}

picker_status picker_train_iterate(picker_rounds** out, picker_model* model, const picker_dataset* dataset,
                                   const picker_dataset* validation, const picker_iterate_options* options,
                                   const picker_train_options* train, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        Model& trained = required(model, "model").value;
        const Dataset& data = required(dataset, "dataset").value;
        auto handle = std::make_unique<picker_rounds>();
        handle->value = iterate(trained, data, validation == nullptr ? nullptr : &validation->value,
                                options_of(options, train), control_of(control));
        target = handle.release();
    });
}

picker_status picker_train_rounds(picker_rounds** out, picker_model* model, const picker_dataset* dataset,
                                  const picker_dataset* validation, const picker_rounds_options* options,
                                  const picker_train_options* train, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        Model& trained = required(model, "model").value;
        const Dataset& data = required(dataset, "dataset").value;
        auto handle = std::make_unique<picker_rounds>();
        handle->value = train_in_rounds(trained, data, validation == nullptr ? nullptr : &validation->value,
                                        options_of(options, train), control_of(control));
        target = handle.release();
    });
}

picker_status picker_rounds_get_summary(const picker_rounds* rounds, picker_rounds_summary* summary) {
    return guard([&] {
        const RoundsReport& source = required(rounds, "rounds").value;
        check_out(summary, "summary");
        picker_rounds_summary result;
        std::memset(&result, 0, sizeof result);
        result.rounds = static_cast<std::int32_t>(source.rounds.size());
        result.reached = source.reached ? 1 : 0;
        result.cancelled = source.cancelled ? 1 : 0;
        result.seconds = source.seconds;
        write_struct(summary, result);
    });
}

picker_status picker_rounds_get(const picker_rounds* rounds, size_t index, picker_round* round,
                                picker_train_report* training) {
    return guard([&] {
        const RoundsReport& source = required(rounds, "rounds").value;
        if (index >= source.rounds.size()) {
            fail(Status::not_found, "there is no round ", index, "; there are ", source.rounds.size(),
                 ", counted from 0");
        }
        if (round != nullptr) {
            check_out(round, "round");
            write_struct(round, round_of(source.rounds[index]));
        }
        if (training != nullptr) {
            check_out(training, "training");
            write_struct(training, train_report_of(source.rounds[index].training));
        }
    });
}

void picker_rounds_free(picker_rounds* rounds) {
    delete rounds;
}

picker_status picker_dataset_recentre(picker_dataset* dataset, const picker_recentre_options* options,
                                      picker_recentre_report* report, const picker_control* control) {
    return guard([&] {
        Dataset& target = required(dataset, "dataset").value;
        const picker_recentre_options given = read_struct(options);
        if (report != nullptr) {
            check_out(report, "report");
        }
        RecentreOptions settings;
        settings.diameter = not_negative(given.diameter, "picker_recentre_options.diameter");
        settings.limit = not_negative(given.limit, "picker_recentre_options.limit");
        set_if(settings.iterations, given.iterations, "picker_recentre_options.iterations");
        const Control talk = control_of(control);
        WorkerPool pool(talk.worker_count());
        const RecentreReport outcome = recentre(target, settings, pool, talk);
        if (report == nullptr) {
            return;
        }
        picker_recentre_report result;
        std::memset(&result, 0, sizeof result);
        result.picks = static_cast<std::int64_t>(outcome.picks);
        result.moved = static_cast<std::int64_t>(outcome.moved);
        result.at_limit = static_cast<std::int64_t>(outcome.at_limit);
        result.at_border = static_cast<std::int64_t>(outcome.at_border);
        result.mean = outcome.mean;
        result.median = outcome.median;
        result.percentile_95 = outcome.percentile_95;
        result.mean_x = outcome.mean_x;
        result.mean_y = outcome.mean_y;
        write_struct(report, result);
    });
}
