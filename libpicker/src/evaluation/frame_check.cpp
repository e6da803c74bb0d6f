// Which frame fits (frame_check.hpp): every orientation and scale with the shifts that its pairs vote for, judged by
// the likelihood of as many matches under chance.
#include "evaluation/frame_check.hpp"

#include "core/error.hpp"
#include "evaluation/frame_search.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

constexpr std::size_t most_picks = 30'000;
constexpr double sure = 0.99;
constexpr double equal_share = 0.8; // another frame with so much of the best one's matches fits as well
// Beside the count of hypotheses: chance finds the best of each hypothesis' neighbourhood, not its average.
constexpr double caution = 20.0;

void check_item(const FrameItem& item, std::size_t index) {
    if (item.picks == nullptr || item.reference == nullptr || item.width < 1 || item.height < 1 ||
        item.picks_width < 0 || item.picks_height < 0) {
        fail(Status::invalid_argument, "micrograph ", index + 1,
             " of the check has no picks, no reference or no size (", item.width, " x ", item.height,
             "); give all of them");
    }
    for (const Picks* picks : {item.picks, item.reference}) {
        for (std::size_t i = 0; i < picks->size(); ++i) {
            if (!(std::abs(picks->x[i]) < 1e9 && std::abs(picks->y[i]) < 1e9)) {
                fail(Status::invalid_argument, picks == item.picks ? "pick " : "reference position ", i + 1,
                     " of micrograph ", index + 1, " lies at x ", picks->x[i], ", y ", picks->y[i],
                     "; remove it, or mend its coordinates");
            }
        }
    }
}

// Micrographs with both sides, spread evenly where there are too many.
std::vector<FrameItem> chosen_items(const std::vector<FrameItem>& items) {
    std::vector<FrameItem> full;
    std::size_t picks = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        check_item(items[i], i);
        if (!items[i].picks->empty() && !items[i].reference->empty()) {
            full.push_back(items[i]);
            picks += items[i].picks->size() + items[i].reference->size();
        }
    }
    const std::size_t step = picks / (2 * most_picks) + 1;
    std::vector<FrameItem> chosen;
    for (std::size_t i = 0; i < full.size(); i += step) {
        chosen.push_back(full[i]);
    }
    return chosen;
}

void check_enough(const FrameSearch& search) {
    std::size_t picks = 0, reference = 0;
    double area = 0.0;
    for (const FrameItem& item : search.items()) {
        picks += item.picks->size();
        reference += item.reference->size();
        area += static_cast<double>(item.width) * item.height;
    }
    const double chance =
        std::clamp(static_cast<double>(reference) / area * std::numbers::pi * std::pow(search.radius(), 2), 1e-6, 1.0);
    const double most = -static_cast<double>(std::min(picks, reference)) * std::log(chance);
    if (most < std::log(search.hypotheses() * caution / (1.0 - sure))) {
        fail(Status::invalid_argument, picks, " picks and ", reference,
             " reference positions of the same micrographs, "
             "matched within ",
             search.radius(),
             " pixels, are too few to tell a frame from chance; give more micrographs, or a "
             "smaller radius");
    }
}

} // namespace

std::pair<double, double> to_reference(const Frame& frame, const FrameItem& item, double x, double y) {
    double width = item.picks_width, height = item.picks_height;
    if (frame.transpose) {
        std::swap(x, y);
        std::swap(width, height);
    }
    if (item.picks_width < 1 || item.picks_height < 1) {
        width = item.width / frame.scale;
        height = item.height / frame.scale;
    }
    return {frame.scale * (frame.flip_x ? width - 1.0 - x : x) + frame.dx,
            frame.scale * (frame.flip_y ? height - 1.0 - y : y) + frame.dy};
}

std::string frame_name(const Frame& frame) {
    const char* const names[] = {"identity",  "flip-x",    "flip-y",     "rotate-180",
                                 "transpose", "rotate-90", "rotate-270", "anti-transpose"};
    return names[(frame.transpose ? 4 : 0) + (frame.flip_y ? 2 : 0) + (frame.flip_x ? 1 : 0)];
}

FrameAnswer check_frame(const std::vector<FrameItem>& items, const FrameOptions& options) {
    for (const double length : {options.radius, options.box_size}) {
        if (!(length >= 0.0 && length <= 1e6)) {
            fail(Status::invalid_argument, "a radius or box size of ", length,
                 " pixels is none; give at most 1000000, or 0 for the default");
        }
    }
    std::vector<FrameItem> chosen = chosen_items(items);
    if (chosen.empty()) {
        fail(Status::invalid_argument, "none of ", items.size(),
             " micrographs has both picks and reference positions; give both for at least one");
    }
    FrameSearch search(std::move(chosen), options);
    const std::vector<FrameCandidate> all = search.candidates();
    check_enough(search);
    // Hypotheses are equally likely before, and so is it that none is right.
    const double nothing = std::log(search.hypotheses() * caution);
    std::vector<FrameCandidate> distinct;
    for (const FrameCandidate& candidate : all) {
        if (candidate.evidence > 0.0 && distinct.size() < 64 &&
            std::ranges::none_of(distinct,
                                 [&](const FrameCandidate& known) { return search.same(known, candidate); })) {
            distinct.push_back(candidate);
        }
    }
    FrameAnswer answer;
    answer.radius = search.radius();
    for (const FrameItem& item : search.items()) {
        answer.picks += static_cast<std::int64_t>(item.picks->size());
        answer.reference += static_cast<std::int64_t>(item.reference->size());
    }
    const double top = std::max(nothing, distinct.empty() ? 0.0 : distinct[0].evidence);
    double sum = std::exp(nothing - top);
    for (const FrameCandidate& candidate : distinct) {
        sum += std::exp(candidate.evidence - top);
    }
    const double none_is_right = std::exp(nothing - top) / sum;
    if (1.0 - none_is_right < sure) {
        answer.certainty = none_is_right;
        return answer;
    }
    std::vector<FrameCandidate> fitting;
    for (const FrameCandidate& candidate : distinct) {
        if (static_cast<double>(candidate.overlap.matched) >=
                equal_share * static_cast<double>(distinct[0].overlap.matched) ||
            std::exp(candidate.evidence - top) / sum > 1.0 - sure) {
            fitting.push_back(candidate);
        }
    }
    std::ranges::stable_sort(fitting, [](const FrameCandidate& a, const FrameCandidate& b) {
        return changes_of(a.frame) < changes_of(b.frame);
    });
    const FrameCandidate& best = fitting[0];
    answer.verdict = fitting.size() == 1 ? FrameVerdict::fits : FrameVerdict::ambiguous;
    answer.frame = best.frame;
    answer.certainty =
        fitting.size() == 1 ? std::exp(best.evidence - top) / sum : 1.0 / static_cast<double>(fitting.size());
    answer.shift = search.shift_of(best);
    answer.matched = static_cast<std::int64_t>(best.overlap.matched);
    answer.expected = best.overlap.positions.chance * static_cast<double>(best.overlap.positions.count);
    answer.radius = best.radius;
    answer.as_given =
        answer.verdict == FrameVerdict::fits && changes_of(best.frame) == 0 && answer.shift == FrameShift::none;
    for (std::size_t i = 1; i < fitting.size(); ++i) {
        answer.others.push_back(fitting[i].frame);
    }
    return answer;
}

} // namespace picker
