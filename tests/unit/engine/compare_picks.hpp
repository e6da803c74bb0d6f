// Picks of one model at two places: how far they may differ, and that they do not differ by more.
#pragma once

#include "models/model.hpp"
#include "picking/run.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace compare {

// docs/devices.md: a score may differ by this much, a coordinate by this share of the diameter, and of the picks this
// share may be on one side alone (their scores are near the threshold, or two near each other change places).
inline constexpr double most_score = 1e-3, most_distance = 0.05, most_unlike = 0.01;

inline picker::SimulatedMicrograph simulated(std::uint64_t index) {
    picker::SimulationOptions options;
    options.width = 900;
    options.height = 700;
    options.pixel_size = 4.0;
    options.diameter = 180.0;
    options.particles = 60;
    options.snr = 0.1;
    options.seed = 5;
    return picker::Simulator(options).make(index);
}

inline void same_picks(const picker::Picks& a, const picker::Picks& b, double diameter) { // pixels
    DOCTEST_REQUIRE(a.size() > 20);
    std::size_t unlike = 0;
    const auto lone = [&](const picker::Picks& here, const picker::Picks& there) {
        for (std::size_t i = 0; i < here.size(); ++i) {
            bool found = false;
            for (std::size_t k = 0; k < there.size() && !found; ++k) {
                found = std::hypot(here.x[i] - there.x[k], here.y[i] - there.y[k]) <= most_distance * diameter &&
                        std::abs(here.score[i] - there.score[k]) <= most_score;
            }
            unlike += found ? 0 : 1;
        }
    };
    lone(a, b);
    lone(b, a);
    DOCTEST_CHECK(static_cast<double>(unlike) <= most_unlike * static_cast<double>(a.size() + b.size()));
}

inline void scorers_agree(const picker::Scorer& here, const picker::Scorer& there) {
    picker::WorkerPool pool(2, [&here] { here.prepare_thread(); });
    for (const std::uint64_t index : {0, 1}) {
        const picker::SimulatedMicrograph sample = simulated(index);
        picker::PickSettings settings;
        settings.diameter = sample.diameter;
        settings.threshold = 0.1;
        const picker::Picks a = picker::pick(here, sample.micrograph, settings, nullptr, pool);
        same_picks(a, picker::pick(there, sample.micrograph, settings, nullptr, pool),
                   sample.diameter / sample.micrograph.pixel_size);
    }
}

} // namespace compare
