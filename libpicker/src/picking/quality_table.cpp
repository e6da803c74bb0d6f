// quality.csv (quality_table.hpp).
#include "picking/quality_table.hpp"

#include "io/csv.hpp"
#include "io/picks_formats.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace picker {

std::vector<std::pair<const char*, double>> quality_numbers(const RunItem& item, double threshold) {
    constexpr double unknown = MicrographQuality::unknown;
    const bool done = is_done(item);
    const auto known = [&](double value) { return done ? value : unknown; };
    const MicrographQuality& quality = item.quality;
    return {{"picks", known(static_cast<double>(item.picks))},
            {"candidates", known(static_cast<double>(item.candidates))},
            {"threshold", known(item.threshold.value_or(threshold))},
            {"false_share", item.false_share.value_or(unknown)},
            {"score_10", quality.score_10},
            {"score_50", quality.score_50},
            {"score_90", quality.score_90},
            {"defocus", quality.defocus},
            {"thon_fit", quality.thon_fit},
            {"thon_limit", quality.thon_limit},
            {"thon_strength", quality.thon_strength},
            {"mean", quality.mean},
            {"deviation", quality.deviation},
            {"unevenness", quality.unevenness},
            {"foreign", quality.foreign},
            {"excluded", quality.excluded},
            {"width", item.width > 0 ? item.width : unknown},
            {"height", item.height > 0 ? item.height : unknown},
            {"pixel_size", item.pixel_size > 0.0 ? item.pixel_size : unknown}};
}

std::string quality_csv(const RunReport& report) {
    std::string out = "micrograph,status";
    for (const auto& [name, value] : quality_numbers(RunItem{}, 0.0)) {
        out += std::string(",") + name;
    }
    out += '\n';
    for (const RunItem& item : report.items) {
        out += csv_field(item.micrograph) + ',' + csv_field(is_done(item) ? "done" : item.status); // by whichever call
        for (const auto& [name, value] : quality_numbers(item, report.threshold)) {
            // Six digits are more than a measure of a micrograph is good for, and those of a count are exact.
            const bool whole = std::isfinite(value) && value == std::round(value) && std::abs(value) < 1e15;
            std::array<char, 32> digits{};
            const auto end =
                std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general, 6).ptr;
            out += ',';
            out += !std::isfinite(value) ? "" : whole ? shortest_number(value) : std::string(digits.data(), end);
        }
        out += '\n';
    }
    return out;
}

} // namespace picker
