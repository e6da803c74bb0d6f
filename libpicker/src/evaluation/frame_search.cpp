// FrameCandidates for the frame of picks and their evidence (frame_search.hpp).
#include "evaluation/frame_search.hpp"

#include "core/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace picker {
namespace {

constexpr double least_share = 0.2; // of picks or of references, beyond chance: less is no frame, however certain

// n times the divergence of the share found from the share by chance: minus the logarithm of the bound (Chernoff) on
// the probability that chance gives as many.
double evidence_of(const Nearness& side) {
    const double n = static_cast<double>(side.count);
    if (side.count == 0) {
        return 0.0;
    }
    const double share = static_cast<double>(side.near) / n, chance = std::clamp(side.chance, 1e-6, 1.0 - 1e-6);
    if (share <= chance) {
        return 0.0;
    }
    const double rest = share < 1.0 ? (1.0 - share) * std::log((1.0 - share) / (1.0 - chance)) : 0.0;
    return n * (share * std::log(share / chance) + rest);
}

double share_beyond_chance(const Nearness& side) {
    const double share = static_cast<double>(side.near) / static_cast<double>(std::max<std::size_t>(side.count, 1));
    return (share - side.chance) / std::max(1.0 - side.chance, 1e-6);
}

void judge(FrameCandidate& candidate) {
    const Overlap& overlap = candidate.overlap;
    const double share = std::max(share_beyond_chance(overlap.positions), share_beyond_chance(overlap.reference));
    candidate.evidence =
        share < least_share ? 0.0 : std::min(evidence_of(overlap.positions), evidence_of(overlap.reference));
}

bool is_plain_scale(double scale) {
    return std::abs(scale - 1.0) < 1e-6;
}

// Median distance of a reference position to the nearest other; without neighbours, of random places.
double neighbour_distance(const std::vector<FrameItem>& items) {
    std::vector<double> distances;
    for (const FrameItem& item : items) {
        const Picks& all = *item.reference;
        const double area = static_cast<double>(item.width) * item.height;
        const double random = 0.5 * std::sqrt(area / static_cast<double>(all.size()));
        const PositionGrid grid(all, random);
        for (std::size_t i = 0; i < all.size(); ++i) {
            double nearest = 2.0 * random;
            grid.visit(all.x[i], all.y[i], nearest, [&](std::size_t t) {
                const double distance = std::hypot(all.x[t] - all.x[i], all.y[t] - all.y[i]);
                nearest = t != i && distance > 0.0 ? std::min(nearest, distance) : nearest;
            });
            distances.push_back(nearest);
        }
    }
    return std::max(median(std::move(distances)), 2.0);
}

double box_size_of(const std::vector<FrameItem>& items, const FrameOptions& options) {
    std::vector<double> widths;
    for (const FrameItem& item : items) {
        if (const auto* column = item.picks->column("box_width")) {
            std::ranges::copy_if(*column, std::back_inserter(widths), [](double w) { return w > 0.0; });
        }
    }
    return options.box_size > 0.0 ? options.box_size : (widths.empty() ? 0.0 : median(std::move(widths)));
}

// Whole-number binnings both ways, and the ratios of the sizes of both micrographs.
std::vector<double> scales_of(const std::vector<FrameItem>& items) {
    std::vector<double> scales = {1.0};
    for (int binning = 2; binning <= 8; ++binning) {
        scales.push_back(binning);
        scales.push_back(1.0 / binning);
    }
    for (const FrameItem& item : items) {
        if (item.picks_width < 1 || item.picks_height < 1 || scales.size() >= 32) {
            continue;
        }
        const double w = item.width, h = item.height;
        for (const double ratio :
             {w / item.picks_width, h / item.picks_height, w / item.picks_height, h / item.picks_width}) {
            if (std::ranges::none_of(scales, [&](double known) { return std::abs(ratio / known - 1.0) < 1e-4; })) {
                scales.push_back(ratio);
            }
        }
    }
    return scales;
}

std::vector<Picks> laid_positions(const std::vector<FrameItem>& items, const Frame& frame) {
    std::vector<Picks> laid(items.size());
    for (std::size_t n = 0; n < items.size(); ++n) {
        for (std::size_t i = 0; i < items[n].picks->size(); ++i) {
            const auto [x, y] = to_reference(frame, items[n], items[n].picks->x[i], items[n].picks->y[i]);
            laid[n].add(x, y, std::numeric_limits<double>::quiet_NaN());
        }
    }
    return laid;
}

} // namespace

int changes_of(const Frame& frame) {
    return (frame.transpose ? 2 : 0) + (frame.flip_x ? 1 : 0) + (frame.flip_y ? 1 : 0) +
           (is_plain_scale(frame.scale) ? 0 : 2);
}

FrameSearch::FrameSearch(std::vector<FrameItem> items, const FrameOptions& options)
    : items_(std::move(items)), box_(box_size_of(items_, options)) {
    const double neighbours = neighbour_distance(items_);
    radius_ = options.radius > 0.0 ? options.radius : 0.25 * neighbours;
    reach_ = std::max(2.0 * neighbours, 4.0 * radius_);
    for (const FrameItem& item : items_) {
        grids_.emplace_back(*item.reference, reach_);
    }
}

std::vector<FrameCandidate> FrameSearch::candidates() {
    std::vector<FrameCandidate> found;
    for (const double scale : scales_of(items_)) {
        // Whole pixels of a binned micrograph are that much coarser here.
        const double radius = std::max(radius_, 0.75 * scale);
        const double reach = std::max({reach_, 4.0 * radius, 0.75 * box_ * scale});
        hypotheses_ += 8.0 * std::pow(2.0 * reach / radius, 2);
        for (int turn = 0; turn < 8; ++turn) {
            const Frame frame = {(turn & 4) != 0, (turn & 1) != 0, (turn & 2) != 0, scale, 0.0, 0.0};
            add(found, frame, reach, radius);
        }
    }
    std::ranges::stable_sort(found, [](const FrameCandidate& a, const FrameCandidate& b) {
        return a.evidence != b.evidence ? a.evidence > b.evidence : changes_of(a.frame) < changes_of(b.frame);
    });
    return found;
}

bool FrameSearch::same(const FrameCandidate& a, const FrameCandidate& b) const {
    const double near = 2.0 * std::max(a.radius, b.radius);
    for (const FrameItem& item : items_) {
        const auto [left, right] = std::ranges::minmax(item.picks->x);
        const auto [top, bottom] = std::ranges::minmax(item.picks->y);
        for (const auto& [x, y] : {std::pair(left, top), std::pair(right, top), std::pair(left, bottom)}) {
            const auto p = to_reference(a.frame, item, x, y), q = to_reference(b.frame, item, x, y);
            if (std::hypot(p.first - q.first, p.second - q.second) > near) {
                return false;
            }
        }
    }
    return true;
}

FrameShift FrameSearch::shift_of(const FrameCandidate& candidate) const {
    const Frame& frame = candidate.frame;
    const double slack = std::max(candidate.radius / 2.0, frame.scale);
    if (std::hypot(frame.dx, frame.dy) <= slack) {
        return FrameShift::none;
    }
    const double half = box_ * frame.scale / 2.0;
    const bool is_half =
        box_ > 0.0 && std::abs(std::abs(frame.dx) - half) <= slack && std::abs(std::abs(frame.dy) - half) <= slack;
    return is_half ? FrameShift::half_box : FrameShift::other;
}

void FrameSearch::add(std::vector<FrameCandidate>& found, const Frame& frame, double reach, double radius) const {
    const auto lay = [&](const std::vector<Picks>& positions) {
        std::vector<Laid> laid;
        for (std::size_t n = 0; n < items_.size(); ++n) {
            laid.push_back({&positions[n], items_[n].reference, &grids_[n], static_cast<double>(items_[n].width),
                            static_cast<double>(items_[n].height)});
        }
        return laid;
    };
    std::size_t picks = 0, reference = 0;
    for (const FrameItem& item : items_) {
        picks += item.picks->size();
        reference += item.reference->size();
    }
    const std::vector<Picks> unshifted = laid_positions(items_, frame);
    for (const Shift& shift : best_shifts(lay(unshifted), reach, radius)) {
        if (static_cast<double>(shift.pairs) < least_share * static_cast<double>(std::min(picks, reference))) {
            continue; // too few for a frame, whatever chance would give
        }
        FrameCandidate candidate;
        candidate.frame = frame;
        candidate.frame.dx = shift.dx;
        candidate.frame.dy = shift.dy;
        candidate.radius = radius;
        const std::vector<Picks> shifted = laid_positions(items_, candidate.frame);
        candidate.overlap = overlap_of(lay(shifted), std::max(reach_, 4.0 * radius), radius);
        judge(candidate);
        found.push_back(candidate);
    }
}

} // namespace picker
