// The cell list of true particles and the order of picks (neighbours.hpp).
#include "evaluation/neighbours.hpp"

#include <algorithm>
#include <numeric>

namespace picker {

Neighbours::Neighbours(const Picks& truth, const MatchOptions& options, double scale)
    : truth_(truth), shape_(options.shape), reach_(match_radius(options) * scale), box_(options.box_size * scale),
      iou_(options.iou) {
    if (truth.empty()) {
        return;
    }
    const auto [x_low, x_high] = std::minmax_element(truth.x.begin(), truth.x.end());
    const auto [y_low, y_high] = std::minmax_element(truth.y.begin(), truth.y.end());
    left_ = *x_low;
    top_ = *y_low;
    // Cells of one reach, but no more of them along a side than particles call for.
    const double most = std::ceil(2.0 * std::sqrt(static_cast<double>(truth.size())));
    const double extent = std::max(*x_high - left_, *y_high - top_);
    side_ = std::max(reach_, extent / most);
    if (!(side_ > 0.0)) {
        side_ = 1.0; // all in one place
    }
    columns_ = static_cast<std::size_t>(std::min(most, std::floor((*x_high - left_) / side_))) + 1;
    rows_ = static_cast<std::size_t>(std::min(most, std::floor((*y_high - top_) / side_))) + 1;

    std::vector<std::size_t> cells(truth.size());
    next_.assign(columns_ * rows_ + 1, 0);
    for (std::size_t i = 0; i < truth.size(); ++i) {
        cells[i] = cell(truth.y[i], top_, rows_) * columns_ + cell(truth.x[i], left_, columns_);
        ++next_[cells[i] + 1];
    }
    std::partial_sum(next_.begin(), next_.end(), next_.begin());
    members_.resize(truth.size());
    std::vector<std::size_t> fill(next_.begin(), next_.end() - 1);
    for (std::size_t i = 0; i < truth.size(); ++i) {
        members_[fill[cells[i]]++] = i;
    }
}

std::vector<std::size_t> order_by_score(const Picks& picks) {
    std::vector<std::size_t> order(picks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const bool a_scored = !std::isnan(picks.score[a]), b_scored = !std::isnan(picks.score[b]);
        if (!a_scored || !b_scored) {
            return a_scored && !b_scored;
        }
        if (picks.score[a] != picks.score[b]) {
            return picks.score[a] > picks.score[b];
        }
        if (picks.y[a] != picks.y[b]) {
            return picks.y[a] < picks.y[b];
        }
        return picks.x[a] < picks.x[b];
    });
    return order;
}

} // namespace picker
