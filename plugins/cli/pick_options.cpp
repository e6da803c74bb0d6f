// The flags of picker pick, and the options that they mean.
#include "pick_parts.hpp"
#include "preflight.hpp"

#include <cmath>

namespace cli {
namespace {

// The library's default where the flag is not given; OFF is 1 in every enum, what follows are the other words.
std::int32_t rule(const Arguments& arguments, const std::string& flag, const std::vector<std::string>& words) {
    return arguments.has(flag) ? arguments.choice(flag, words) + 1 : 0;
}

void set_deviation(const Arguments& arguments, picker_pick_options& options) {
    if (!arguments.has("--deviation")) {
        return;
    }
    options.has_deviation = 1;
    const std::string given = arguments.text("--deviation");
    if (given == "off") {
        return; // both 0
    }
    const auto parts = split(given, ',');
    if (parts.size() != 2) {
        throw UsageError("picker pick: --deviation needs LOW,HIGH (such as 0.8,1.3) or off, not '" + given + "'");
    }
    options.deviation_low = parse_number(parts[0], "--deviation");
    options.deviation_high = parse_number(parts[1], "--deviation");
    if (options.deviation_low < 0 || !(options.deviation_high > options.deviation_low)) {
        throw UsageError("picker pick: --deviation needs LOW,HIGH with 0 <= LOW < HIGH, or off, not '" + given + "'");
    }
}

// A score, the word auto, or a share of false picks that takes its place.
void set_threshold(const Arguments& arguments, picker_pick_options& options) {
    arguments.not_together("--threshold", {"--fdr"});
    if (arguments.text("--threshold") == "auto") {
        options.threshold_rule = PICKER_THRESHOLD_AUTO;
    } else if (const auto threshold = arguments.score("--threshold")) {
        options.has_threshold = 1;
        options.threshold = *threshold;
    }
    if (const auto share = arguments.score("--fdr")) {
        if (!(*share > 0 && *share < 1)) {
            throw UsageError("picker pick: --fdr needs a share of false picks between 0 and 1, such as 0.1");
        }
        options.fdr = *share;
    }
}

} // namespace

picker_pick_options pick_options_of(const Arguments& arguments) {
    auto options = libpicker::make<picker_pick_options>();
    if (arguments.text("--diameter") == "auto") {
        arguments.not_together("--diameter", {"--score-maps", "--candidates"});
        options.diameter_rule = PICKER_DIAMETER_AUTO;
    } else {
        options.diameter = arguments.above_zero("--diameter").value_or(0);
    }
    options.pixel_size = arguments.number("--pixel-size").value_or(0);
    const auto set = [](const std::optional<double>& value, std::int32_t& has, double& target) {
        if (value) {
            has = 1;
            target = *value;
        }
    };
    set_threshold(arguments, options);
    set(arguments.score("--keep"), options.has_keep, options.keep);
    set(arguments.zero_or_more("--min-distance"), options.has_min_distance, options.min_distance);
    set(arguments.zero_or_more("--edge"), options.has_edge, options.edge);
    options.top = static_cast<int>(arguments.integer("--top-per-micrograph", 1).value_or(0));
    options.clean = rule(arguments, "--clean", {"off", "paper", "lua"});
    options.extreme_pixels = rule(arguments, "--extreme-pixels", {"off", "paper", "lua"});
    options.carbon = rule(arguments, "--carbon", {"off", "on"});
    options.overlaps = arguments.choice("--overlaps", {"keep", "drop"});
    options.overlap_distance = arguments.above_zero("--overlap-distance").value_or(0);
    if (arguments.has("--overlap-distance") && options.overlaps != PICKER_OVERLAPS_DROP) {
        throw UsageError("picker pick: --overlap-distance belongs to --overlaps drop");
    }
    set_deviation(arguments, options);
    options.expect = arguments.above_zero("--expect").value_or(0);
    options.invert = arguments.has("--invert") ? 1 : 0;
    options.step = static_cast<int>(arguments.integer("--step", 1).value_or(0));
    options.aperture = arguments.above_zero("--aperture").value_or(0.0);
    return options;
}

void set_shard(const Arguments& arguments, picker_run_options& options) {
    if (!arguments.has("--shard")) {
        return;
    }
    arguments.not_together("--shard", {"--overwrite"});
    const std::string given = arguments.text("--shard");
    const auto parts = split(given, '/');
    double index = -1, count = -1;
    if (parts.size() == 2) {
        index = parse_number(parts[0], "--shard");
        count = parse_number(parts[1], "--shard");
    }
    if (!(count >= 1 && count <= 100000 && index >= 0 && index <= count) || index != std::floor(index) ||
        count != std::floor(count)) {
        throw UsageError("picker pick: --shard needs I/N, one of 1/N to N/N or of 0/N to N-1/N, not '" + given +
                         "'; number the tasks of an array from 0 or 1");
    }
    options.shard = static_cast<std::int32_t>(index);
    options.shards = static_cast<std::int32_t>(count);
}

std::vector<Flag> pick_flags() {
    return {
        {"--model", Takes::one, "MODEL",
         "a trained model: MODEL.safetensors, or general, which needs no training (required, but with --rerun)"},
        {"--micrographs", Takes::many, "IN...",
         "files, folders, quoted globs, a STAR list, or - (required, or one of the next: --stream, --watch, --rerun)"},
        {"--stream", Takes::nothing, "",
         "pick the names that arrive on standard input, until it ends; a line of result for each"},
        {"--watch", Takes::one, "DIR", "pick the micrographs that appear in this folder, until --until or --idle"},
        {"--until", Takes::one, "FILE", "with --watch: end when this file exists"},
        {"--idle", Takes::one, "S", "with --watch: end when nothing has come or changed for so many seconds"},
        {"--rerun", Takes::one, "RUN.JSON",
         "repeat the run that this file tells of, with its model, settings and micrographs, into another --output"},
        {"--output", Takes::one, "DIR", "folder to write to (required)"},
        {"--diameter", Takes::one, "A",
         "longest axis of the particle; auto: found from three of the micrographs, for models whose scores are "
         "probabilities (see picker diameter) [as trained]"},
        {"--head", Takes::one, "NAME", "of a model with heads (hydrapicker), the one that picks [general]"},
        {"--aperture", Takes::one, "A",
         "diameter of the blobs that a segmenter's map shows (parsed), about half of --diameter [the model's]"},
        {"--step", Takes::one, "N", "working pixels between the places that are scored [the model's]"},
        {"--invert", Takes::nothing, "",
         "the micrographs have light particles on a dark ground (negative stain): negate them first"},
        {"--threshold", Takes::one, "T",
         "picks have this score or more; auto: what gives the best F1 by the probabilities of each micrograph, for "
         "models "
         "whose scores are probabilities [the model's]"},
        {"--fdr", Takes::one, "Q", "instead of a threshold: at most this share of false picks, by the probabilities"},
        {"--expect", Takes::one, "N",
         "particles that a micrograph has, about: moves its probabilities, and with them the threshold"},
        {"--keep", Takes::one, "T",
         "STEM.star keeps candidates down to this score, so that the threshold can be lowered later [the threshold]"},
        {"--edge", Takes::one, "A", "no pick nearer to the border [0]"},
        {"--min-distance", Takes::one, "A", "between picks; the better of two stays [the model's]"},
        {"--clean", Takes::one, "RULE",
         "take areas of the score map out that are too large for particles: paper, lua or off [off]"},
        {"--carbon", Takes::one, "RULE",
         "on: no pick nearer than half a window to the edge of the carbon film or another long edge; off [off]"},
        {"--deviation", Takes::one, "LOW,HIGH",
         "standard deviation of a pick's window, in units of the micrograph's median; off: any [the model's]"},
        {"--extreme-pixels", Takes::one, "RULE",
         "drop picks with unusually many extreme pixels: paper (both sides), lua (dark side) or off [off]"},
        {"--overlaps", Takes::one, "RULE", "keep, or drop both of two picks that overlap [keep]"},
        {"--overlap-distance", Takes::one, "A", "picks nearer than this overlap [the diameter]"},
        {"--mask", Takes::many, "IN...",
         "MRC, TIFF or PNG of any size; what is above half its maximum is excluded. Matched by name (STEM or "
         "STEM_mask); a single one of another name serves all"},
        {"--top", Takes::one, "N", "the best N of the whole run"},
        {"--top-per-micrograph", Takes::one, "N", "the best N of each micrograph"},
        {"--format", Takes::one, "LIST",
         "further files beside STEM.star: cbox, box, csv, cs, separated by commas [star]"},
        {"--box-size", Takes::one, "PX", "for .box and .cbox, in pixels [1.5 diameters]"},
        {"--draw", Takes::one, "DIR", "also STEM.png, each micrograph with its picks circled"},
        {"--save-score-maps", Takes::nothing, "", "also the score maps, as STEM.mrc"},
        {"--score-maps", Takes::one, "DIR", "make picks of score maps made before; no network runs"},
        {"--candidates", Takes::one, "DIR", "make picks of the STEM.star of an earlier run; no network runs"},
        skip_bad_flag("they are recorded as failed"),
        {"--shard", Takes::one, "I/N",
         "pick only every Nth micrograph, beside the other shards in one folder: 1/N to N/N, or 0/N to N-1/N"},
        {"--memory", Takes::one, "MIB",
         "for micrographs in flight, at least one [a quarter of the machine's]; the result does not depend on it"},
        {"--overwrite", Takes::nothing, "", "redo what is done, also with other settings"}};
}

} // namespace cli
