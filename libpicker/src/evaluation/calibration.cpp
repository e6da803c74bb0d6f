// Calibration of scores (calibration.hpp).
#include "evaluation/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {
namespace {

struct Block {
    double score = 0.0, hits = 0.0, count = 0.0;                 // score: sum
    double rate() const { return (hits + 0.5) / (count + 1.0); } // never 0 or 1
};

Block joined(const Block& a, const Block& b) {
    return {a.score + b.score, a.hits + b.hits, a.count + b.count};
}

bool rises(std::span<const double> values) {
    return std::adjacent_find(values.begin(), values.end(), [](double a, double b) { return !(a < b); }) ==
           values.end();
}

} // namespace

double Calibration::operator()(double score) const {
    if (empty()) {
        return score;
    }
    const auto above = std::upper_bound(scores.begin() + 1, scores.end() - 1, score);
    const auto i = static_cast<std::size_t>(above - scores.begin());
    const double share = (score - scores[i - 1]) / (scores[i] - scores[i - 1]);
    return std::clamp(probabilities[i - 1] + share * (probabilities[i] - probabilities[i - 1]), 0.0, 1.0);
}

bool is_sound(const Calibration& calibration) {
    const auto& [scores, probabilities] = calibration;
    const auto spans = [](const std::vector<double>& values) {
        return values.size() >= 2 && values.front() == 0.0 && values.back() == 1.0 && rises(values);
    };
    return (scores.empty() && probabilities.empty()) ||
           (scores.size() == probabilities.size() && spans(scores) && spans(probabilities));
}

Calibration fit_calibration(std::vector<std::pair<double, bool>> candidates, std::size_t least) {
    std::sort(candidates.begin(), candidates.end());
    std::vector<Block> blocks;
    Block open;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        open = joined(open, {candidates[i].first, candidates[i].second ? 1.0 : 0.0, 1.0});
        const bool tie = i + 1 < candidates.size() && candidates[i + 1].first == candidates[i].first;
        if (tie || (open.count < static_cast<double>(least) && i + 1 < candidates.size())) {
            continue;
        }
        blocks.push_back(std::exchange(open, {}));
        while (blocks.size() > 1 && (blocks[blocks.size() - 2].rate() >= blocks.back().rate() ||
                                     blocks.back().count < static_cast<double>(least))) {
            const Block last = blocks.back();
            blocks.pop_back();
            blocks.back() = joined(blocks.back(), last);
        }
    }
    Calibration out{{0.0}, {0.0}};
    for (const Block& block : blocks) {
        const double score = block.score / block.count;
        if (score > out.scores.back() && score < 1.0) {
            out.scores.push_back(score);
            out.probabilities.push_back(block.rate());
        }
    }
    out.scores.push_back(1.0);
    out.probabilities.push_back(1.0);
    const bool any = std::any_of(candidates.begin(), candidates.end(), [](const auto& one) { return one.second; });
    return any && out.scores.size() >= 4 && is_sound(out) ? out : Calibration{};
}

OddsFactor expecting(std::span<const double> probabilities, double expected) {
    constexpr double most = 1000.0;
    double low = -std::log(most), high = std::log(most); // of the logarithm; the sum rises with it
    if (probabilities.empty()) {
        return {};
    }
    for (int step = 0; step < 60; ++step) {
        const double middle = 0.5 * (low + high);
        const OddsFactor factor{std::exp(middle)};
        double sum = 0.0;
        for (const double probability : probabilities) {
            sum += factor(probability);
        }
        (sum < expected ? low : high) = middle;
    }
    return {std::exp(0.5 * (low + high))};
}

double threshold_of_best_f1(std::span<const double> probabilities) {
    double all = 0.0, found = 0.0, best = 0.0;
    for (const double probability : probabilities) {
        all += probability;
    }
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        found += probabilities[i];
        best = std::max(best, 2.0 * found / (static_cast<double>(i + 1) + all));
    }
    return 0.5 * best;
}

double threshold_of_false_share(std::span<const double> probabilities, double share) {
    double threshold = std::numeric_limits<double>::infinity(), wrong = 0.0;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        wrong += 1.0 - probabilities[i];
        if (wrong <= share * static_cast<double>(i + 1)) {
            threshold = probabilities[i];
        }
    }
    return threshold;
}

} // namespace picker
