// The settings that a run.json records, as flags of picker pick (pick_parts.hpp).
#include "pick_parts.hpp"

#include <set>

namespace cli {
namespace {

// Settings as flags. UNSUPPORTED for one that this version does not know.
class Words {
public:
    explicit Words(const Json& settings) : settings_(settings) {}
    void add(const std::string& flag, const std::string& value) { words_.push_back(flag + "=" + value); }
    void mark(const std::string& flag) { words_.push_back(flag); }
    const Json* take(const char* key) {
        known_.insert(key);
        const auto found = settings_.find(key);
        return found == settings_.end() ? nullptr : &*found;
    }
    // A number, where there is one: defaults that follow from the model are recorded as a word.
    void number(const char* key, const char* flag, bool zero_too = false) {
        const Json* value = take(key);
        if (value != nullptr && value->is_number() && (zero_too || value->get<double>() != 0)) {
            add(flag, value->dump());
        }
    }
    void word(const char* key, const char* flag) {
        if (const Json* value = take(key)) {
            add(flag, value->get<std::string>());
        }
    }
    std::vector<std::string> done(const std::string& file) const {
        for (const auto& [key, value] : settings_.items()) {
            if (!known_.contains(key)) {
                throw libpicker::Error(PICKER_UNSUPPORTED, file + " has a setting that libpicker " + picker_version() +
                                                               " does not know: " + key + "; use the version that " +
                                                               "wrote it");
            }
        }
        return words_;
    }

private:
    const Json& settings_;
    std::set<std::string> known_{"model"}; // its hash; checked for all heads by the origin's
    std::vector<std::string> words_;
};

void add_threshold(Words& words) {
    const Json *threshold = words.take("threshold"), *share = words.take("fdr");
    if (share != nullptr) {
        words.add("--fdr", share->dump());
    } else if (threshold != nullptr) {
        words.add("--threshold", threshold->is_string() ? threshold->get<std::string>() : threshold->dump());
    }
    words.number("keep", "--keep", true);
    words.number("expect", "--expect");
}

void add_rules(Words& words) {
    words.number("min_distance", "--min-distance", true);
    words.number("edge", "--edge", true);
    words.number("top_per_micrograph", "--top-per-micrograph");
    words.number("top", "--top");
    words.word("clean", "--clean");
    words.word("extreme_pixels", "--extreme-pixels");
    words.word("overlaps", "--overlaps");
    words.number("overlap_distance", "--overlap-distance");
    if (words.take("carbon") != nullptr) { // recorded where it is on
        words.add("--carbon", "on");
    }
    if (const Json* range = words.take("deviation")) {
        words.add("--deviation",
                  range->is_array() ? range->at(0).dump() + "," + range->at(1).dump() : range->get<std::string>());
    }
}

void add_files(Words& words) {
    std::string formats = "star";
    if (const Json* further = words.take("formats")) {
        for (const Json& format : *further) {
            formats += "," + format.get<std::string>();
        }
    }
    words.add("--format", formats);
    words.number("box_size", "--box-size");
    if (const Json* masks = words.take("masks")) {
        for (const Json& mask : *masks) {
            words.add("--mask", mask.get<std::string>());
        }
    }
    const Json *source = words.take("source"), *folder = words.take("source_folder");
    if (source != nullptr && folder != nullptr && *source != "micrographs") {
        words.add(*source == "candidates" ? "--candidates" : "--score-maps", folder->get<std::string>());
    }
    if (const Json* maps = words.take("write_score_maps"); maps != nullptr && maps->get<bool>()) {
        words.mark("--save-score-maps");
    }
}

} // namespace

std::vector<std::string> words_of_settings(const Json& settings, const std::string& head, const std::string& file) {
    Words words(settings);
    words.number("diameter", "--diameter");
    words.number("pixel_size", "--pixel-size");
    words.number("step", "--step");
    words.number("aperture", "--aperture");
    if (words.take("invert") != nullptr) {
        words.mark("--invert");
    }
    if (!head.empty()) {
        words.add("--head", head);
    }
    add_threshold(words);
    add_rules(words);
    add_files(words);
    return words.done(file);
}

} // namespace cli
