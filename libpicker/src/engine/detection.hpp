// What the outputs of a detector mean, and what it learns by: for each cell of the image whether a particle belongs to
// it, and where that lies (HydraPicker 2019, sections 3.1 and 3.2).
#pragma once

#include "engine/network_spec.hpp"

#include <cstddef>
#include <span>

namespace picker {

// A centre lies at most so many cells from the middle of the cell that it belongs to, along each axis (the code's
// decoding; the paper names no bound).
inline constexpr double farthest_offset = 0.75;

// Of a network of three outputs: the logit of a particle, then the offset's x and y before their tanh. Of four: the
// logits of no particle and of a particle, then the offset.
class CellOutputs {
public:
    // `values`: all cells of the first output, then of the next.
    CellOutputs(const float* values, std::size_t cells, const NetworkSpec& spec)
        : values_(values), cells_(cells), outputs_(static_cast<std::size_t>(spec.layers.back().channels)),
          reach_(farthest_offset * cell_size(spec)) {}
    // 0 where the network has an output for no particle and that is the greater one: such a cell is no detection.
    float probability(std::size_t cell) const;
    float offset_x(std::size_t cell) const { return offset(outputs_ - 2, cell); } // pixels, from the cell's middle
    float offset_y(std::size_t cell) const { return offset(outputs_ - 1, cell); }

    struct Label {
        float particle = 0.0F;    // 1, 0, or negative: unknown, which costs nothing
        float x = 0.0F, y = 0.0F; // offset of a particle from the cell's middle, pixels
    };
    // Out of labels laid out as in TrainingShard.
    Label label(const float* labels, std::size_t cell) const {
        return {labels[cell], labels[cells_ + cell], labels[2 * cells_ + cell]};
    }
    // The loss of one cell: focal loss of its logits, and `offset_weight` times the absolute error of a particle's
    // offsets. `slopes` (laid out as the values) gets the derivatives; null: not wanted.
    double loss(std::size_t cell, const Label& label, double offset_weight, float* slopes) const;

private:
    float offset(std::size_t output, std::size_t cell) const;

    const float* values_;
    std::size_t cells_, outputs_;
    double reach_; // pixels
};

// Probability of the second of two classes, from their values before a softmax.
float second_of_two(float first, float second);

// Focal loss of one logit (Lin et al. 2017, alpha 1/4 and gamma 2, as in the code) and its derivative.
struct FocalLoss {
    double loss = 0.0, slope = 0.0;
};
FocalLoss focal_loss(double logit, bool is_positive);

} // namespace picker
