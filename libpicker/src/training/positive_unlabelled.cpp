// Weights of the non-negative risk (positive_unlabelled.hpp).
#include "training/positive_unlabelled.hpp"

#include <algorithm>

namespace picker {

PuWeights pu_weights(double prior, std::size_t positives, std::size_t unlabelled) {
    const double each_positive = prior / static_cast<double>(std::max<std::size_t>(1, positives));
    PuWeights weights;
    weights.positive = static_cast<float>(each_positive);
    weights.positive_as_negative = static_cast<float>(-each_positive);
    weights.unlabelled = static_cast<float>(1.0 / static_cast<double>(std::max<std::size_t>(1, unlabelled)));
    return weights;
}

} // namespace picker
