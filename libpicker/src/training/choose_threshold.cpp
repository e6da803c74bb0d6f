// The default threshold by picking and evaluating (choose_threshold.hpp).
#include "training/choose_threshold.hpp"

#include "evaluation/metrics.hpp"
#include "picking/run.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace picker {
namespace {

// Every threshold between the best point's score and the next lower one gives the best F-score. The middle of that gap,
// in log odds, is as far as can be from the particles above and the rest below. (Averaging over all thresholds within a
// standard error of the best was tried inside the training parts of two real sets and gained nothing.)
double middle_of_the_best(const Evaluation& evaluation) {
    const Curve& curve = evaluation.curve;
    const double high = evaluation.best_threshold;
    double low = high;
    for (const double threshold : curve.threshold) { // best first
        if (std::isfinite(threshold) && threshold < high) {
            low = threshold;
            break;
        }
    }
    const auto odds = [](double p) {
        const double inside = std::clamp(p, 1e-7, 1.0 - 1e-7);
        return std::log(inside / (1.0 - inside));
    };
    const double middle = 1.0 / (1.0 + std::exp(-0.5 * (odds(low) + odds(high))));
    return std::min(middle, high); // rounding must not cut the best point off
}

// The particles that picking can find.
Picks unmasked(const Picks& particles, const ExclusionMask* mask, const Image& image) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < particles.size(); ++i) {
        if (mask == nullptr || !mask->excludes(particles.x[i], particles.y[i], image.width, image.height)) {
            rows.push_back(i);
        }
    }
    return particles.subset(rows);
}

// What the scores of `picks` mean, which become probabilities; the model's own calibration where there are too few.
Calibration calibrate(const Model& model, std::vector<Picks>& picks, const std::vector<EvaluationItem>& items) {
    std::vector<std::pair<double, bool>> candidates;
    for (const EvaluationItem& item : items) {
        MatchOptions options;
        options.radius = item.radius_scale;
        const Match found = match(*item.predicted, *item.truth, options);
        for (std::size_t i = 0; i < found.truth_of_pick.size(); ++i) {
            candidates.emplace_back(item.predicted->score[i], found.truth_of_pick[i] >= 0);
        }
    }
    Calibration calibration = fit_calibration(std::move(candidates));
    if (calibration.empty()) {
        calibration = model.spec.calibration;
    }
    for (Picks& some : picks) {
        std::transform(some.score.begin(), some.score.end(), some.score.begin(), calibration);
    }
    return calibration;
}

Model without_calibration(Model model) {
    model.spec.calibration = {};
    model.spec.automatic_threshold = false;
    return model;
}

} // namespace

ChosenThreshold choose_threshold(const Model& model, std::unique_ptr<Network> network, const Dataset& dataset,
                                 double beta, WorkerPool& pool, const Control& control) {
    const bool calibrates = model.spec.training.calibrates;
    const Scorer scorer(calibrates ? without_calibration(model) : model, std::move(network));
    const Meter meter(control, "validate", static_cast<std::int64_t>(dataset.items.size()));
    std::vector<Picks> picks(dataset.items.size());
    std::vector<Picks> truth(dataset.items.size());
    std::vector<EvaluationItem> items(dataset.items.size());
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        meter.at(static_cast<std::int64_t>(i), dataset.name(i).c_str());
        Micrograph micrograph = dataset.load(i);
        EvaluationItem& item = items[i];
        item.predicted = &picks[i];
        const std::shared_ptr<const ExclusionMask> mask = dataset.load_mask(i);
        truth[i] = unmasked(dataset.items[i].positives, mask.get(), micrograph.image);
        item.truth = &truth[i];
        item.width = micrograph.image.width;
        item.height = micrograph.image.height;
        item.radius_scale = 0.5 * dataset.items[i].diameter / micrograph.pixel_size;
        PickSettings settings;
        settings.diameter = dataset.items[i].diameter;
        settings.keep = 0.0;
        picks[i] = pick(scorer, std::move(micrograph), settings, mask.get(), pool);
    }
    meter.at(static_cast<std::int64_t>(dataset.items.size()));
    ChosenThreshold chosen;
    if (calibrates) {
        chosen.calibration = calibrate(model, picks, items);
    }
    EvaluationOptions options;
    options.match.radius = 1.0; // times radius_scale: half the diameter of each item
    options.beta = beta;
    const Evaluation evaluation = evaluate(items, options);
    options.beta = 1.0;
    options.has_threshold = true;
    options.threshold = middle_of_the_best(evaluation);
    chosen.threshold = options.threshold;
    chosen.f1 = evaluate(items, options).f_beta;
    return chosen;
}

} // namespace picker
