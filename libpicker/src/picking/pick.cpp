// Picking one micrograph, and the rules applied again to a score map (run.hpp, plan.hpp).
#include "core/error.hpp"
#include "picking/plan.hpp"
#include "picking/stopwatch.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace picker {
namespace {

void check_score(const std::optional<double>& value, const char* what) {
    if (value && !(*value >= 0.0 && *value <= 1.0)) {
        fail(Status::invalid_argument, "the ", what, " is ", *value, "; scores are probabilities, give 0 to 1");
    }
}

double length_in_pixels(const std::optional<double>& angstrom, double fallback, double pixel_size, const char* what) {
    if (!angstrom) {
        return fallback;
    }
    if (!(*angstrom >= 0.0) || !std::isfinite(*angstrom)) {
        fail(Status::invalid_argument, "the ", what, " is ", *angstrom, " angstrom; give 0 or more");
    }
    if (*angstrom == 0.0) {
        return 0.0;
    }
    if (!(pixel_size > 0.0)) {
        fail(Status::invalid_argument, "the ", what,
             " is in angstrom, but the pixel size is not known; give the pixel size");
    }
    return *angstrom / pixel_size;
}

// What a STAR file can hold, so that candidates read back from one are the same numbers: coordinates have six decimals,
// scores as many digits as single precision needs.
double rounded(double value) {
    return std::round(value * 1e6) / 1e6;
}

double rounded_score(double value) {
    std::array<char, 48> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<float>(value)).ptr;
    double result = value;
    std::from_chars(buffer.data(), end, result);
    return result;
}

} // namespace

double pick_diameter(const Model& model, const PickSettings& settings) {
    const double diameter = settings.diameter != 0.0 ? settings.diameter : model.diameter;
    if (!(diameter >= 0.0) || !std::isfinite(diameter)) {
        fail(Status::invalid_argument, "the particle diameter is ", diameter,
             " angstrom; give the particle's longest axis");
    }
    if (diameter == 0.0) {
        fail(Status::invalid_argument, "no particle diameter: the model was trained ",
             model.trained ? "on particles of several diameters" : "on none",
             "; give the diameter, the particle's longest axis in angstrom");
    }
    return diameter;
}

double default_min_distance(const ModelSpec& spec, double diameter) {
    return spec.min_distance * (spec.window_diameters * diameter);
}

PickPlan plan_picks(const ModelSpec& spec, const PickSettings& settings, double diameter, double pixel_size,
                    const ExclusionMask* mask) {
    check_score(settings.threshold, "threshold");
    check_score(settings.keep, "lowest score to keep");
    if (settings.top_per_micrograph < 0 || settings.top < 0) {
        fail(Status::invalid_argument, "the number of best picks is negative; give 0 for all, or more");
    }
    const double window = spec.window_diameters * diameter;
    PickPlan plan;
    plan.rules.threshold = settings.threshold.value_or(spec.default_threshold);
    plan.keep = settings.keep.value_or(plan.rules.threshold);
    if (plan.keep > plan.rules.threshold) {
        fail(Status::invalid_argument, "the lowest score to keep, ", plan.keep, ", is above the threshold, ",
             plan.rules.threshold, "; keep at most the threshold");
    }
    plan.rules.min_distance =
        length_in_pixels(settings.min_distance, default_min_distance(spec, diameter), pixel_size, "minimum distance");
    plan.rules.edge = length_in_pixels(settings.edge, 0.0, pixel_size, "edge");
    plan.rules.top = settings.top_per_micrograph;
    plan.rules.mask = mask;
    plan.peak_window = spec.peak_window * window;
    return plan;
}

Picks find_candidates(const ScoreMap& map, const PickPlan& plan) {
    PeakOptions options;
    options.window = plan.peak_window;
    Picks candidates = find_peaks(map, options);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        candidates.x[i] = rounded(candidates.x[i]);
        candidates.y[i] = rounded(candidates.y[i]);
        candidates.score[i] = rounded_score(candidates.score[i]);
    }
    candidates.sort_by_score();
    return candidates;
}

Picks apply_rules(const Picks& candidates, int width, int height, const PickPlan& plan, RemovedCounts* removed) {
    if (removed != nullptr) {
        select_picks(candidates, width, height, plan.rules, removed);
    }
    // A pick's fate depends on better ones only, so the picks at the threshold are the first rows of these.
    SelectRules rules = plan.rules;
    rules.threshold = plan.keep;
    return select_picks(candidates, width, height, rules);
}

Picks pick_from_scores(const Model& model, const ScoreMap& map, const PickSettings& settings, const ExclusionMask* mask,
                       Picks* candidates, RemovedCounts* removed) {
    if (settings.diameter > 0.0 && map.pixel_size > 0.0 &&
        std::abs(settings.diameter / map.pixel_size - map.diameter) > 1e-3 * map.diameter) {
        fail(Status::mismatch, "the score map was made for a particle of ", map.diameter * map.pixel_size,
             " angstrom, not ", settings.diameter, "; score the micrograph again for another diameter");
    }
    const PickPlan plan = plan_picks(model.spec, settings, map.diameter, map.pixel_size, mask);
    const Picks found = find_candidates(map, plan);
    Picks picks = apply_rules(found, map.width, map.height, plan, removed);
    if (candidates != nullptr) {
        *candidates = found;
    }
    return picks;
}

Picks pick(const Scorer& scorer, Micrograph micrograph, const PickSettings& settings, const ExclusionMask* mask,
           WorkerPool& pool, Picks* candidates, RemovedCounts* removed, StageTimes* times,
           const std::function<void()>& poll) {
    const InputMicrograph input{micrograph.name, micrograph.name, micrograph.name, 0.0, {}, {}};
    micrograph.pixel_size = resolve_pixel_size(settings.pixel_size, input, micrograph.pixel_size);
    const double diameter = pick_diameter(scorer.model(), settings) / micrograph.pixel_size;
    plan_picks(scorer.model().spec, settings, diameter, micrograph.pixel_size, mask); // wrong settings fail at once
    const ScoreMap map = scorer.score(std::move(micrograph), diameter, &pool, times, poll);
    const Stopwatch watch;
    Picks picks = pick_from_scores(scorer.model(), map, settings, mask, candidates, removed);
    if (times != nullptr) {
        times->peaks += watch.seconds();
    }
    return picks;
}

} // namespace picker
