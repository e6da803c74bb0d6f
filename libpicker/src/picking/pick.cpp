// Picking one micrograph, and the rules applied again to a score map (run.hpp, plan.hpp).
#include "core/error.hpp"
#include "picking/cells.hpp"
#include "picking/clean.hpp"
#include "picking/plan.hpp"
#include "picking/stopwatch.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace picker {
namespace {

constexpr double particle_window = 1.2; // diameters, of the rules that look at windows, where the model has none

void check_score(const std::optional<double>& value, const char* what) {
    if (value && !(*value >= 0.0 && *value <= 1.0)) {
        fail(Status::invalid_argument, "the ", what, " is ", *value, "; scores are probabilities, give 0 to 1");
    }
}

void check_probabilities(const ModelSpec& spec, const char* what) {
    if (spec.calibration.empty()) {
        fail(Status::unsupported, what, " needs scores that are probabilities, and those of this model (",
             spec.architecture, ") are not; give a threshold, or use the model \"general\" or one trained from it");
    }
}

// A threshold that follows from the scores takes the place of a given one, and needs scores that mean something.
void check_label_free(const ModelSpec& spec, const PickSettings& settings) {
    if (settings.expected) {
        if (!(*settings.expected > 0.0) || !std::isfinite(*settings.expected)) {
            fail(Status::invalid_argument, "the expected number of particles is ", *settings.expected,
                 "; give the particles of a micrograph, above 0");
        }
        check_probabilities(spec, "an expected number of particles");
    }
    if (settings.automatic_threshold && settings.false_share) {
        fail(Status::invalid_argument,
             "an automatic threshold and a share of false picks are both asked for; give one");
    }
    if (!settings.automatic_threshold && !settings.false_share) {
        return;
    }
    if (settings.threshold) {
        fail(Status::invalid_argument, "a threshold of ", *settings.threshold,
             " is given beside one that follows from the scores; give one of them");
    }
    if (settings.false_share && !(*settings.false_share > 0.0 && *settings.false_share < 1.0)) {
        fail(Status::invalid_argument, "the share of false picks is ", *settings.false_share,
             "; give a number between 0 and 1, such as 0.1");
    }
    check_probabilities(spec, "a threshold without labels");
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

ImageRules image_rules(const ModelSpec& spec, const PickSettings& settings) {
    ImageRules rules;
    rules.carbon = settings.carbon;
    rules.deviation = settings.deviation.value_or(DeviationRange{spec.deviation_low, spec.deviation_high});
    rules.extreme = settings.extreme_pixels;
    if (!(rules.deviation.low >= 0.0) || !(rules.deviation.high >= rules.deviation.low) ||
        !std::isfinite(rules.deviation.high)) {
        fail(Status::invalid_argument, "the range of deviations is ", rules.deviation.low, " to ", rules.deviation.high,
             "; give two numbers of 0 or more, the lower one first, in units of the micrograph's median deviation");
    }
    return rules;
}

Picks peaks_of(const ScoreMap& map, const PickPlan& plan) {
    if (plan.peak_rule == PeakRule::two_pass_box) {
        return find_box_peaks(map, {plan.first_range, plan.second_range, plan.rules.threshold});
    }
    if (plan.peak_rule == PeakRule::blobs) {
        return find_blob_picks(map, plan.blobs);
    }
    if (plan.peak_rule == PeakRule::cells) {
        return find_cell_picks(map);
    }
    PeakOptions options;
    options.window = plan.peak_window;
    return map.maxima ? find_peaks(map, *map.maxima, options) : find_peaks(map, options);
}

// The peaks that have no pixel within `reach` of them among those taken out.
Picks not_near(const Picks& peaks, const ScoreMap& map, const std::vector<std::uint8_t>& taken_out, int reach) {
    std::vector<std::size_t> rows;
    const Image& scores = map.scores;
    for (std::size_t i = 0; i < peaks.size(); ++i) {
        const int x = static_cast<int>(std::lround((peaks.x[i] - map.origin_x) / map.step_x));
        const int y = static_cast<int>(std::lround((peaks.y[i] - map.origin_y) / map.step_y));
        bool free = true;
        for (int qy = std::max(0, y - reach); qy <= std::min(scores.height - 1, y + reach); ++qy) {
            for (int qx = std::max(0, x - reach); qx <= std::min(scores.width - 1, x + reach); ++qx) {
                free = free && taken_out[scores.index(qx, qy)] == 0;
            }
        }
        if (free) {
            rows.push_back(i);
        }
    }
    return peaks.subset(rows);
}

} // namespace

double default_min_distance(const ModelSpec& spec, double diameter, double pixel_size) {
    return spec.min_distance * window_length(spec, diameter, pixel_size);
}

PickPlan plan_picks(const ModelSpec& spec, const PickSettings& settings, double diameter, double pixel_size,
                    const ExclusionMask* mask) {
    check_score(settings.threshold, "threshold");
    check_score(settings.keep, "lowest score to keep");
    if (settings.top_per_micrograph < 0 || settings.top < 0) {
        fail(Status::invalid_argument, "the number of best picks is negative; give 0 for all, or more");
    }
    const double window = window_length(spec, diameter, pixel_size);
    PickPlan plan;
    plan.calibration = spec.calibration;
    check_label_free(spec, settings);
    plan.false_share = settings.false_share;
    plan.expected = settings.expected;
    plan.automatic =
        settings.automatic_threshold || (spec.automatic_threshold && !settings.threshold && !settings.false_share);
    plan.given_keep = settings.keep;
    plan.rules.threshold = plan.settles() ? 0.0 : settings.threshold.value_or(spec.default_threshold);
    plan.keep = plan.settles() ? 0.0 : settings.keep.value_or(plan.rules.threshold);
    if (plan.keep > plan.rules.threshold) {
        fail(Status::invalid_argument, "the lowest score to keep, ", plan.keep, ", is above the threshold, ",
             plan.rules.threshold, "; keep at most the threshold");
    }
    plan.rules.min_distance = length_in_pixels(settings.min_distance, default_min_distance(spec, diameter, pixel_size),
                                               pixel_size, "minimum distance");
    plan.rules.edge = length_in_pixels(settings.edge, 0.0, pixel_size, "edge");
    plan.rules.top = settings.top_per_micrograph;
    plan.rules.mask = mask;
    plan.rules.overlap_score = plan.rules.threshold;
    if (settings.drop_overlaps) {
        const std::optional<double> given =
            settings.overlap_distance != 0.0 ? std::optional(settings.overlap_distance) : std::nullopt;
        plan.rules.overlap_distance =
            length_in_pixels(given, diameter, pixel_size, "distance of overlapping particles");
    }
    plan.peak_rule = spec.peak_rule;
    plan.peak_window = spec.peak_window * window;
    plan.first_range = spec.first_range * window;
    plan.second_range = spec.second_range * window;
    plan.blobs.aperture = length_in_pixels(settings.aperture, spec.aperture * diameter, pixel_size, "aperture");
    plan.blobs.enhance = spec.enhance;
    if (settings.aperture && spec.peak_rule != PeakRule::blobs) {
        fail(Status::invalid_argument, "an aperture is given, but ", spec.architecture,
             " does not look for blobs; leave it out, or use a model of parsed");
    }
    plan.clean = settings.clean;
    plan.image = image_rules(spec, settings);
    plan.image.diameter = diameter;
    // A segmenter's window is what one pixel depends on, a detector's the box; neither shows a particle and its rim.
    plan.image.window = spec.padded || spec.patch_rule == PatchRule::whole ? particle_window * diameter : window;
    plan.image.binning = std::max(1, static_cast<int>(std::lround(diameter / spec.recipe.diameter_pixels)));
    return plan;
}

bool needs_micrograph(const ModelSpec& spec, const PickSettings& settings) {
    return image_rules(spec, settings).any();
}

Picks find_candidates(const ScoreMap& map, const PickPlan& plan, std::size_t* cleaned) {
    Picks candidates;
    const std::vector<std::uint8_t> taken_out = cleaned_pixels(map.scores, plan.clean);
    if (taken_out.empty()) {
        candidates = peaks_of(map, plan);
    } else {
        ScoreMap rest = map;
        for (std::size_t i = 0; i < taken_out.size(); ++i) {
            rest.scores.pixels[i] = taken_out[i] != 0 ? 0.0F : rest.scores.pixels[i];
        }
        // The slopes of what was taken out are no particles: a maximum that touches it goes too.
        candidates = not_near(peaks_of(rest, plan), rest, taken_out, 1);
        if (cleaned != nullptr) {
            const Picks all = peaks_of(map, plan);
            *cleaned = all.size() - not_near(all, map, taken_out, 0).size();
        }
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        candidates.x[i] = rounded(candidates.x[i]);
        candidates.y[i] = rounded(candidates.y[i]);
        candidates.score[i] = rounded_score(plan.calibration(candidates.score[i]));
    }
    candidates.sort_by_score();
    return candidates;
}

namespace {

// The candidates that keep their distance to better ones, away from edge and mask, whatever their score.
Picks apart_from_each_other(const PickPlan& plan, const Picks& candidates, const Place& place) {
    SelectRules rules = plan.rules;
    rules.threshold = 0.0;
    rules.top = 0;
    return select_picks(candidates, place.width, place.height, rules);
}

// Scores with what is known of the number of particles in them; their order stays.
void put_in_expectation(Picks& candidates, const PickPlan& plan, const Place& place) {
    const OddsFactor moved = expecting(apart_from_each_other(plan, candidates, place).score, *plan.expected);
    for (double& score : candidates.score) {
        score = rounded_score(moved(score));
    }
}

} // namespace

PickPlan settle_threshold(PickPlan plan, const Picks& candidates, const Place& place) {
    constexpr double least = 0.3; // of an automatic threshold: where there are no particles, no F1 is worth aiming at
    if (!plan.settles()) {
        return plan;
    }
    const Picks apart = apart_from_each_other(plan, candidates, place);
    plan.rules.threshold = plan.automatic ? std::max(least, threshold_of_best_f1(apart.score))
                                          : std::min(1.0, threshold_of_false_share(apart.score, *plan.false_share));
    plan.rules.overlap_score = plan.rules.threshold;
    plan.keep = std::min(plan.given_keep.value_or(plan.rules.threshold), plan.rules.threshold);
    return plan;
}

Picks apply_rules(const Picks& candidates, const Place& place, const PickPlan& given, RemovedCounts* removed,
                  double* threshold) {
    Picks sorted = candidates;
    sorted.sort_by_score();
    if (given.expected) {
        put_in_expectation(sorted, given, place);
    }
    const PickPlan plan = settle_threshold(given, sorted, place);
    if (threshold != nullptr) {
        *threshold = plan.rules.threshold;
    }
    SelectRules rules = plan.rules;
    std::vector<Verdict> verdicts;
    if (plan.image.any()) {
        if (place.micrograph == nullptr) {
            fail(Status::mismatch, "the rules for carbon, deviation and extreme pixels look at the micrograph, which ",
                 place.name,
                 " does not hold; turn them off, score the micrograph again with these rules, or pick "
                 "from files");
        }
        verdicts = judge(*place.micrograph, place.name, sorted, plan.rules, plan.keep, plan.image);
        rules.verdicts = &verdicts;
    }
    if (removed != nullptr) {
        select_picks(sorted, place.width, place.height, rules, removed);
    }
    // A pick's fate depends on better ones only, so the picks at the threshold are the first rows of these.
    rules.threshold = plan.keep;
    return select_picks(sorted, place.width, place.height, rules);
}

Picks pick_from_scores(const Model& model, const ScoreMap& map, const PickSettings& settings, const ExclusionMask* mask,
                       Picks* candidates, RemovedCounts* removed) {
    if (settings.diameter > 0.0 && map.pixel_size > 0.0 &&
        std::abs(settings.diameter / map.pixel_size - map.diameter) > 1e-3 * map.diameter) {
        fail(Status::mismatch, "the score map was made for a particle of ", map.diameter * map.pixel_size,
             " angstrom, not ", settings.diameter, "; score the micrograph again for another diameter");
    }
    const PickPlan plan = plan_picks(model.spec, settings, map.diameter, map.pixel_size, mask);
    std::size_t cleaned = 0;
    const Picks found = find_candidates(map, plan, &cleaned);
    Picks picks = apply_rules(found, {map.width, map.height, map.micrograph.get(), "the score map"}, plan, removed);
    if (removed != nullptr) {
        removed->clean = cleaned;
    }
    if (candidates != nullptr) {
        *candidates = found;
    }
    return picks;
}

Picks pick(const Scorer& scorer, Micrograph micrograph, const PickSettings& settings, const ExclusionMask* mask,
           WorkerPool& pool, Picks* candidates, RemovedCounts* removed, StageTimes* times,
           const std::function<void()>& poll) {
    const InputMicrograph input{micrograph.name, micrograph.name, micrograph.name, 0.0, {}, {}, {}};
    micrograph.pixel_size = resolve_pixel_size(settings.pixel_size, input, micrograph.pixel_size);
    const double diameter = pick_diameter(scorer.model(), settings) / micrograph.pixel_size;
    plan_picks(scorer.model().spec, settings, diameter, micrograph.pixel_size, mask); // wrong settings fail at once
    if (settings.invert) {
        invert(micrograph.image);
    }
    std::shared_ptr<const Image> pixels;
    if (needs_micrograph(scorer.model().spec, settings)) {
        pixels = std::make_shared<const Image>(micrograph.image);
    }
    ScoreMap map = scorer.score(std::move(micrograph), diameter, &pool, times, poll);
    map.micrograph = std::move(pixels);
    const Stopwatch watch;
    Picks picks = pick_from_scores(scorer.model(), map, settings, mask, candidates, removed);
    if (times != nullptr) {
        times->peaks += watch.seconds();
    }
    return picks;
}

} // namespace picker
