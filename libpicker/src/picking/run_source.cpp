// Score maps and candidates of an earlier run as the source of a new one (run_files.hpp). What the candidates lack
// cannot come back, and picks made of the rest would be wrong without anybody noticing: such settings are refused.
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/micrograph_file.hpp"
#include "picking/plan.hpp"
#include "picking/run_files.hpp"
#include "signal/filter.hpp"

#include <cmath>

namespace picker {
namespace {

constexpr double tolerance = 1e-9; // relative; of lengths computed twice

class EarlierRun {
public:
    EarlierRun(const RunContext& run, const nlohmann::json& settings) : run_(run), settings_(settings) {}

    void check() const {
        const PickSettings& asked = run_.options.settings;
        const ModelSpec& spec = run_.model->spec;
        // With a threshold for each micrograph nobody knows what was left out.
        const double least =
            settings_.value("threshold", nlohmann::json()).is_string() ? 1.0 : number("threshold", 0.0);
        const double kept = number("keep", least);
        if (kept > run_.keep) {
            refuse(text("hold no score below ", kept, ", and ", run_.keep, " is asked for"));
        }
        const double earlier_distance =
            number("min_distance", default_min_distance(spec, number("diameter", run_.diameter), 1.0));
        const double distance = asked.min_distance.value_or(default_min_distance(spec, run_.diameter, 1.0));
        if (earlier_distance > distance * (1.0 + tolerance)) {
            refuse(text("were picked with a minimum distance of ", earlier_distance, " angstrom, and ", distance,
                        " is asked for"));
        }
        if (const double edge = number("edge", 0.0); edge > asked.edge.value_or(0.0) * (1.0 + tolerance)) {
            refuse(text("were picked with an edge of ", edge, " angstrom, and ", asked.edge.value_or(0.0),
                        " is asked for"));
        }
        if (const auto masks = settings_.find("masks");
            masks != settings_.end() && !masks->empty() && run_.masks.empty()) {
            refuse("were picked with a mask, and none is given");
        }
        // A factor on odds can be changed for another one, but the probabilities without it are not known.
        if (number("expect", 0.0) > 0.0 && !asked.expected) {
            refuse(text("were picked expecting ", number("expect", 0.0),
                        " particles per micrograph, and no number is given"));
        }
        check_filters(earlier_distance);
        for (const auto& [key, name] :
             {std::pair<const char*, const char*>{"top_per_micrograph", "of each micrograph"}, {"top", "of the run"}}) {
            if (const double top = number(key, 0.0); top > 0.0) {
                refuse(text("are only the best ", top, " ", name));
            }
        }
    }

private:
    // Filters of that run. Each may be asked for again, or in a stricter form, but not taken back.
    void check_filters(double earlier_distance) const {
        const PickPlan plan = plan_picks(run_.model->spec, run_.options.settings, run_.diameter, 1.0, nullptr);
        if (name("clean") != "off") {
            refuse("were picked from cleaned score maps");
        }
        if (name("overlaps") == "drop") {
            refuse("lack those that overlapped");
        }
        if (name("extreme_pixels") != "off") {
            refuse("lack those with extreme pixels");
        }
        if (name("carbon") != "off" && plan.image.carbon == CarbonRule::off) {
            refuse("lack those at carbon edges");
        }
        if (const auto range = settings_.find("deviation");
            range != settings_.end() && range->is_array() && range->size() == 2) {
            const DeviationRange earlier{range->at(0).get<double>(), range->at(1).get<double>()}; // as run.json has it
            const DeviationRange& asked = plan.image.deviation;
            if (asked.is_off() || asked.low < earlier.low || asked.high > earlier.high) {
                refuse(text("were picked with deviations of ", earlier.low, " to ", earlier.high,
                            ", and others are asked for"));
            }
        }
        if (plan.image.extreme != ExtremeRule::off &&
            (earlier_distance > 0.0 || settings_.contains("deviation") || name("carbon") != "off")) {
            refuse("are not all there were, so the usual number of extreme pixels cannot be told");
        }
        const double aperture = number("aperture", run_.model->spec.aperture *
                                                       number("diameter", run_.diameter)); // angstrom, as the plan's
        if (plan.peak_rule == PeakRule::blobs &&
            std::abs(aperture - plan.blobs.aperture) > tolerance * plan.blobs.aperture) {
            refuse(text("are blobs of an aperture of ", aperture, " angstrom, and ", plan.blobs.aperture,
                        " is asked for"));
        }
        if (plan.peak_rule == PeakRule::two_pass_box && number("threshold", 0.0) != run_.threshold) {
            refuse(text("are the maxima for a threshold of ", number("threshold", 0.0), ", and ", run_.threshold,
                        " is asked for"));
        }
    }
    std::string name(const char* key) const { return settings_.value(key, std::string("off")); }
    double number(const char* key, double fallback) const {
        const auto found = settings_.find(key);
        return found != settings_.end() && found->is_number() ? found->get<double>() : fallback;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        fail(Status::mismatch, "the candidates in ", run_.options.source_folder.string(), " ", what,
             "; pick the micrographs again with keep 0, minimum distance 0, no edge, mask, filters or best N, "
             "or start from score maps");
    }

    const RunContext& run_;
    const nlohmann::json& settings_;
};

// The pixels of a micrograph whose score map is of `item`'s size.
Image read_pixels(const std::filesystem::path& path, const RunItem& item) {
    Image image = read_micrograph(path).image;
    if (image.width != item.width || image.height != item.height) {
        fail(Status::mismatch, path.string(), " is ", image.width, " x ", image.height,
             " pixels, but its score map was made of ", item.width, " x ", item.height, "; score the micrograph again");
    }
    return image;
}

} // namespace

ScoreMap read_source(const RunContext& run, const InputMicrograph& input, RunItem& item) {
    ScoreMap map;
    const double given = run.options.settings.pixel_size;
    if (run.options.source == CandidateSource::score_map) {
        const std::filesystem::path file = source_file(run, input.stem);
        map = read_score_map(file);
        item.pixel_size = resolve_pixel_size(given, input, map.pixel_size);
        if (std::abs(run.diameter / item.pixel_size - map.diameter) > 1e-3 * map.diameter) {
            fail(Status::mismatch, file.string(), " was made for a particle of ", map.diameter * item.pixel_size,
                 " angstrom, not ", run.diameter, "; score the micrograph again");
        }
    } else {
        const ImageHeader header = read_image_header(input.path);
        map.width = header.width;
        map.height = header.height;
        item.pixel_size = resolve_pixel_size(given, input, header.pixel_size);
    }
    item.width = map.width;
    item.height = map.height;
    if (run.needs_micrograph) {
        Image pixels = read_pixels(input.path, item);
        if (run.options.settings.invert) {
            invert(pixels);
        }
        map.micrograph = std::make_shared<const Image>(std::move(pixels));
    }
    return map;
}

void check_candidate_source(const RunContext& run) {
    const std::filesystem::path file = run.options.source_folder / "run.json";
    std::error_code none;
    if (run.options.source != CandidateSource::candidates || !std::filesystem::is_regular_file(file, none)) {
        return; // coordinates from elsewhere: nothing is known of how they were made
    }
    const std::string text = read_whole(file);
    const auto record = nlohmann::json::parse(is_nested_deeper(text) ? std::string() : text, nullptr, false);
    if (record.is_object() && record.contains("settings") && record["settings"].is_object()) {
        EarlierRun(run, record["settings"]).check();
    }
}

} // namespace picker
