// Labels and values of the External job (parameters.hpp).
#include "parameters.hpp"

#include "arguments.hpp"

#include <algorithm>

namespace relion {
namespace {

enum class Takes { nothing, one, ignored, refused };

struct Label {
    const char* name;
    Takes takes;
    const char* help;
};

constexpr Label labels[] = {
    {"o", Takes::one, "the job's folder; RELION gives it"},
    {"in_mics", Takes::one, "STAR file of micrographs: the tab's \"Input micrographs\""},
    {"j", Takes::one, "threads: the Running tab"},
    {"model", Takes::one, "a trained model, MODEL.safetensors (required)"},
    {"diameter", Takes::one, "longest axis of the particle, angstrom [as trained]"},
    {"threshold", Takes::one, "picks have this figure of merit or more, 0 to 1 [the model's]"},
    {"min_distance", Takes::one, "angstrom between picks; the better of two stays [the model's]"},
    {"edge", Takes::one, "no pick nearer to the border, angstrom [0]"},
    {"top_per_micrograph", Takes::one, "the best N of each micrograph"},
    {"pixel_size", Takes::one, "angstrom per pixel; overrides the STAR file"},
    {"head", Takes::one, "of a model with heads (hydrapicker), the one that picks [general]"},
    {"aperture", Takes::one, "angstrom, diameter of the blobs that a segmenter's map shows (parsed) [the model's]"},
    {"step", Takes::one, "working pixels between the places that are scored [the model's]"},
    {"clean", Takes::one, "take areas of the score map out that are too large: paper, lua or off [off]"},
    {"carbon", Takes::one, "on: no pick at the edge of the carbon film; off [off]"},
    {"extreme_pixels", Takes::one, "drop picks with unusually many extreme pixels: paper, lua or off [off]"},
    {"deviation", Takes::one, "LOW,HIGH: standard deviation of a pick's window; off: any [the model's]"},
    {"overlaps", Takes::one, "keep, or drop both of two picks that overlap [keep]"},
    {"overlap_distance", Takes::one, "picks nearer than this overlap, angstrom [the diameter]"},
    {"overwrite", Takes::nothing, "(no value) Continue does everything again, also with other settings"},
    {"help", Takes::nothing, "this text"},
    {"version", Takes::nothing, "the version"},
    {"pipeline_control", Takes::ignored, ""},
    {"in_movies", Takes::refused, "Input movies"},
    {"in_parts", Takes::refused, "Input particles"},
    {"in_coords", Takes::refused, "Input coordinates"},
    {"in_3dref", Takes::refused, "Input 3D reference"},
    {"in_mask", Takes::refused, "Input 3D mask"},
};

bool is_label(const std::string& word) {
    return word.size() > 2 && word[0] == '-' && word[1] == '-';
}

// "----min-distance" is min_distance; the value of "--threshold=0.4" is put aside.
std::string plain(std::string word, std::string* value = nullptr) {
    if (const auto equals = word.find('='); equals != std::string::npos) {
        if (value != nullptr) {
            *value = word.substr(equals + 1);
        }
        word.resize(equals);
    }
    word.erase(0, std::min(word.find_first_not_of('-'), word.size()));
    std::replace(word.begin(), word.end(), '-', '_');
    return word;
}

const Label& known(const std::string& name) {
    std::vector<std::string> names;
    for (const Label& label : labels) {
        if (name == label.name) {
            return label;
        }
        if (label.takes == Takes::one || label.takes == Takes::nothing) {
            names.emplace_back(label.name);
        }
    }
    const std::string near = cli::nearest(name, names);
    throw cli::UsageError("there is no parameter '" + name + "'" +
                          (near.empty() ? "." : "; did you mean '" + near + "'?") +
                          " Correct its label in the Params tab; picker_relion --help lists them");
}

std::string needs(const std::string& label, const std::string& wanted, const std::string& given) {
    return "parameter '" + label + "' needs " + wanted + ", not '" + given + "'";
}

} // namespace

Parameters::Parameters(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!is_label(words[i])) {
            throw cli::UsageError("'" + words[i] +
                                  "' is not the value of any parameter; RELION does not quote values, " +
                                  "so none may contain a space");
        }
        std::string value;
        const std::string name = plain(words[i], &value);
        const Label& label = known(name);
        const bool takes_word = value.empty() && i + 1 < words.size() && !is_label(words[i + 1]);
        if (label.takes == Takes::refused) {
            throw cli::UsageError(std::string("picking works on micrographs alone; clear the box \"") + label.help +
                                  "\" (--" + name + ") of the Input tab");
        }
        if (label.takes == Takes::nothing && (takes_word || !value.empty())) {
            throw cli::UsageError("parameter '" + name + "' takes no value; leave the box beside its label empty");
        }
        if (takes_word) {
            value = words[++i];
        }
        if (label.takes == Takes::one && value.empty()) {
            throw cli::UsageError("parameter '" + name + "' needs a value: " + label.help);
        }
        values_[name] = value;
    }
}

std::string Parameters::text(const std::string& label, const std::string& fallback) const {
    const auto found = values_.find(label);
    return found == values_.end() ? fallback : found->second;
}

std::string Parameters::required_text(const std::string& label, const std::string& what) const {
    if (!has(label)) {
        throw cli::UsageError("--" + label + " is missing: " + what);
    }
    return text(label);
}

int Parameters::threads() const {
    const std::int64_t count = cli::parse_integer(text("j", "1"), "--j");
    if (count < 1 || count > 4096) {
        throw cli::UsageError(needs("j", "a number of threads from 1 to 4096", text("j")));
    }
    return static_cast<int>(count);
}

picker_pick_options Parameters::pick_options() const {
    auto options = libpicker::make<picker_pick_options>();
    const auto number = [&](const char* label, double least, double most, const char* wanted, double& target) {
        if (!has(label)) {
            return false;
        }
        target = cli::parse_number(text(label), std::string("parameter '") + label + "'");
        if (!(target >= least && target <= most)) {
            throw cli::UsageError(needs(label, wanted, text(label)));
        }
        return true;
    };
    const auto flag = [&](const char* label, double most, const char* wanted, std::int32_t& given, double& target) {
        given = number(label, 0, most, wanted, target) ? 1 : 0;
    };
    // What is off is 1 in the library's enums, its other words follow; 0 is the default.
    const auto word = [&](const char* label, const std::vector<std::string>& known_words, std::int32_t first) {
        const std::string given = text(label);
        const auto found = std::find(known_words.begin(), known_words.end(), given);
        if (has(label) && found == known_words.end()) {
            std::string all;
            for (const std::string& each : known_words) {
                all += (all.empty() ? "" : " or ") + each;
            }
            throw cli::UsageError(needs(label, all, given));
        }
        return has(label) ? first + static_cast<std::int32_t>(found - known_words.begin()) : 0;
    };
    constexpr double huge = 1e9, tiny = 1e-9;
    number("diameter", tiny, huge, "angstrom, above 0", options.diameter);
    number("pixel_size", 0.05, 100, "angstrom per pixel, from 0.05 to 100", options.pixel_size);
    number("aperture", tiny, huge, "angstrom, above 0", options.aperture);
    number("overlap_distance", tiny, huge, "angstrom, above 0", options.overlap_distance);
    flag("threshold", 1, "a score from 0 to 1", options.has_threshold, options.threshold);
    flag("min_distance", huge, "angstrom, 0 or more", options.has_min_distance, options.min_distance);
    flag("edge", huge, "angstrom, 0 or more", options.has_edge, options.edge);
    const auto whole = [&](const char* label, std::int32_t& target) {
        double value = 0;
        if (number(label, 1, 1e9, "a whole number, 1 or more", value)) {
            target =
                static_cast<std::int32_t>(cli::parse_integer(text(label), std::string("parameter '") + label + "'"));
        }
    };
    whole("top_per_micrograph", options.top);
    whole("step", options.step);
    options.clean = word("clean", {"off", "paper", "lua"}, 1);
    options.extreme_pixels = word("extreme_pixels", {"off", "paper", "lua"}, 1);
    options.carbon = word("carbon", {"off", "on"}, 1);
    options.overlaps = word("overlaps", {"keep", "drop"}, 0);
    if (has("overlap_distance") && options.overlaps != PICKER_OVERLAPS_DROP) {
        throw cli::UsageError("parameter 'overlap_distance' belongs to 'overlaps' with the value drop");
    }
    if (has("deviation")) {
        options.has_deviation = 1;
        const auto parts = cli::split(text("deviation"), ',');
        if (text("deviation") != "off") {
            options.deviation_low = parts.size() == 2 ? cli::parse_number(parts[0], "parameter 'deviation'") : -1;
            options.deviation_high = parts.size() == 2 ? cli::parse_number(parts[1], "parameter 'deviation'") : -1;
            if (options.deviation_low < 0 || !(options.deviation_high > options.deviation_low)) {
                throw cli::UsageError(needs("deviation", "LOW,HIGH with 0 <= LOW < HIGH, or off", text("deviation")));
            }
        }
    }
    if (const auto head = values_.find("head"); head != values_.end()) {
        options.head = head->second.c_str();
    }
    return options;
}

std::string job_folder_of(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string value;
        if (is_label(words[i]) && plain(words[i], &value) == "o") {
            return value.empty() && i + 1 < words.size() && !is_label(words[i + 1]) ? words[i + 1] : value;
        }
    }
    return "";
}

bool asks_for(const std::vector<std::string>& words, const std::string& label) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return is_label(word) && plain(word) == label; });
}

std::string help_text() {
    std::string text = "picker_relion --o External/jobNNN/ --in_mics MICROGRAPHS.star --j N --model MODEL ...\n"
                       "Particle picking as an External job of RELION, which writes this line itself.\n\n";
    for (const Label& label : labels) {
        if (label.takes == Takes::one || label.takes == Takes::nothing) {
            std::string left = std::string("  --") + label.name;
            left.resize(std::max<std::size_t>(left.size() + 2, 24), ' ');
            text += left + label.help + "\n";
        }
    }
    return text + "\nIn RELION's window: labels without dashes in the Params tab, one with each value.\n"
                  "Exit codes: 0 done, 1 failed, 2 aborted.\n";
}

} // namespace relion
