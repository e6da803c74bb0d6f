// Evaluation of many micrographs together: matching each, pooling counts, candidates and offsets (metrics.hpp).
#include "evaluation/metrics.hpp"

#include "core/error.hpp"
#include "core/quantile.hpp"
#include "evaluation/curve.hpp"
#include "evaluation/neighbours.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <optional>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Pool { // over micrographs
    std::vector<Candidate> candidates;
    std::vector<double> offsets; // of matched picks, pixels of the options' radius
    double dx = 0.0, dy = 0.0;   // sums
    double places = 0.0;         // discs (boxes) that fit the area
};

void check(const EvaluationItem& item, std::size_t index) {
    if (item.predicted == nullptr || item.truth == nullptr) {
        fail(Status::invalid_argument, "micrograph ", index + 1, " to evaluate has no ",
             item.predicted == nullptr ? "picks" : "truth", "; give an empty list where there are none");
    }
    if (!(item.radius_scale > 0.0) || !std::isfinite(item.radius_scale) || item.width < 0 || item.height < 0) {
        fail(Status::invalid_argument, "micrograph ", index + 1, " to evaluate is ", item.width, " x ", item.height,
             " pixels with radius scale ", item.radius_scale,
             "; sizes must not be negative and the scale must be above 0");
    }
    check_coordinates(*item.predicted, "pick");
    check_coordinates(*item.truth, "true particle");
}

void add_item(Evaluation& result, Pool& pool, const EvaluationItem& item, const EvaluationOptions& options) {
    const Picks &predicted = *item.predicted, &truth = *item.truth;
    const Neighbours neighbours(truth, options.match, item.radius_scale);
    const std::vector<std::size_t> order = order_by_score(predicted);

    std::vector<int> truth_of_pick = match_greedy(predicted, order, neighbours);
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        pool.candidates.push_back({predicted.score[i], truth_of_pick[i] >= 0});
    }
    std::vector<std::size_t> kept;
    for (const std::size_t i : order) {
        if (!options.has_threshold || predicted.score[i] >= options.threshold) {
            kept.push_back(i);
        }
    }
    // Greedy pairs of the best scores do not depend on the rest, so cutting afterwards is the same as before.
    if (options.match.rule == MatchRule::optimal) {
        truth_of_pick = match_optimal(predicted, kept, neighbours);
    }
    result.picks += static_cast<std::int64_t>(kept.size());
    result.truth += static_cast<std::int64_t>(truth.size());
    for (const std::size_t i : kept) {
        if (truth_of_pick[i] >= 0) {
            const auto t = static_cast<std::size_t>(truth_of_pick[i]);
            const double dx = (predicted.x[i] - truth.x[t]) / item.radius_scale;
            const double dy = (predicted.y[i] - truth.y[t]) / item.radius_scale;
            pool.offsets.push_back(std::hypot(dx, dy));
            pool.dx += dx;
            pool.dy += dy;
            ++result.matched;
        } else { // all truths that it could take are taken: it stays alone under either rule only then
            bool near_truth = false;
            neighbours.visit(predicted.x[i], predicted.y[i], [&](std::size_t, double) { near_truth = true; });
            result.duplicates += near_truth ? 1 : 0;
        }
    }
    const double side =
        (options.match.shape == MatchShape::disc ? options.match.radius : options.match.box_size) * item.radius_scale;
    const double place = (options.match.shape == MatchShape::disc ? std::numbers::pi : 1.0) * side * side;
    pool.places += static_cast<double>(item.width) * static_cast<double>(item.height) / place;
}

void set_offsets(Evaluation& result, Pool& pool) {
    if (pool.offsets.empty()) {
        result.offset_mean = result.offset_median = result.offset_95 = result.mean_dx = result.mean_dy = nan;
        return;
    }
    const double count = static_cast<double>(pool.offsets.size());
    std::sort(pool.offsets.begin(), pool.offsets.end());
    result.offset_mean = std::accumulate(pool.offsets.begin(), pool.offsets.end(), 0.0) / count;
    result.offset_median = quantile(pool.offsets, 0.5);
    result.offset_95 = quantile(pool.offsets, 0.95);
    result.mean_dx = pool.dx / count;
    result.mean_dy = pool.dy / count;
}

std::optional<double> number(const std::string& value) {
    double parsed = 0.0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, parsed);
    return error == std::errc() && stop == end && std::isfinite(parsed) ? std::optional(parsed) : std::nullopt;
}

struct GroupOrder {
    bool operator()(const std::string& a, const std::string& b) const {
        const std::optional<double> left = number(a), right = number(b);
        if (left.has_value() != right.has_value()) {
            return left.has_value();
        }
        return left && *left != *right ? *left < *right : a < b;
    }
};

} // namespace

Evaluation evaluate(const std::vector<EvaluationItem>& items, const EvaluationOptions& options) {
    check_match_options(options.match);
    if (!(options.beta > 0.0) || !std::isfinite(options.beta)) {
        fail(Status::invalid_argument, "beta of the F-score is ", options.beta, "; it must be above 0 (1 is usual)");
    }
    if (options.has_threshold && std::isnan(options.threshold)) {
        fail(Status::invalid_argument, "the score threshold is not a number; leave it out to use every pick");
    }
    Evaluation result;
    result.radius = match_radius(options.match);
    Pool pool;
    for (std::size_t i = 0; i < items.size(); ++i) {
        check(items[i], i);
        add_item(result, pool, items[i], options);
    }
    result.precision = ratio(static_cast<double>(result.matched), static_cast<double>(result.picks));
    result.recall = ratio(static_cast<double>(result.matched), static_cast<double>(result.truth));
    result.f_beta = f_score(result.precision, result.recall, options.beta);
    set_offsets(result, pool);

    const std::int64_t misses =
        std::count_if(pool.candidates.begin(), pool.candidates.end(), [](const Candidate& c) { return !c.hit; });
    const double most = 1e15; // beyond any micrograph, and still exact as an integer
    const auto places = static_cast<std::int64_t>(std::min(pool.places, most));
    result.negatives = std::max(places - result.truth, misses);
    set_curve(result, std::move(pool.candidates), options.beta);
    return result;
}

std::vector<std::pair<std::string, Evaluation>> evaluate_by_group(const std::vector<EvaluationItem>& items,
                                                                  const EvaluationOptions& options) {
    std::map<std::string, std::vector<EvaluationItem>, GroupOrder> groups;
    for (const EvaluationItem& item : items) {
        groups[item.group].push_back(item);
    }
    std::vector<std::pair<std::string, Evaluation>> results;
    results.reserve(groups.size());
    for (const auto& [value, members] : groups) {
        results.emplace_back(value, evaluate(members, options));
    }
    return results;
}

} // namespace picker
