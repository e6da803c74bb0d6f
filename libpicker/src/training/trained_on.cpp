// Micrographs and epochs in a model's provenance (trained_on.hpp).
#include "training/trained_on.hpp"

#include "io/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace picker {
namespace {

constexpr const char* key = "micrographs";
constexpr char separator = ';';

} // namespace

std::vector<std::string> trained_stems(const Model& model) {
    std::vector<std::string> stems;
    const auto found = model.provenance.find(key);
    if (found == model.provenance.end()) {
        return stems;
    }
    const std::string& all = found->second;
    for (std::size_t start = 0; start < all.size();) {
        const std::size_t end = std::min(all.find(separator, start), all.size());
        stems.push_back(all.substr(start, end - start));
        start = end + 1;
    }
    return stems;
}

void note_trained_on(Model& model, const Dataset& dataset) {
    std::vector<std::string> stems = trained_stems(model);
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        stems.push_back(match_stem(dataset.name(i)));
    }
    std::sort(stems.begin(), stems.end());
    stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
    std::string all;
    for (const std::string& stem : stems) {
        if (!stem.empty()) {
            all += (all.empty() ? "" : std::string(1, separator)) + stem;
        }
    }
    model.provenance[key] = all;
}

void note_curve(Model& model, const std::vector<EpochReport>& epochs) {
    nlohmann::ordered_json curve;
    const auto add = [&](const char* name, double EpochReport::*value) {
        nlohmann::ordered_json& list = curve[name] = nlohmann::ordered_json::array();
        for (const EpochReport& epoch : epochs) {
            if (std::isfinite(epoch.*value)) {
                list.push_back(std::round(epoch.*value * 1e6) / 1e6); // short, and enough for the eye
            } else {
                list.push_back(nullptr);
            }
        }
    };
    add("loss", &EpochReport::loss);
    add("validation-loss", &EpochReport::validation_loss);
    add("validation-accuracy", &EpochReport::validation_accuracy);
    model.provenance["curve"] = curve.dump();
}

} // namespace picker
