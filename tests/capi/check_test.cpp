// The check of frames through the C API: what comes out for a mirrored, binned set, defaults, refusals.
#include "capi/support.hpp"

#include <cmath>
#include <string>

using namespace capi;

namespace {

constexpr int width = 800, height = 500;

// Places on a spiral: no symmetry, no two near.
struct Set {
    libpicker::Picks reference, picks;
    picker_check_item item = make<picker_check_item>();
    template <typename Move> explicit Set(const Move& move) {
        std::vector<double> x, y, u, v;
        for (int i = 1; i <= 60; ++i) {
            const double angle = 2.4 * i, away = 29.0 * std::sqrt(i);
            x.push_back(width / 2.0 - 15.0 + away * std::cos(angle) * 1.5);
            y.push_back(height / 2.0 + away * std::sin(angle));
            const auto [a, b] = move(x.back(), y.back());
            u.push_back(a);
            v.push_back(b);
        }
        reference.append(x, y, {});
        picks.append(u, v, {});
        item.picks = picks.get();
        item.reference = reference.get();
        item.width = width;
        item.height = height;
    }
};

} // namespace

DOCTEST_TEST_CASE("picks as they stand, and mirrored ones of a micrograph binned by 2") {
    const Set plain([](double x, double y) { return std::pair(x, y); });
    auto result = make<picker_check_result>();
    ok(picker_check(&result, &plain.item, 1, nullptr));
    DOCTEST_CHECK(result.verdict == PICKER_CHECK_FITS);
    DOCTEST_CHECK(result.as_given == 1);
    DOCTEST_CHECK(std::string(result.name) == "identity");
    DOCTEST_CHECK(std::string(result.others).empty());
    DOCTEST_CHECK(result.shift == PICKER_SHIFT_NONE);
    DOCTEST_CHECK(result.matched == 60);
    DOCTEST_CHECK(result.radius > 1);

    // Rows from the other end, x and y exchanged, halved, and the corner of a box of 20 instead of its centre.
    Set moved([](double x, double y) { return std::pair((height - 1 - y) / 2 - 10, x / 2 - 10); });
    moved.item.picks_width = height / 2;
    moved.item.picks_height = width / 2;
    auto options = make<picker_check_options>();
    options.box_size = 20;
    options.radius = 6;
    result = libpicker::check_frame({moved.item}, options);
    DOCTEST_CHECK(result.verdict == PICKER_CHECK_FITS);
    DOCTEST_CHECK(result.as_given == 0);
    DOCTEST_CHECK(std::string(result.name) == "rotate-270");
    DOCTEST_CHECK(result.transpose == 1);
    DOCTEST_CHECK(result.flip_x == 0);
    DOCTEST_CHECK(result.flip_y == 1);
    DOCTEST_CHECK(result.scale == 2.0);
    DOCTEST_CHECK(result.shift == PICKER_SHIFT_HALF_BOX);
    DOCTEST_CHECK(result.radius == 6.0);
    DOCTEST_CHECK(result.certainty > 0.999);
    // The documented order of steps takes every pick to its place.
    for (std::size_t i = 0; i < 60; ++i) {
        const double x = moved.picks.column("y")[i], y = moved.item.picks_width - 1 - moved.picks.column("x")[i];
        DOCTEST_CHECK(std::abs(result.scale * x + result.dx - moved.reference.column("x")[i]) < 0.01);
        DOCTEST_CHECK(std::abs(result.scale * y + result.dy - moved.reference.column("y")[i]) < 0.01);
    }
}

DOCTEST_TEST_CASE("what cannot be checked is refused with the way out") {
    Set set([](double x, double y) { return std::pair(x, y); });
    auto result = make<picker_check_result>();
    refused(picker_check(&result, &set.item, 0, nullptr), PICKER_INVALID_ARGUMENT, {"no micrographs", ";"});
    set.item.width = 0;
    refused(picker_check(&result, &set.item, 1, nullptr), PICKER_INVALID_ARGUMENT, {"no size", "0 x 500", ";"});
    set.item.width = width;
    set.item.picks_height = -1;
    refused(picker_check(&result, &set.item, 1, nullptr), PICKER_INVALID_ARGUMENT, {"micrograph 1", ";"});
    set.item.picks_height = 0;
    auto options = make<picker_check_options>();
    options.radius = -1;
    refused(picker_check(&result, &set.item, 1, &options), PICKER_INVALID_ARGUMENT, {"-1", ";"});
    const libpicker::Picks empty;
    set.item.picks = empty.get();
    refused(picker_check(&result, &set.item, 1, nullptr), PICKER_INVALID_ARGUMENT, {"none of 1", ";"});
    picker_check_item items[2] = {set.item, set.item};
    items[1].struct_size = 0;
    refused(picker_check(&result, items, 2, nullptr), PICKER_INVALID_ARGUMENT, {"picker_check_item 1", "struct_size"});
}
