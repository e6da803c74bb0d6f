// Pictures with circles: size, colours and places, on an image that is not square.
#include "io/draw.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <png.h>
#include <vector>

using namespace io_testing;
using picker::Status;

namespace {

struct Picture {
    int width = 0, height = 0;
    std::vector<unsigned char> rgb;
    const unsigned char* at(int x, int y) const {
        return rgb.data() +
               3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    }
    bool green(int x, int y) const { return at(x, y)[1] > at(x, y)[0] + 80 && at(x, y)[1] > at(x, y)[2] + 80; }
    bool orange(int x, int y) const { return at(x, y)[0] > at(x, y)[2] + 80 && !green(x, y); }
    bool gray(int x, int y) const { return at(x, y)[0] == at(x, y)[1] && at(x, y)[1] == at(x, y)[2]; }
};

Picture load(const std::filesystem::path& path) {
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    DOCTEST_REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    image.format = PNG_FORMAT_RGB;
    Picture out{static_cast<int>(image.width), static_cast<int>(image.height), {}};
    out.rgb.resize(PNG_IMAGE_SIZE(image));
    DOCTEST_REQUIRE(png_image_finish_read(&image, nullptr, out.rgb.data(), 0, nullptr) != 0);
    return out;
}

} // namespace

DOCTEST_TEST_CASE("circles lie where the particles are, in a picture of the right shape") {
    const Folder folder;
    picker::Micrograph micrograph;
    micrograph.image = ramp(400, 200);
    picker::Picks picks, reference;
    picks.add(300.0, 50.0, 0.5);
    picks.add(-500.0, 1e9, 0.5); // far outside: nothing to draw
    picks.add(0.0, 199.0, 0.5);  // cut by the corner
    reference.add(100.0, 150.0, 0.0);
    picker::draw_picks(folder / "d.png", micrograph, picks, &reference, {80.0, 200});
    const auto picture = load(folder / "d.png");
    DOCTEST_REQUIRE(picture.width == 200);
    DOCTEST_REQUIRE(picture.height == 100);
    // Half size: centre (150, 25), radius 20.
    for (int degrees = 0; degrees < 360; degrees += 15) {
        const double angle = degrees * 3.14159265358979 / 180.0;
        const auto x = [&](double centre) { return static_cast<int>(std::lround(centre + 20.0 * std::cos(angle))); };
        const auto y = [&](double centre) { return static_cast<int>(std::lround(centre + 20.0 * std::sin(angle))); };
        DOCTEST_CAPTURE(degrees);
        DOCTEST_CHECK(picture.green(x(149.75), y(24.75)));
        DOCTEST_CHECK(picture.orange(x(49.75), y(74.75)));
    }
    DOCTEST_CHECK(picture.gray(150, 25));
    DOCTEST_CHECK(picture.gray(50, 75));
    DOCTEST_CHECK(picture.gray(50, 25));  // where a flipped or swapped one would be
    DOCTEST_CHECK(picture.green(20, 99)); // the quarter in the corner
    // The ramp runs from black at the top to white at the bottom; the picture shows the area average.
    DOCTEST_CHECK(picture.at(100, 0)[0] < 10);
    DOCTEST_CHECK(picture.at(100, 99)[0] > 245);
    DOCTEST_CHECK(std::abs(picture.at(100, 50)[0] - 128) < 6);
}

DOCTEST_TEST_CASE("small images are not blown up, odd scales keep every pixel's share") {
    const Folder folder;
    picker::Micrograph micrograph;
    micrograph.image = picker::Image(50, 31);
    for (int y = 0; y < 31; ++y) {
        for (int x = 0; x < 50; ++x) {
            micrograph.image.at(x, y) = (x + y) % 2 == 0 ? 1.0F : 0.0F;
        }
    }
    picker::draw_picks(folder / "s.png", micrograph, {}, nullptr, {10.0, 1024});
    auto picture = load(folder / "s.png");
    DOCTEST_CHECK(picture.width == 50);
    DOCTEST_CHECK(picture.height == 31);
    DOCTEST_CHECK(picture.at(0, 0)[0] == 255);
    DOCTEST_CHECK(picture.at(1, 0)[0] == 0);
    picker::draw_picks(folder / "s.png", micrograph, {}, nullptr, {10.0, 7});
    picture = load(folder / "s.png");
    DOCTEST_CHECK(picture.width == 7);
    DOCTEST_CHECK(picture.height == 4);
    expect_error(Status::invalid_argument, {"e.png", "empty"},
                 [&] { picker::draw_picks(folder / "e.png", {}, {}, nullptr, {}); });
}
