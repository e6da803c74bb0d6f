// The logistic function and its logarithm, for logits of any size.
#pragma once

#include <algorithm>
#include <cmath>

namespace picker {

template <typename Real> Real logistic(Real x) {
    const Real e = std::exp(-std::abs(x)); // never overflows
    return x >= Real{0} ? Real{1} / (Real{1} + e) : e / (Real{1} + e);
}

// log(logistic(x))
inline double log_logistic(double x) {
    return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x)));
}

} // namespace picker
