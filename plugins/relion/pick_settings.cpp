// Parameters of picking as the library's options (parameters.hpp).
#include "arguments.hpp"
#include "parameters.hpp"

#include <limits>

namespace relion {

picker_pick_options pick_options_of(const Parameters& parameters) {
    auto options = libpicker::make<picker_pick_options>();
    constexpr double huge = 1e9;
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    const auto flag = [&](const char* label, double highest, const char* wanted, std::int32_t& given, double& target) {
        given = parameters.number(label, 0, highest, wanted, target) ? 1 : 0;
    };
    if (parameters.text("diameter") == "auto") {
        options.diameter_rule = PICKER_DIAMETER_AUTO;
    } else {
        parameters.above_zero("diameter", "angstrom, above 0, or auto", options.diameter);
    }
    parameters.number("pixel_size", 0.05, 100, "angstrom per pixel, from 0.05 to 100", options.pixel_size);
    parameters.above_zero("aperture", "angstrom, above 0", options.aperture);
    parameters.above_zero("overlap_distance", "angstrom, above 0", options.overlap_distance);
    if (parameters.text("threshold") == "auto") {
        options.threshold_rule = PICKER_THRESHOLD_AUTO;
    } else {
        flag("threshold", 1, "a score from 0 to 1, or auto", options.has_threshold, options.threshold);
    }
    if (parameters.above_zero("fdr", "a share of false picks between 0 and 1", options.fdr) && !(options.fdr < 1)) {
        throw cli::UsageError("parameter 'fdr' needs a share of false picks between 0 and 1, such as 0.1");
    }
    parameters.above_zero("expect", "a number of particles, above 0", options.expect);
    options.invert = parameters.has("invert") ? 1 : 0;
    flag("keep", 1, "a score from 0 to 1", options.has_keep, options.keep);
    flag("min_distance", huge, "angstrom, 0 or more", options.has_min_distance, options.min_distance);
    flag("edge", huge, "angstrom, 0 or more", options.has_edge, options.edge);
    parameters.whole("top_per_micrograph", 1, most, options.top);
    parameters.whole("step", 1, most, options.step);
    // What is off is 1 in the library's enums, its other words follow; 0 is the default.
    options.clean = parameters.word("clean", {"off", "paper", "lua"}, 1);
    options.extreme_pixels = parameters.word("extreme_pixels", {"off", "paper", "lua"}, 1);
    options.carbon = parameters.word("carbon", {"off", "on"}, 1);
    options.overlaps = parameters.word("overlaps", {"keep", "drop"}, 0);
    if (parameters.has("overlap_distance") && options.overlaps != PICKER_OVERLAPS_DROP) {
        throw cli::UsageError("parameter 'overlap_distance' belongs to 'overlaps' with the value drop");
    }
    if (parameters.has("deviation")) {
        options.has_deviation = 1;
        const std::string given = parameters.text("deviation");
        const auto parts = cli::split(given, ',');
        if (given != "off") {
            options.deviation_low = parts.size() == 2 ? cli::parse_number(parts[0], "parameter 'deviation'") : -1;
            options.deviation_high = parts.size() == 2 ? cli::parse_number(parts[1], "parameter 'deviation'") : -1;
            if (options.deviation_low < 0 || !(options.deviation_high > options.deviation_low)) {
                throw cli::UsageError("parameter 'deviation' needs LOW,HIGH with 0 <= LOW < HIGH, or off, not '" +
                                      given + "'");
            }
        }
    }
    options.head = parameters.borrowed("head");
    return options;
}

} // namespace relion
