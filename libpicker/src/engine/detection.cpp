// Outputs and losses of a detector (detection.hpp).
#include "engine/detection.hpp"

#include "engine/logistic.hpp"

#include <cmath>

namespace picker {
namespace {

constexpr double alpha = 0.25, gamma = 2.0;

} // namespace

float second_of_two(float first, float second) {
    return static_cast<float>(logistic(static_cast<double>(second) - first));
}

FocalLoss focal_loss(double logit, bool is_positive) {
    const double towards = is_positive ? logit : -logit; // the logit of what is true
    const double right = logistic(towards), wrong = logistic(-towards), log_right = log_logistic(towards);
    const double weight = is_positive ? alpha : 1.0 - alpha;
    const double loss = -weight * std::pow(wrong, gamma) * log_right;
    const double slope = weight * std::pow(wrong, gamma) * (gamma * right * log_right - wrong);
    return {loss, is_positive ? slope : -slope};
}

float CellOutputs::probability(std::size_t cell) const {
    if (outputs_ == 4 && values_[cells_ + cell] <= values_[cell]) {
        return std::isfinite(values_[cell]) ? 0.0F : values_[cell];
    }
    return static_cast<float>(logistic(static_cast<double>(values_[(outputs_ - 3) * cells_ + cell])));
}

float CellOutputs::offset(std::size_t output, std::size_t cell) const {
    return static_cast<float>(reach_ * std::tanh(static_cast<double>(values_[output * cells_ + cell])));
}

double CellOutputs::loss(std::size_t cell, const Label& label, double offset_weight, float* slopes) const {
    if (slopes != nullptr) {
        for (std::size_t output = 0; output < outputs_; ++output) {
            slopes[output * cells_ + cell] = 0.0F;
        }
    }
    if (label.particle < 0.0F) {
        return 0.0;
    }
    const bool particle = label.particle > 0.5F;
    double loss = 0.0;
    for (std::size_t output = 0; output + 2 < outputs_; ++output) { // the last logit is the particle's
        const FocalLoss focal = focal_loss(values_[output * cells_ + cell], particle == (output + 3 == outputs_));
        loss += focal.loss;
        if (slopes != nullptr) {
            slopes[output * cells_ + cell] = static_cast<float>(focal.slope);
        }
    }
    for (std::size_t axis = 0; particle && axis < 2; ++axis) {
        const std::size_t at = (outputs_ - 2 + axis) * cells_ + cell;
        const double bent = std::tanh(static_cast<double>(values_[at]));
        const double error = reach_ * bent - (axis == 0 ? label.x : label.y);
        loss += offset_weight * std::abs(error);
        if (slopes != nullptr && error != 0.0) {
            slopes[at] =
                static_cast<float>((error > 0.0 ? offset_weight : -offset_weight) * reach_ * (1 - bent * bent));
        }
    }
    return loss;
}

} // namespace picker
