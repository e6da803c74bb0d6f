// The rules that turn candidates into picks. They need no network, so they can be applied again with other values.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace picker {

// A mask over a micrograph: what lies above half of the mask's maximum is excluded, so that 0/1 and 0/255 masks and the
// soft ones of mask programs mean the same. Any size; it is stretched over the micrograph.
struct ExclusionMask {
    Image image;
    float level = 0.0F; // half of the maximum

    ExclusionMask() = default;
    explicit ExclusionMask(Image image_);
    bool excludes(double x, double y, int width, int height) const; // pixels of a width x height micrograph
};

// What a rule that looks at one candidate by itself says.
enum class Verdict : std::uint8_t { good, edge, mask, carbon, deviation, extreme_pixels };

struct SelectRules {
    double threshold = 0.0;    // score >= threshold
    double min_distance = 0.0; // pixels between centres: the better of two stays
    double edge = 0.0;         // pixels: centres nearer to the border are dropped
    const ExclusionMask* mask = nullptr;
    int top = 0; // best N of this micrograph; 0 = all
    // Pixels: of what the distance leaves, both of two that are nearer than this are dropped; 0 = kept. A row below
    // overlap_score cannot drop another one, so that rows kept for lower thresholds change nothing above.
    double overlap_distance = 0.0;
    double overlap_score = 0.0;
    const std::vector<Verdict>* verdicts = nullptr; // of the candidates, best first (image_rules.hpp)
};

struct RemovedCounts {
    std::size_t threshold = 0, distance = 0, edge = 0, mask = 0, top = 0;
    std::size_t clean = 0; // maxima of the map in areas that are too large (clean.hpp)
    std::size_t carbon = 0, deviation = 0, extreme_pixels = 0, overlaps = 0;
};

// What edge and mask say to a place: good, edge or mask. Outside the image counts as edge.
Verdict place_verdict(double x, double y, int width, int height, const SelectRules& rules);

// Order of the rules: edge, mask, threshold, verdicts, distance, overlaps, top. Best first.
Picks select_picks(const Picks& candidates, int width, int height, const SelectRules& rules,
                   RemovedCounts* removed = nullptr);

// The best N over all micrographs of a run; ties by micrograph, then order. Returns how many were removed from each.
std::vector<std::size_t> keep_top(std::vector<Picks>& all, std::size_t top);

} // namespace picker
