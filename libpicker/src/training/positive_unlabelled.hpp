// Learning from positives and unlabelled samples: the non-negative risk estimator of R. Kiryo, G. Niu, M. C. du Plessis
// and M. Sugiyama, "Positive-unlabeled learning with non-negative risk estimator", NIPS 2017 (nnPU).
//
// With the share `prior` of positives among unlabelled samples and the loss l(score, label), the risk of a batch is
//   prior * mean_P l(1)  +  max(0, mean_U l(0) - prior * mean_P l(0)).
// The second part estimates the loss on the true negatives, which nobody has labelled. A network that is flexible
// enough drives it below zero by learning the labelled positives by heart; the step is then taken back.
#pragma once

#include <cstddef>

namespace picker {

struct PuRisk {
    double positive = 0.0; // prior * mean_P l(1)
    double negative = 0.0; // mean_U l(0) - prior * mean_P l(0)
    double total() const { return positive + (negative > 0.0 ? negative : 0.0); }
};

// What one sample's loss counts in the risk of a batch with so many positives and unlabelled samples.
struct PuWeights {
    float positive = 0.0F;             // a positive, with the label 1
    float positive_as_negative = 0.0F; // a positive, with the label 0: below zero
    float unlabelled = 0.0F;           // an unlabelled sample, with the label 0
};
PuWeights pu_weights(double prior, std::size_t positives, std::size_t unlabelled);

} // namespace picker
