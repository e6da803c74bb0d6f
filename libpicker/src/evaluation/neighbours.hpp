// Inside the evaluation layer: which true particles a pick may take (a cell list), and the order in which picks choose.
#pragma once

#include "evaluation/matching.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace picker {

// The true particles of one micrograph in square cells, so that a pick looks at its surroundings only.
class Neighbours {
public:
    // `scale` multiplies the lengths of `options` (EvaluationItem.radius_scale). Keeps a reference to `truth`.
    Neighbours(const Picks& truth, const MatchOptions& options, double scale = 1.0);

    // Calls visit(truth index, squared centre distance) for each truth that a pick at (x, y) may take, in no set order.
    template <typename Visit> void visit(double x, double y, const Visit& visit_one) const {
        if (next_.empty()) {
            return;
        }
        const double margin = reach_ * (1.0 + 1e-9); // rounding must not lose a truth just on the border
        const std::size_t first_column = cell(x - margin, left_, columns_),
                          last_column = cell(x + margin, left_, columns_);
        const std::size_t first_row = cell(y - margin, top_, rows_), last_row = cell(y + margin, top_, rows_);
        for (std::size_t row = first_row; row <= last_row; ++row) {
            for (std::size_t i = next_[row * columns_ + first_column]; i < next_[row * columns_ + last_column + 1];
                 ++i) {
                const double dx = x - truth_.x[members_[i]], dy = y - truth_.y[members_[i]];
                if (allowed(dx, dy)) {
                    visit_one(members_[i], dx * dx + dy * dy);
                }
            }
        }
    }

    std::size_t truths() const { return truth_.size(); }

private:
    bool allowed(double dx, double dy) const {
        if (shape_ == MatchShape::disc) {
            return dx * dx + dy * dy <= reach_ * reach_;
        }
        const double width = box_ - std::abs(dx), height = box_ - std::abs(dy);
        if (width <= 0.0 || height <= 0.0) {
            return false;
        }
        const double common = width * height;
        return common >= iou_ * (2.0 * box_ * box_ - common);
    }
    std::size_t cell(double position, double origin, std::size_t count) const {
        const double at = (position - origin) / side_;
        return at > 0.0 ? static_cast<std::size_t>(std::fmin(at, static_cast<double>(count - 1))) : 0;
    }

    const Picks& truth_;
    MatchShape shape_;
    double reach_, box_, iou_;             // pixels, pixels, 1
    double left_ = 0, top_ = 0, side_ = 1; // of the grid, pixels
    std::size_t columns_ = 1, rows_ = 1;
    std::vector<std::size_t>
        next_; // cell c holds members_[next_[c]] .. members_[next_[c + 1] - 1]; empty without truth
    std::vector<std::size_t> members_;
};

// Rows in the order in which they choose: best score first, equal scores by y, then x; after them those without a score
// in the order of the file.
std::vector<std::size_t> order_by_score(const Picks& picks);

// The truth of each pick, -1 for none, for the picks listed in `order` only (the others get -1).
std::vector<int> match_greedy(const Picks& predicted, const std::vector<std::size_t>& order, const Neighbours& truth);
std::vector<int> match_optimal(const Picks& predicted, const std::vector<std::size_t>& order, const Neighbours& truth);

void check_match_options(const MatchOptions& options);
void check_coordinates(const Picks& picks, const char* kind); // Error where one is not a number; `kind` for the message

} // namespace picker
