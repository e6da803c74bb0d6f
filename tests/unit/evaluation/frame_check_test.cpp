// The check of frames against sets made for it: the flip, scale and shift that was put in comes out, sets that have
// nothing to do with each other fit nowhere, and symmetric sets are called so.
#include "core/error.hpp"
#include "core/random.hpp"
#include "evaluation/frame_check.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace picker;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr int width = 900, height = 700; // not square

// Places at least `apart` from each other.
Picks scattered(Random& random, std::size_t count, double apart) {
    Picks picks;
    for (int tries = 0; picks.size() < count && tries < 100000; ++tries) {
        const double x = random.uniform(0.0, width), y = random.uniform(0.0, height);
        bool free = true;
        for (std::size_t i = 0; i < picks.size() && free; ++i) {
            free = std::hypot(picks.x[i] - x, picks.y[i] - y) >= apart;
        }
        if (free) {
            picks.add(x, y, none);
        }
    }
    return picks;
}

using Move = std::function<std::pair<double, double>(double, double)>;

Picks moved(const Picks& from, const Move& move) {
    Picks to;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto [x, y] = move(from.x[i], from.y[i]);
        to.add(x, y, none);
    }
    return to;
}

// What a picker makes of true places: every third is missed, the others are off a little, and as many wrong ones.
Picks picked(Random& random, const Picks& truth, double off) {
    Picks picks = scattered(random, truth.size() / 3, 30.0);
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (i % 3 != 0) {
            picks.add(truth.x[i] + off * random.normal(), truth.y[i] + off * random.normal(), none);
        }
    }
    return picks;
}

FrameAnswer check_one(const Picks& picks, const Picks& reference, int picks_width = 0, int picks_height = 0,
                      double box = 0.0) {
    FrameItem item{&picks, &reference, width, height, picks_width, picks_height};
    return check_frame({item}, {0.0, box});
}

// The orientations by their own formulas, from the reference to the picks: the way back of what the check must find.
struct Orientation {
    const char* name;
    int picks_width, picks_height;
    Move to_picks;
};
const std::vector<Orientation>& orientations() {
    constexpr double w = width - 1.0, h = height - 1.0;
    static const std::vector<Orientation> all = {
        {"identity", width, height, [](double x, double y) { return std::pair(x, y); }},
        {"flip-x", width, height, [](double x, double y) { return std::pair(w - x, y); }},
        {"flip-y", width, height, [](double x, double y) { return std::pair(x, h - y); }},
        {"rotate-180", width, height, [](double x, double y) { return std::pair(w - x, h - y); }},
        {"transpose", height, width, [](double x, double y) { return std::pair(y, x); }},
        {"rotate-90", height, width, [](double x, double y) { return std::pair(y, w - x); }},
        {"rotate-270", height, width, [](double x, double y) { return std::pair(h - y, x); }},
        {"anti-transpose", height, width, [](double x, double y) { return std::pair(h - y, w - x); }},
    };
    return all;
}

} // namespace

DOCTEST_TEST_CASE(
    "the eight orientations of a picker's picks are told apart, with and without the size of what was picked") {
    Random random(1);
    const Picks truth = scattered(random, 120, 35.0);
    const Picks picks = picked(random, truth, 2.0);
    for (const Orientation& orientation : orientations()) {
        DOCTEST_CAPTURE(std::string(orientation.name));
        const Picks turned = moved(picks, orientation.to_picks);
        for (const bool size_known : {false, true}) {
            const auto answer = check_one(turned, truth, size_known ? orientation.picks_width : 0,
                                          size_known ? orientation.picks_height : 0);
            DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
            DOCTEST_CHECK(frame_name(answer.frame) == orientation.name);
            DOCTEST_CHECK(answer.frame.scale == 1.0);
            DOCTEST_CHECK(answer.shift == FrameShift::none);
            DOCTEST_CHECK(answer.as_given == (orientation.name == std::string("identity")));
            DOCTEST_CHECK(answer.certainty > 0.999);
            DOCTEST_CHECK(answer.matched >= 80 - 5);
            DOCTEST_CHECK(answer.picks == 120);
            DOCTEST_CHECK(answer.expected < 20.0);
            // Each pick goes back to where it was made.
            const FrameItem item{&turned, &truth, width, height, 0, 0};
            const auto [x, y] = to_reference(answer.frame, item, turned.x[7], turned.y[7]);
            DOCTEST_CHECK(std::hypot(x - picks.x[7], y - picks.y[7]) < 2.0);
        }
    }
}

DOCTEST_TEST_CASE("binnings and ratios of sizes, alone and with a mirror") {
    Random random(2);
    const Picks truth = scattered(random, 120, 35.0);
    const Picks picks = picked(random, truth, 2.0);
    for (const double scale : {2.0, 3.0, 4.0, 7.0, 0.5, 0.25, 1.7}) {
        DOCTEST_CAPTURE(scale);
        const int small_width = static_cast<int>(std::lround(width / scale)),
                  small_height = static_cast<int>(std::lround(height / scale));
        for (const bool mirrored : {false, true}) {
            // whole pixels of the binned micrograph, as most programs write them
            const Picks binned = moved(picks, [&](double x, double y) {
                return std::pair(std::round(x / scale), std::round((mirrored ? height - 1.0 - y : y) / scale));
            });
            const bool whole = scale != 1.7; // nobody bins by 1.7: found by the sizes alone
            for (const bool size_known : {true, false}) {
                if (!whole && !size_known) {
                    DOCTEST_CHECK(check_one(binned, truth).verdict == FrameVerdict::nothing);
                    continue;
                }
                const auto answer =
                    check_one(binned, truth, size_known ? small_width : 0, size_known ? small_height : 0);
                DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
                DOCTEST_CHECK(answer.frame.scale == doctest::Approx(scale).epsilon(0.005));
                DOCTEST_CHECK(frame_name(answer.frame) == (mirrored ? "flip-y" : "identity"));
                DOCTEST_CHECK_FALSE(answer.as_given);
            }
        }
    }
}

DOCTEST_TEST_CASE("corners read as centres are half a box off, and other shifts are just shifts") {
    Random random(3);
    const Picks truth = scattered(random, 120, 35.0);
    const Picks picks = picked(random, truth, 2.0);
    const Picks corners = moved(picks, [](double x, double y) { return std::pair(x - 27.0, y - 27.0); });
    auto answer = check_one(corners, truth, 0, 0, 54.0);
    DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
    DOCTEST_CHECK(answer.shift == FrameShift::half_box);
    DOCTEST_CHECK(answer.frame.dx == doctest::Approx(27.0).epsilon(0.03));
    DOCTEST_CHECK(answer.frame.dy == doctest::Approx(27.0).epsilon(0.03));
    DOCTEST_CHECK_FALSE(answer.as_given);
    answer = check_one(corners, truth); // without a box size the shift is found, and has no name
    DOCTEST_CHECK(answer.shift == FrameShift::other);
    DOCTEST_CHECK(answer.frame.dx == doctest::Approx(27.0).epsilon(0.03));
    Picks boxes = corners; // or the picks bring it
    boxes.ensure_column("box_width", 54.0);
    DOCTEST_CHECK(check_one(boxes, truth).shift == FrameShift::half_box);
    const Picks aside = moved(picks, [](double x, double y) { return std::pair(x + 40.0, y - 11.0); });
    answer = check_one(aside, truth, 0, 0, 54.0);
    DOCTEST_CHECK(answer.shift == FrameShift::other);
    DOCTEST_CHECK(answer.frame.dx == doctest::Approx(-40.0).epsilon(0.03));
    DOCTEST_CHECK(answer.frame.dy == doctest::Approx(11.0).epsilon(0.1));
    // A mirrored corner, of a micrograph binned by 2.
    const Picks all_at_once =
        moved(picks, [](double x, double y) { return std::pair(x / 2.0 - 13.5, (height - 1.0 - y) / 2.0 - 13.5); });
    answer = check_one(all_at_once, truth, 0, 0, 27.0);
    DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
    DOCTEST_CHECK(frame_name(answer.frame) == "flip-y");
    DOCTEST_CHECK(answer.frame.scale == 2.0);
    DOCTEST_CHECK(answer.shift == FrameShift::half_box);
}

DOCTEST_TEST_CASE("sets that have nothing to do with each other fit nowhere, whatever their numbers and places") {
    for (std::uint64_t seed = 10; seed < 30; ++seed) {
        DOCTEST_CAPTURE(seed);
        Random random(seed);
        const Picks truth = scattered(random, 30 + 15 * (seed % 8), 30.0);
        Picks other = scattered(random, 30 + 20 * (seed % 5), 30.0);
        DOCTEST_CHECK(check_one(other, truth).verdict == FrameVerdict::nothing);
        // Both leave the same third of the micrograph out (carbon): no frame either.
        const auto half = [](const Picks& all) {
            std::vector<std::size_t> rows;
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (all.x[i] + all.y[i] < 900.0) {
                    rows.push_back(i);
                }
            }
            return all.subset(rows);
        };
        const Picks one = half(scattered(random, 300, 25.0)), two = half(scattered(random, 250, 25.0));
        const auto answer = check_one(one, two);
        DOCTEST_CHECK(answer.verdict == FrameVerdict::nothing);
        DOCTEST_CHECK(answer.certainty > 0.5);
        DOCTEST_CHECK_FALSE(answer.as_given);
    }
}

DOCTEST_TEST_CASE("a crowd of candidates is judged by what it adds to chance") {
    Random random(4);
    const Picks truth = scattered(random, 100, 40.0);
    Picks crowd = scattered(random, 600, 8.0);
    DOCTEST_CHECK(check_one(crowd, truth).verdict == FrameVerdict::nothing);
    crowd.append(moved(truth, [](double x, double y) { return std::pair(width - 1.0 - x, y + 1.0); }));
    const auto answer = check_one(crowd, truth);
    DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
    DOCTEST_CHECK(frame_name(answer.frame) == "flip-x");
    // Everything in one corner, and many times the same: matches of one place, no frame.
    Picks heap;
    for (int i = 0; i < 400; ++i) {
        heap.add(truth.x[3] + random.normal(), truth.y[3] + random.normal(), none);
    }
    DOCTEST_CHECK(check_one(heap, truth).verdict == FrameVerdict::nothing);
}

DOCTEST_TEST_CASE("symmetric places fit in several ways and are called ambiguous; one place off the grid decides") {
    Picks grid;
    for (int row = 0; row < 7; ++row) {
        for (int column = 0; column < 9; ++column) {
            grid.add(49.5 + 100.0 * column, 49.5 + 100.0 * row, none); // symmetric about the middle of 900 x 700
        }
    }
    const auto answer = check_one(grid, grid);
    DOCTEST_CHECK(answer.verdict == FrameVerdict::ambiguous);
    DOCTEST_CHECK(frame_name(answer.frame) == "identity"); // the simplest first
    DOCTEST_CHECK(answer.others.size() >= 3);              // both mirrors and the half turn
    DOCTEST_CHECK(answer.certainty <= 0.25);
    DOCTEST_CHECK_FALSE(answer.as_given);
    // A mirror image of itself: identity and flip-x cannot be told apart, the others can.
    Random random(5);
    Picks half = scattered(random, 60, 30.0), twice;
    for (std::size_t i = 0; i < half.size(); ++i) {
        twice.add(half.x[i] / 2.0, half.y[i], none);
        twice.add(width - 1.0 - half.x[i] / 2.0, half.y[i], none);
    }
    const auto mirror = check_one(twice, twice);
    DOCTEST_CHECK(mirror.verdict == FrameVerdict::ambiguous);
    DOCTEST_REQUIRE(mirror.others.size() == 1);
    DOCTEST_CHECK(frame_name(mirror.others[0]) == "flip-x");
    DOCTEST_CHECK(mirror.certainty == 0.5);
}

DOCTEST_TEST_CASE("several micrographs of unlike sizes count together, each in its own frame") {
    Random random(6);
    std::vector<Picks> truths, picks;
    for (int n = 0; n < 4; ++n) {
        truths.push_back(scattered(random, 25, 35.0));
        const double lower = height + 40.0 * n - 1.0;
        picks.push_back(moved(truths[static_cast<std::size_t>(n)],
                              [lower](double x, double y) { return std::pair(x, lower - y); }));
    }
    std::vector<FrameItem> items;
    for (std::size_t n = 0; n < 4; ++n) {
        items.push_back({&picks[n], &truths[n], width, height + 40 * static_cast<int>(n), 0, 0});
    }
    const Picks empty;
    items.push_back({&empty, &truths[0], width, height, 0, 0}); // says nothing
    const auto answer = check_frame(items);
    DOCTEST_CHECK(answer.verdict == FrameVerdict::fits);
    DOCTEST_CHECK(frame_name(answer.frame) == "flip-y");
    DOCTEST_CHECK(answer.matched == 100);
    DOCTEST_CHECK(answer.shift == FrameShift::none);
}

DOCTEST_TEST_CASE("lists from which nothing can be told are errors that say so") {
    Random random(7);
    const Picks truth = scattered(random, 60, 40.0), empty;
    const auto refused = [&](const std::vector<FrameItem>& items, const FrameOptions& options, const char* part) {
        std::string message = "(no error)";
        try {
            (void)check_frame(items, options);
        } catch (const Error& error) {
            message = error.what();
            DOCTEST_CHECK(error.status() == Status::invalid_argument);
        }
        DOCTEST_CAPTURE(message);
        DOCTEST_CHECK(message.find(part) != std::string::npos);
        DOCTEST_CHECK(message.find("; ") != std::string::npos);
    };
    Picks three, broken = truth;
    for (std::size_t i = 0; i < 3; ++i) {
        three.add(truth.x[i], truth.y[i], none);
    }
    broken.y[4] = none;
    refused({}, {}, "none of 0");
    refused({{&empty, &truth, width, height, 0, 0}}, {}, "none of 1");
    refused({{&three, &truth, width, height, 0, 0}}, {}, "3 picks and 60 reference positions");
    refused({{&broken, &truth, width, height, 0, 0}}, {}, "pick 5 of micrograph 1");
    refused({{&truth, &truth, 0, height, 0, 0}}, {}, "no size");
    refused({{&truth, nullptr, width, height, 0, 0}}, {}, "no reference");
    refused({{&truth, &truth, width, height, 0, 0}}, {none, 0.0}, "nan");
    refused({{&truth, &truth, width, height, 0, 0}}, {0.0, -1.0}, "-1");
}
