// What a curve of support against diameter says (diameter.hpp).
#include "core/error.hpp"
#include "picking/diameter.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr double fewest_particles = 8.0; // promised by all micrographs together
constexpr double least_certainty = 0.55; // mean probability of the picks; in noise it is about .5, of those above .3
constexpr double within = 0.8;           // of the largest support: the range of diameters that is told
constexpr double far_factor = 1.6;       // diameters that are another one, and not nearly the same
constexpr double flattest = 0.97;        // support there, of the largest
constexpr double agreement_factor = 1.3; // of a micrograph's own peak and the common one
// What a peak lies below the particle's longest axis, on simulations (docs/benchmarks.md).
constexpr double to_longest_axis = 1.18;

struct Peak {
    std::size_t index = 0;
    double diameter = 0.0; // between the steps
};

// The largest value, and the maximum of the parabola through its logarithm and those beside it.
Peak peak_of(const std::vector<DiameterStep>& curve, const std::vector<double>& values) {
    Peak peak;
    peak.index = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
    const std::size_t i = peak.index;
    peak.diameter = curve[i].diameter;
    if (i > 0 && i + 1 < values.size() && values[i - 1] > 0.0 && values[i + 1] > 0.0) {
        const double left = std::log(values[i - 1] / values[i]);
        const double right = std::log(values[i + 1] / values[i]);
        if (left + right < 0.0) {
            peak.diameter *= std::pow(curve[i + 1].diameter / curve[i].diameter, 0.5 * (left - right) / (left + right));
        }
    }
    return peak;
}

// Where the support, between the steps a power of the diameter, falls to `level` on the way from the peak.
double edge_of(const std::vector<DiameterStep>& curve, std::size_t peak, int direction, double level) {
    std::size_t i = peak;
    while ((direction < 0 ? i > 0 : i + 1 < curve.size()) && curve[i].support >= level) {
        i = direction < 0 ? i - 1 : i + 1;
    }
    if (curve[i].support >= level) {
        return curve[i].diameter; // the end of the range
    }
    const DiameterStep& inside = direction < 0 ? curve[i + 1] : curve[i - 1];
    const double fall = std::log(inside.support / std::max(curve[i].support, 1e-3 * level));
    const double part = fall > 0.0 ? std::log(inside.support / level) / fall : 0.0;
    return inside.diameter * std::pow(curve[i].diameter / inside.diameter, part);
}

std::string number(double value) {
    return std::to_string(static_cast<long>(std::lround(value)));
}

std::string why(const DiameterProposal& p, const DiameterStep& best, double elsewhere) {
    switch (p.doubt) {
    case DiameterDoubt::none:
        break;
    case DiameterDoubt::no_particles:
        return text("hardly any particles are promised: at best ", number(best.promised), " among ", number(best.picks),
                    " candidates");
    case DiameterDoubt::at_smallest_end:
        return "the support is largest at the smallest diameter tried, so that the true one may be smaller, or what is "
               "seen is noise";
    case DiameterDoubt::at_largest_end:
        return "the support is largest at the largest diameter tried, so that the true one may be larger";
    case DiameterDoubt::flat:
        return "other diameters have " + number(100.0 * elsewhere) + " % of its support";
    case DiameterDoubt::disagreement: {
        std::string all;
        for (const double own : p.own) {
            all += (all.empty() ? "" : ", ") + (own > 0.0 ? number(own) + " A" : std::string("nothing"));
        }
        return "the micrographs by themselves give " + all;
    }
    }
    return "";
}

} // namespace

const char* name_of(DiameterDoubt doubt) {
    switch (doubt) {
    case DiameterDoubt::none:
        return "none";
    case DiameterDoubt::no_particles:
        return "no_particles";
    case DiameterDoubt::at_smallest_end:
        return "at_smallest_end";
    case DiameterDoubt::at_largest_end:
        return "at_largest_end";
    case DiameterDoubt::flat:
        return "flat";
    case DiameterDoubt::disagreement:
        return "disagreement";
    }
    return "";
}

void judge_curve(DiameterProposal& p) {
    std::vector<double> support;
    for (const DiameterStep& step : p.curve) {
        support.push_back(step.support);
    }
    const Peak peak = peak_of(p.curve, support);
    const DiameterStep& best = p.curve[peak.index];
    const std::size_t micrographs = best.supports.size();
    std::size_t agreeing = 0;
    for (std::size_t m = 0; m < micrographs; ++m) {
        for (std::size_t i = 0; i < p.curve.size(); ++i) {
            support[i] = p.curve[i].supports[m];
        }
        const Peak own = peak_of(p.curve, support);
        const bool any = support[own.index] > 0.0;
        p.own.push_back(any ? to_longest_axis * own.diameter : 0.0);
        const double ratio = own.diameter / peak.diameter;
        agreeing += any && ratio < agreement_factor && ratio > 1.0 / agreement_factor ? 1 : 0;
    }
    double elsewhere = 0.0; // of the largest support, at other diameters
    for (const DiameterStep& step : p.curve) {
        const double ratio = step.diameter / peak.diameter;
        if (ratio >= far_factor || ratio <= 1.0 / far_factor) {
            elsewhere = std::max(elsewhere, step.support / std::max(best.support, 1e-300));
        }
    }
    const double agreement = static_cast<double>(agreeing) / static_cast<double>(std::max<std::size_t>(1, micrographs));
    const double certainty = best.picks > 0.0 ? best.promised / best.picks : 0.0;
    if (best.promised < fewest_particles || certainty < least_certainty) {
        p.doubt = DiameterDoubt::no_particles;
    } else if (peak.index == 0) {
        p.doubt = DiameterDoubt::at_smallest_end;
    } else if (peak.index + 1 == p.curve.size()) {
        p.doubt = DiameterDoubt::at_largest_end;
    } else if (elsewhere > flattest) {
        p.doubt = DiameterDoubt::flat;
    } else if (agreement <= 0.5) {
        p.doubt = DiameterDoubt::disagreement;
    } else {
        p.doubt = DiameterDoubt::none;
    }
    if (p.doubt != DiameterDoubt::no_particles) {
        // Whole angstrom, as people type it: a run that is given the same number is the same run.
        p.diameter = std::round(to_longest_axis * peak.diameter);
        p.low = std::min(p.diameter, to_longest_axis * edge_of(p.curve, peak.index, -1, within * best.support));
        p.high = std::max(p.diameter, to_longest_axis * edge_of(p.curve, peak.index, 1, within * best.support));
        p.confidence = std::max(0.0, 1.0 - elsewhere) * agreement * certainty;
    }
    const std::string looked =
        text("; looked at ", micrographs, micrographs == 1 ? " micrograph" : " micrographs", ", from ",
             number(p.curve.front().diameter), " to ", number(p.curve.back().diameter), " A");
    if (p.is_sure()) {
        p.text = text(number(p.diameter), " A (", number(p.low), " to ", number(p.high), "), confidence ",
                      number(100.0 * p.confidence), " %", looked);
    } else {
        p.text = text("no diameter can be proposed: ", why(p, best, elsewhere),
                      p.diameter > 0.0 ? text(" (best guess: ", number(p.diameter), " A)") : std::string(), looked);
    }
}

nlohmann::json to_json(const DiameterProposal& p) {
    nlohmann::json curve = nlohmann::json::array();
    for (const DiameterStep& step : p.curve) {
        curve.push_back({{"diameter", step.diameter},
                         {"picks", step.picks},
                         {"promised", step.promised},
                         {"support", step.support},
                         {"supports", step.supports}});
    }
    nlohmann::json micrographs = nlohmann::json::array();
    for (std::size_t i = 0; i < p.micrographs.size(); ++i) {
        micrographs.push_back({{"micrograph", p.micrographs[i]}, {"diameter", p.own[i]}});
    }
    return {{"diameter", p.diameter},     {"low", p.low},        {"high", p.high},
            {"confidence", p.confidence}, {"sure", p.is_sure()}, {"doubt", name_of(p.doubt)},
            {"micrographs", micrographs}, {"curve", curve},      {"text", p.text}};
}

} // namespace picker
