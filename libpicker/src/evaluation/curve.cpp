// PR and ROC curves in one pass over the candidates, best score first (curve.hpp).
#include "evaluation/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {
namespace {

// The rule that calls a candidate list cut (docs/evaluation.md): too many of its last candidates are still right.
constexpr std::size_t tail_divisor = 20; // the last 5 % ...
constexpr std::size_t tail_least = 20;   // ... but at least this many
constexpr double tail_precision = 0.2;
constexpr double complete_recall = 0.999;

bool before(const Candidate& a, const Candidate& b) { // best first, unscored last
    if (std::isnan(a.score) || std::isnan(b.score)) {
        return !std::isnan(a.score) && std::isnan(b.score);
    }
    return a.score > b.score;
}

bool looks_cut(const std::vector<Candidate>& sorted, double recall) {
    if (sorted.empty() || recall >= complete_recall) {
        return false;
    }
    const std::size_t tail = std::min(sorted.size(), std::max(tail_least, sorted.size() / tail_divisor));
    std::size_t start = sorted.size() - tail;
    while (start > 0 && !before(sorted[start - 1], sorted[start])) {
        --start; // equal scores have no order, so all of them count
    }
    const auto hits = std::count_if(sorted.begin() + static_cast<std::ptrdiff_t>(start), sorted.end(),
                                    [](const Candidate& c) { return c.hit; });
    return static_cast<double>(hits) > tail_precision * static_cast<double>(sorted.size() - start);
}

} // namespace

double ratio(double part, double whole) {
    return whole > 0.0 ? part / whole : 0.0;
}

double f_score(double precision, double recall, double beta) {
    const double square = beta * beta;
    return ratio((1.0 + square) * precision * recall, square * precision + recall);
}

void set_curve(Evaluation& result, std::vector<Candidate> candidates, double beta) {
    std::sort(candidates.begin(), candidates.end(), before);
    const double truth = static_cast<double>(result.truth), negatives = static_cast<double>(result.negatives);
    Curve& curve = result.curve;
    double hits = 0.0, last_recall = 0.0, last_rate = 0.0, area = 0.0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        hits += candidates[i].hit ? 1.0 : 0.0;
        if (i + 1 < candidates.size() && !before(candidates[i], candidates[i + 1])) {
            continue; // the point stands after the last of equal scores
        }
        const double kept = static_cast<double>(i + 1);
        const double precision = hits / kept, recall = ratio(hits, truth), rate = ratio(kept - hits, negatives);
        const double f = f_score(precision, recall, beta);
        if (curve.f_beta.empty() || f > result.best_f) {
            result.best_f = f;
            result.best_threshold = candidates[i].score;
            result.precision_at_best = precision;
            result.recall_at_best = recall;
        }
        result.average_precision += precision * (recall - last_recall);
        area += (rate - last_rate) * (recall + last_recall) / 2.0;
        last_recall = recall;
        last_rate = rate;
        curve.threshold.push_back(candidates[i].score);
        curve.precision.push_back(precision);
        curve.recall.push_back(recall);
        curve.f_beta.push_back(f);
        curve.false_positive_rate.push_back(rate);
        curve.picked_fraction.push_back(ratio(kept, truth));
    }
    area += (1.0 - last_rate) * (1.0 + last_recall) / 2.0;
    result.auroc = result.truth > 0 ? area : std::numeric_limits<double>::quiet_NaN();
    result.average_precision_is_lower_bound = result.truth > 0 && looks_cut(candidates, last_recall);
}

double precision_at_recall(const Curve& curve, double recall) {
    double best = 0.0;
    for (std::size_t i = 0; i < curve.recall.size(); ++i) {
        if (curve.recall[i] >= recall) {
            best = std::max(best, curve.precision[i]);
        }
    }
    return best;
}

double recall_at_precision(const Curve& curve, double precision) {
    double best = 0.0;
    for (std::size_t i = 0; i < curve.precision.size(); ++i) {
        if (curve.precision[i] >= precision) {
            best = std::max(best, curve.recall[i]);
        }
    }
    return best;
}

} // namespace picker
