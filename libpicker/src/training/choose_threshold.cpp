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

// The single best point of a curve over a few dozen particles is an accident: all thresholds whose F1 is within one
// standard error of the best are equally good, and the middle of them, in log odds, is the one to trust.
double middle_of_the_best(const Evaluation& evaluation) {
    const double best = evaluation.best_f;
    const double error =
        std::sqrt(best * (1.0 - best) / static_cast<double>(std::max<std::int64_t>(1, evaluation.truth)));
    const Curve& curve = evaluation.curve;
    double low = evaluation.best_threshold;
    double high = evaluation.best_threshold;
    for (std::size_t i = 0; i < curve.threshold.size(); ++i) {
        if (curve.f_beta[i] >= best - error && std::isfinite(curve.threshold[i])) {
            low = std::min(low, curve.threshold[i]);
            high = std::max(high, curve.threshold[i]);
        }
    }
    const auto odds = [](double p) {
        const double inside = std::clamp(p, 1e-6, 1.0 - 1e-6);
        return std::log(inside / (1.0 - inside));
    };
    const double middle = 1.0 / (1.0 + std::exp(-0.5 * (odds(low) + odds(high))));
    const double digits = middle < 0.99 ? 1e4 : 1e6; // scores have six decimals; down, so that no score is cut off
    return std::floor(middle * digits) / digits;
}

} // namespace

ChosenThreshold choose_threshold(const Model& model, std::unique_ptr<Network> network, const Dataset& dataset,
                                 WorkerPool& pool, const Control& control) {
    const Scorer scorer(model, std::move(network));
    const Meter meter(control, "validate", static_cast<std::int64_t>(dataset.items.size()));
    std::vector<Picks> picks(dataset.items.size());
    std::vector<EvaluationItem> items(dataset.items.size());
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        meter.at(static_cast<std::int64_t>(i), dataset.name(i).c_str());
        Micrograph micrograph = dataset.load(i);
        EvaluationItem& item = items[i];
        item.predicted = &picks[i];
        item.truth = &dataset.items[i].positives;
        item.width = micrograph.image.width;
        item.height = micrograph.image.height;
        item.radius_scale = 0.5 * dataset.items[i].diameter / micrograph.pixel_size;
        PickSettings settings;
        settings.diameter = dataset.items[i].diameter;
        settings.keep = 0.0;
        picks[i] = pick(scorer, std::move(micrograph), settings, nullptr, pool);
    }
    meter.at(static_cast<std::int64_t>(dataset.items.size()));
    EvaluationOptions options;
    options.match.radius = 1.0; // times radius_scale: half the diameter of each item
    const Evaluation evaluation = evaluate(items, options);
    options.has_threshold = true;
    options.threshold = middle_of_the_best(evaluation);
    return {options.threshold, evaluate(items, options).f_beta};
}

} // namespace picker
