// Inside the evaluation layer: every orientation and scale with the shifts that its pairs vote for, and how likely as
// many matches are by chance.
#pragma once

#include "evaluation/frame_check.hpp"
#include "evaluation/frame_votes.hpp"

#include <vector>

namespace picker {

struct FrameCandidate {
    Frame frame;
    Overlap overlap;
    double radius = 0.0;   // of a match, pixels of the reference
    double evidence = 0.0; // log likelihood against chance; 0 where too few match to speak of a frame
};

// Fewer is what a reader would try first where several fit equally.
int changes_of(const Frame& frame);

class FrameSearch {
public:
    FrameSearch(std::vector<FrameItem> items, const FrameOptions& options); // with picks and reference each

    double radius() const { return radius_; }
    double hypotheses() const { return hypotheses_; } // that the candidates are the best of
    const std::vector<FrameItem>& items() const { return items_; }

    std::vector<FrameCandidate> candidates(); // most evidence first
    // The same places for the picks, up to the radius: a scale of 4 or 4.004, a mirror or a shift of one symmetric
    // spot.
    bool same(const FrameCandidate& a, const FrameCandidate& b) const;
    FrameShift shift_of(const FrameCandidate& candidate) const;

private:
    void add(std::vector<FrameCandidate>& found, const Frame& frame, double reach, double radius) const;

    std::vector<FrameItem> items_;
    double box_, radius_ = 0.0, reach_ = 0.0; // pixels: of the picks, of the reference, of the reference
    std::vector<PositionGrid> grids_;         // of the references
    double hypotheses_ = 0.0;
};

} // namespace picker
