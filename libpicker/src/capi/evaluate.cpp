// picker.h, "evaluate": picks against truth, groups, curves.
#include "capi/handles.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

// A length in pixels, or a scale: beyond a million it is a mistake, and squares of it would overflow.
double bounded(double value, const char* name) {
    if (not_negative(value, name) > 1e6) {
        fail(Status::invalid_argument, name, " is ", value, "; give at most 1000000 (pixels)");
    }
    return value;
}

EvaluationOptions options_of(const picker_evaluate_options* options) {
    const picker_evaluate_options given = read_struct(options);
    const double diameter = bounded(given.diameter, "picker_evaluate_options.diameter");
    const double radius = bounded(given.radius, "picker_evaluate_options.radius");
    const double window = bounded(given.window, "picker_evaluate_options.window");
    const double aperture = bounded(given.aperture, "picker_evaluate_options.aperture");
    EvaluationOptions result;
    if (radius > 0) {
        result.match.radius = radius;
    } else {
        if (diameter <= 0) {
            fail(Status::invalid_argument, "neither a diameter nor a matching radius is given; set "
                                           "picker_evaluate_options.diameter or .radius (pixels)");
        }
        result.match = match_preset(given.radius_preset == nullptr ? "half-diameter" : given.radius_preset, diameter,
                                    window > 0 ? window : 1.2 * diameter, aperture > 0 ? aperture : 0.5 * diameter);
    }
    result.match.rule = given.optimal != 0 ? MatchRule::optimal : MatchRule::greedy;
    const double beta = not_negative(given.beta, "picker_evaluate_options.beta");
    result.beta = beta > 0 ? beta : 1.0;
    result.has_threshold = given.has_threshold != 0;
    if (result.has_threshold && std::isnan(given.threshold)) {
        fail(Status::invalid_argument, "picker_evaluate_options.threshold is not a number; give a score, or set "
                                       "has_threshold to 0");
    }
    result.threshold = given.threshold;
    return result;
}

const Evaluation& group_of(const picker_evaluation* evaluation, const char* group) {
    const picker_evaluation& source = required(evaluation, "evaluation");
    const std::string name = optional_string(group);
    const auto found =
        std::find_if(source.groups.begin(), source.groups.end(), [&](const auto& g) { return g.first == name; });
    if (found == source.groups.end()) {
        fail(Status::not_found, "this evaluation has no group '", name, "'; picker_evaluation_group_name lists them");
    }
    return found->second;
}

} // namespace

picker_status picker_evaluate_options_init(picker_evaluate_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_evaluate_item_init(picker_evaluate_item* item, size_t struct_size) {
    return init_struct(item, struct_size);
}

picker_status picker_evaluation_result_init(picker_evaluation_result* result, size_t struct_size) {
    return init_struct(result, struct_size);
}

picker_status picker_evaluate(picker_evaluation** out, const picker_evaluate_item* items, size_t count,
                              const picker_evaluate_options* options) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        if (count == 0) {
            fail(Status::invalid_argument, "no micrographs to evaluate; give at least one item");
        }
        required(items, "items");
        std::vector<EvaluationItem> list;
        for (std::size_t i = 0; i < count; ++i) {
            const picker_evaluate_item given = read_item(items, i);
            EvaluationItem item;
            item.predicted = &required(given.predicted, "picker_evaluate_item.predicted").value;
            item.truth = &required(given.truth, "picker_evaluate_item.truth").value;
            if (given.width < 1 || given.height < 1) {
                fail(Status::invalid_argument, "picker_evaluate_item ", i, " names a micrograph of ", given.width,
                     " x ", given.height, " pixels; set width and height to its size");
            }
            item.width = given.width;
            item.height = given.height;
            item.group = optional_string(given.group);
            const double scale = bounded(given.radius_scale, "picker_evaluate_item.radius_scale");
            item.radius_scale = scale > 0 ? scale : 1.0;
            list.push_back(item);
        }
        const EvaluationOptions chosen = options_of(options);
        auto handle = std::make_unique<picker_evaluation>();
        handle->groups.emplace_back("", evaluate(list, chosen));
        for (auto& [name, evaluation] : evaluate_by_group(list, chosen)) {
            if (!name.empty()) {
                handle->groups.emplace_back(name, std::move(evaluation));
            }
        }
        target = handle.release();
    });
}

size_t picker_evaluation_group_count(const picker_evaluation* evaluation) {
    return evaluation == nullptr ? 0 : evaluation->groups.size();
}

const char* picker_evaluation_group_name(const picker_evaluation* evaluation, size_t index) {
    return index >= picker_evaluation_group_count(evaluation) ? nullptr : evaluation->groups[index].first.c_str();
}

picker_status picker_evaluation_get(const picker_evaluation* evaluation, const char* group,
                                    picker_evaluation_result* result) {
    return guard([&] {
        const Evaluation& source = group_of(evaluation, group);
        check_out(result, "result");
        picker_evaluation_result filled;
        std::memset(&filled, 0, sizeof filled);
        filled.picks = source.picks;
        filled.truth = source.truth;
        filled.matched = source.matched;
        filled.duplicates = source.duplicates;
        filled.negatives = source.negatives;
        filled.precision = source.precision;
        filled.recall = source.recall;
        filled.f_beta = source.f_beta;
        filled.best_f = source.best_f;
        filled.best_threshold = source.best_threshold;
        filled.precision_at_best = source.precision_at_best;
        filled.recall_at_best = source.recall_at_best;
        filled.average_precision = source.average_precision;
        filled.average_precision_is_lower_bound = source.average_precision_is_lower_bound ? 1 : 0;
        filled.auroc = source.auroc;
        filled.offset_mean = source.offset_mean;
        filled.offset_median = source.offset_median;
        filled.offset_95 = source.offset_95;
        filled.mean_dx = source.mean_dx;
        filled.mean_dy = source.mean_dy;
        filled.radius = source.radius;
        write_struct(result, filled);
    });
}

picker_status picker_evaluation_curve(const double** out, size_t* count, const picker_evaluation* evaluation,
                                      const char* group, const char* column) {
    return guard([&] {
        if (out != nullptr) {
            *out = nullptr;
        }
        std::size_t& length = required(count, "count");
        length = 0;
        const double*& target = required(out, "out");
        const Curve& curve = group_of(evaluation, group).curve;
        const std::string name = string_of(column, "column");
        const std::pair<const char*, const std::vector<double>*> columns[] = {
            {"threshold", &curve.threshold},
            {"precision", &curve.precision},
            {"recall", &curve.recall},
            {"f_beta", &curve.f_beta},
            {"false_positive_rate", &curve.false_positive_rate},
            {"picked_fraction", &curve.picked_fraction}};
        for (const auto& [label, values] : columns) {
            if (name == label) {
                target = values->data();
                length = values->size();
                return;
            }
        }
        fail(Status::not_found, "a curve has no column '", name,
             "'; the columns are threshold, precision, recall, f_beta, false_positive_rate, picked_fraction");
    });
}

void picker_evaluation_free(picker_evaluation* evaluation) {
    delete evaluation;
}
