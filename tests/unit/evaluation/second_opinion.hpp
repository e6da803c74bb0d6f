// A second implementation of matching and metrics, as plain as can be: no cell list, no one-pass curve, no potentials.
#pragma once

#include "core/picks.hpp"
#include "core/random.hpp"
#include "evaluation/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace second {

using picker::MatchOptions;
using picker::MatchShape;
using picker::Picks;

inline double distance(const Picks& a, std::size_t i, const Picks& b, std::size_t j) {
    return std::sqrt((a.x[i] - b.x[j]) * (a.x[i] - b.x[j]) + (a.y[i] - b.y[j]) * (a.y[i] - b.y[j]));
}

inline bool allowed(const Picks& a, std::size_t i, const Picks& b, std::size_t j, const MatchOptions& options) {
    if (options.shape == MatchShape::disc) {
        return distance(a, i, b, j) <= options.radius;
    }
    const double s = options.box_size; // overlap of the intervals [c - s/2, c + s/2] along each axis
    const auto overlap = [&](double p, double q) {
        return std::max(0.0, std::min(p, q) + s / 2 - (std::max(p, q) - s / 2));
    };
    const double common = overlap(a.x[i], b.x[j]) * overlap(a.y[i], b.y[j]);
    return common / (s * s + s * s - common) >= options.iou;
}

// Every pair of every remaining pick and truth is looked at, each time, to find the next choice.
inline std::vector<int> greedy(const Picks& picks, const Picks& truth, const MatchOptions& options) {
    std::vector<int> result(picks.size(), -1);
    std::vector<bool> chose(picks.size(), false), taken(truth.size(), false);
    for (std::size_t turn = 0; turn < picks.size(); ++turn) {
        std::size_t next = picks.size();
        for (std::size_t i = 0; i < picks.size(); ++i) {
            if (!chose[i] &&
                (next == picks.size() || picks.score[i] > picks.score[next] ||
                 (picks.score[i] == picks.score[next] &&
                  std::make_pair(picks.y[i], picks.x[i]) < std::make_pair(picks.y[next], picks.x[next])))) {
                next = i;
            }
        }
        chose[next] = true;
        for (std::size_t j = 0; j < truth.size(); ++j) {
            if (!taken[j] && allowed(picks, next, truth, j, options) &&
                (result[next] < 0 || distance(picks, next, truth, j) <
                                         distance(picks, next, truth, static_cast<std::size_t>(result[next])))) {
                result[next] = static_cast<int>(j);
            }
        }
        if (result[next] >= 0) {
            taken[static_cast<std::size_t>(result[next])] = true;
        }
    }
    return result;
}

// Number of pairs, then sum of distances, of the best of ALL one-to-one assignments.
inline std::pair<int, double> best_assignment(const Picks& picks, const Picks& truth, const MatchOptions& options) {
    std::pair<int, double> best{0, 0.0};
    std::vector<bool> taken(truth.size(), false);
    std::function<void(std::size_t, int, double)> walk = [&](std::size_t i, int pairs, double sum) {
        if (i == picks.size()) {
            if (pairs > best.first || (pairs == best.first && sum < best.second)) {
                best = {pairs, sum};
            }
            return;
        }
        walk(i + 1, pairs, sum);
        for (std::size_t j = 0; j < truth.size(); ++j) {
            if (!taken[j] && allowed(picks, i, truth, j, options)) {
                taken[j] = true;
                walk(i + 1, pairs + 1, sum + distance(picks, i, truth, j));
                taken[j] = false;
            }
        }
    };
    walk(0, 0, 0.0);
    return best;
}

// The same by Bellman-Ford augmentation on a dense cost table, for sizes that enumeration cannot reach.
inline std::pair<int, double> best_by_augmentation(const Picks& picks, const Picks& truth,
                                                   const MatchOptions& options) {
    const std::size_t n = picks.size(), m = truth.size();
    std::vector<std::size_t> owner(m, n);
    std::vector<bool> seated(n, false);
    const double far = std::numeric_limits<double>::infinity();
    std::pair<int, double> total{0, 0.0};
    while (true) {
        std::vector<double> to_pick(n, far), to_truth(m, far);
        std::vector<std::size_t> from(m, n);
        for (std::size_t i = 0; i < n; ++i) {
            to_pick[i] = seated[i] ? far : 0.0;
        }
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = 0; j < m && to_pick[i] < far; ++j) {
                    if (owner[j] != i && allowed(picks, i, truth, j, options) &&
                        to_pick[i] + distance(picks, i, truth, j) < to_truth[j] - 1e-9) {
                        to_truth[j] = to_pick[i] + distance(picks, i, truth, j);
                        from[j] = i;
                        changed = true;
                        if (owner[j] < n) {
                            to_pick[owner[j]] = to_truth[j] - distance(picks, owner[j], truth, j);
                        }
                    }
                }
            }
        }
        std::size_t end = m;
        for (std::size_t j = 0; j < m; ++j) {
            if (owner[j] == n && to_truth[j] < far && (end == m || to_truth[j] < to_truth[end])) {
                end = j;
            }
        }
        if (end == m) {
            return total;
        }
        total.first += 1;
        total.second += to_truth[end];
        for (std::size_t j = end; j < m;) {
            const std::size_t i = from[j];
            std::size_t before = m;
            for (std::size_t k = 0; k < m; ++k) {
                before = owner[k] == i && k != j ? k : before;
            }
            owner[j] = i;
            seated[i] = true;
            j = before;
        }
    }
}

struct Point {
    double threshold, precision, recall, rate, fraction;
};

// The curve by a complete new matching of the picks that remain at every threshold.
inline std::vector<Point> curve(const std::vector<picker::EvaluationItem>& items, const MatchOptions& options,
                                double negatives) {
    std::set<double, std::greater<>> thresholds;
    for (const auto& item : items) {
        thresholds.insert(item.predicted->score.begin(), item.predicted->score.end());
    }
    std::vector<Point> points;
    for (const double threshold : thresholds) {
        double kept = 0, hits = 0, truth = 0;
        for (const auto& item : items) {
            Picks rest;
            for (std::size_t i = 0; i < item.predicted->size(); ++i) {
                if (item.predicted->score[i] >= threshold) {
                    rest.add(item.predicted->x[i], item.predicted->y[i], item.predicted->score[i]);
                }
            }
            const std::vector<int> pairs = greedy(rest, *item.truth, options);
            kept += static_cast<double>(rest.size());
            hits += static_cast<double>(std::count_if(pairs.begin(), pairs.end(), [](int t) { return t >= 0; }));
            truth += static_cast<double>(item.truth->size());
        }
        points.push_back({threshold, hits / kept, hits / truth, (kept - hits) / negatives, kept / truth});
    }
    return points;
}

inline Picks scatter(picker::Random& random, std::size_t count, double width, double height, int score_levels) {
    Picks picks;
    for (std::size_t i = 0; i < count; ++i) {
        const double score =
            score_levels > 0
                ? static_cast<double>(random.below(static_cast<std::uint64_t>(score_levels))) / score_levels
                : random.uniform();
        picks.add(random.uniform(0, width), random.uniform(0, height), score);
    }
    return picks;
}

} // namespace second
