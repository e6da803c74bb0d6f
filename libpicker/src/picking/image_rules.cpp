// Candidates judged by the micrograph (image_rules.hpp).
#include "picking/image_rules.hpp"

#include "core/error.hpp"
#include "picking/carbon.hpp"
#include "picking/window_measures.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// A flat micrograph has no unit for deviations: nothing in it is a particle.
double ratio(double deviation, double median) {
    return median > 0.0 ? deviation / median : 0.0;
}

} // namespace

std::vector<Verdict> judge(const Image& micrograph, const std::string& name, const Picks& candidates,
                           const SelectRules& rules, double keep, const ImageRules& image_rules) {
    std::vector<Verdict> verdicts(candidates.size(), Verdict::good);
    if (!image_rules.any() || micrograph.empty()) {
        return verdicts;
    }
    if (statistics(micrograph).nonfinite > 0) {
        fail(Status::bad_file, name, " has pixels that are NaN or infinite; its windows cannot be measured");
    }
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!(candidates.score[i] < keep) && place_verdict(candidates.x[i], candidates.y[i], micrograph.width,
                                                           micrograph.height, rules) == Verdict::good) {
            rows.push_back(i);
        }
    }
    if (image_rules.carbon != CarbonRule::off) {
        const CarbonEdges edges(micrograph, image_rules.diameter);
        for (const std::size_t i : rows) {
            if (edges.near(candidates.x[i], candidates.y[i], image_rules.window / 2.0)) {
                verdicts[i] = Verdict::carbon;
            }
        }
    }
    if (!image_rules.deviation.is_off()) {
        const WindowDeviations deviations(micrograph, std::max(1, static_cast<int>(std::lround(image_rules.window))));
        const double median = deviations.median();
        for (const std::size_t i : rows) {
            const double value = ratio(deviations.at(candidates.x[i], candidates.y[i]), median);
            if (verdicts[i] == Verdict::good && !image_rules.deviation.holds(value)) {
                verdicts[i] = Verdict::deviation;
            }
        }
    }
    if (image_rules.extreme != ExtremeRule::off) {
        const ExtremePixels extreme(micrograph, image_rules.window, image_rules.binning, image_rules.extreme);
        std::vector<int> counts, of_picks;
        for (const std::size_t i : rows) {
            counts.push_back(extreme.at(candidates.x[i], candidates.y[i]));
            if (!(candidates.score[i] < rules.threshold)) {
                of_picks.push_back(counts.back());
            }
        }
        const double limit = extreme_limit(of_picks);
        for (std::size_t n = 0; n < rows.size(); ++n) {
            if (verdicts[rows[n]] == Verdict::good && !of_picks.empty() && counts[n] > limit) {
                verdicts[rows[n]] = Verdict::extreme_pixels;
            }
        }
    }
    return verdicts;
}

} // namespace picker
