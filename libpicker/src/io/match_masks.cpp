// Masks matched to micrographs by name (inputs.hpp).
#include "core/error.hpp"
#include "io/inputs.hpp"

#include <set>

namespace picker {

std::map<std::string, InputMicrograph> match_masks(const std::vector<InputMicrograph>& micrographs,
                                                   const std::vector<std::string>& patterns) {
    std::map<std::string, InputMicrograph> masks;
    if (patterns.empty()) {
        return masks;
    }
    std::set<std::string> stems;
    for (const InputMicrograph& micrograph : micrographs) {
        stems.insert(micrograph.stem);
    }
    for (const InputMicrograph& mask : expand_inputs(patterns)) {
        std::string stem = mask.stem;
        if (!stems.contains(stem) && stem.ends_with("_mask") && stems.contains(stem.substr(0, stem.size() - 5))) {
            stem.resize(stem.size() - 5);
        }
        const std::string key = stems.contains(stem) ? stem : "";
        const auto [place, is_new] = masks.emplace(key, mask);
        if (!is_new) {
            fail(Status::mismatch, "the masks ", place->second.name, " and ", mask.name,
                 key.empty() ? " match no micrograph by name, and only one mask can serve all; rename or remove one"
                             : " belong to the same micrograph; give one of them");
        }
    }
    return masks;
}

const InputMicrograph* find_mask(const std::map<std::string, InputMicrograph>& masks, const std::string& stem) {
    auto found = masks.find(stem);
    if (found == masks.end()) {
        found = masks.find("");
    }
    return found == masks.end() ? nullptr : &found->second;
}

} // namespace picker
