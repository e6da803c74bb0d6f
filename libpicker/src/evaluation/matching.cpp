// Greedy matching, the presets and the checks of options (matching.hpp); optimal.cpp holds the other rule.
#include "evaluation/matching.hpp"

#include "core/error.hpp"
#include "evaluation/neighbours.hpp"

#include <limits>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double preset_length(const std::string& preset, const char* what, double length) {
    if (!(length > 0.0) || !std::isfinite(length)) {
        fail(Status::invalid_argument, "matching preset '", preset, "' needs the ", what, " in pixels, got ", length,
             "; give it, or use a matching radius in pixels");
    }
    return length;
}

} // namespace

void check_match_options(const MatchOptions& options) {
    if (options.shape == MatchShape::disc) {
        if (!(options.radius > 0.0) || !std::isfinite(options.radius)) {
            fail(Status::invalid_argument, "the matching radius is ", options.radius,
                 " pixels; it must be above 0 (half the particle diameter is usual)");
        }
        return;
    }
    if (!(options.box_size > 0.0) || !std::isfinite(options.box_size)) {
        fail(Status::invalid_argument, "the matching box is ", options.box_size, " pixels; it must be above 0");
    }
    if (!(options.iou > 0.0 && options.iou <= 1.0)) {
        fail(Status::invalid_argument, "the matching IoU is ", options.iou, "; it must be above 0 and at most 1");
    }
}

void check_coordinates(const Picks& picks, const char* kind) {
    for (std::size_t i = 0; i < picks.size(); ++i) {
        if (!std::isfinite(picks.x[i]) || !std::isfinite(picks.y[i])) {
            fail(Status::invalid_argument, kind, " ", i + 1, " of ", picks.size(), " lies at x ", picks.x[i], ", y ",
                 picks.y[i], "; remove it, or mend its coordinates");
        }
    }
}

double match_radius(const MatchOptions& options) {
    // Squares of side s shifted by d along an axis share (s - d) s of (s + d) s.
    return options.shape == MatchShape::disc ? options.radius
                                             : options.box_size * (1.0 - options.iou) / (1.0 + options.iou);
}

std::vector<int> match_greedy(const Picks& predicted, const std::vector<std::size_t>& order, const Neighbours& truth) {
    std::vector<int> truth_of_pick(predicted.size(), -1);
    std::vector<unsigned char> taken(truth.truths(), 0);
    for (const std::size_t pick : order) {
        double nearest = std::numeric_limits<double>::infinity();
        std::size_t best = truth.truths();
        truth.visit(predicted.x[pick], predicted.y[pick], [&](std::size_t t, double squared) {
            if (!taken[t] && (squared < nearest || (squared == nearest && t < best))) {
                nearest = squared;
                best = t;
            }
        });
        if (best < truth.truths()) {
            taken[best] = 1;
            truth_of_pick[pick] = static_cast<int>(best);
        }
    }
    return truth_of_pick;
}

Match match(const Picks& predicted, const Picks& truth, const MatchOptions& options) {
    check_match_options(options);
    check_coordinates(predicted, "pick");
    check_coordinates(truth, "true particle");
    const Neighbours neighbours(truth, options);
    const std::vector<std::size_t> order = order_by_score(predicted);
    Match result;
    result.truth_of_pick = options.rule == MatchRule::greedy ? match_greedy(predicted, order, neighbours)
                                                             : match_optimal(predicted, order, neighbours);
    result.distance.assign(predicted.size(), nan);
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        if (result.truth_of_pick[i] >= 0) {
            const auto t = static_cast<std::size_t>(result.truth_of_pick[i]);
            result.distance[i] = std::hypot(predicted.x[i] - truth.x[t], predicted.y[i] - truth.y[t]);
        }
    }
    return result;
}

std::vector<std::string> match_preset_names() {
    return {"half-diameter", "deeppicker", "parsed", "hydrapicker"};
}

MatchOptions match_preset(const std::string& name, double diameter, double window, double aperture) {
    MatchOptions options;
    if (name == "half-diameter") {
        options.radius = 0.5 * preset_length(name, "particle diameter", diameter);
    } else if (name == "deeppicker") {
        options.radius = 0.2 * preset_length(name, "window (the box cut around a particle)", window);
    } else if (name == "parsed") {
        options.radius = 0.3 * preset_length(name, "aperture", aperture);
    } else if (name == "hydrapicker") {
        // The paper scales micrographs until a particle is 21 pixels wide and gives it a box of 21: the box is the
        // diameter.
        options.shape = MatchShape::box;
        options.box_size = preset_length(name, "particle diameter", diameter);
        options.iou = 0.6;
    } else {
        std::string names;
        for (const std::string& known : match_preset_names()) {
            names += (names.empty() ? "" : ", ") + known;
        }
        fail(Status::not_found, "no matching preset is called '", name, "'; there are ", names);
    }
    return options;
}

} // namespace picker
