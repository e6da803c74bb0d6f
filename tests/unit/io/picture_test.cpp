// Small pictures: where a source pixel lands, smoothing, and JPEG as libjpeg itself reads it.
#include "io/picture.hpp"
#include "unit/io/io_testing.hpp"

#include <cstdint>
#include <cstdio> // jpeglib.h needs it
#include <jpeglib.h>
#include <vector>

using namespace io_testing;
using picker::Picture;
using picker::Status;

namespace {

Picture decode(const std::string& bytes) {
    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    DOCTEST_REQUIRE(jpeg_read_header(&jpeg, TRUE) == JPEG_HEADER_OK);
    jpeg_start_decompress(&jpeg);
    Picture out{static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height), jpeg.output_components, {}};
    const std::size_t stride = std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components);
    out.samples.resize(stride * jpeg.output_height);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = out.samples.data() + stride * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return out;
}

Picture pattern(int width, int height, int channels) {
    Picture out{width, height, channels, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < channels; ++c) {
                out.samples.push_back(static_cast<unsigned char>(2 * x + y + 30 * c)); // smooth: survives the JPEG
            }
        }
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("a JPEG holds the picture, gray and in colour, also where it is no multiple of a block") {
    for (const int channels : {1, 3}) {
        const Picture picture = pattern(61, 23, channels);
        const Picture back = decode(picker::encode_jpeg(picture, 95));
        DOCTEST_REQUIRE(back.width == 61);
        DOCTEST_REQUIRE(back.height == 23);
        DOCTEST_REQUIRE(back.channels == channels);
        int worst = 0;
        for (std::size_t i = 0; i < back.samples.size(); ++i) {
            worst = std::max(worst, std::abs(int{back.samples[i]} - int{picture.samples[i]}));
        }
        DOCTEST_CHECK(worst <= 6);
    }
    const Picture one = pattern(200, 150, 1);
    DOCTEST_CHECK(picker::encode_jpeg(one, 30).size() < picker::encode_jpeg(one, 95).size());
}

DOCTEST_TEST_CASE("a JPEG that outgrows its memory several times holds the whole picture") {
    Picture picture{700, 500, 1, {}};
    std::uint32_t state = 1;
    for (int i = 0; i < 700 * 500; ++i) {
        state = state * 1664525U + 1013904223U; // noise, which does not pack
        picture.samples.push_back(static_cast<unsigned char>(state >> 24U));
    }
    const std::string bytes = picker::encode_jpeg(picture, 100);
    DOCTEST_CHECK(bytes.size() > 3 * 65536);
    DOCTEST_CHECK(static_cast<unsigned char>(bytes.back()) == 0xD9); // the end of image
    const Picture back = decode(bytes);
    double sum = 0;
    for (std::size_t i = 0; i < back.samples.size(); ++i) {
        sum += std::abs(int{back.samples[i]} - int{picture.samples[i]});
    }
    DOCTEST_CHECK(sum / static_cast<double>(back.samples.size()) < 2.0);
}

DOCTEST_TEST_CASE("a picture that no JPEG can hold is an error, and nothing else happens") {
    Picture picture = pattern(8, 8, 1);
    picture.samples.pop_back();
    expect_error(Status::invalid_argument, {"8 x 8"}, [&] { picker::encode_jpeg(picture, 70); });
    Picture wide{70000, 1, 1, std::vector<unsigned char>(70000)}; // libjpeg's own limit: 65500
    expect_error(Status::invalid_argument, {"70000", "JPEG"}, [&] { picker::encode_jpeg(wide, 70); });
}

DOCTEST_TEST_CASE("a dark spot lies in the picture where its coordinate says") {
    picker::Image image(600, 200, 100.0F); // not square, the spot off the centre
    for (int y = -4; y <= 4; ++y) {
        for (int x = -4; x <= 4; ++x) {
            image.at(430 + x, 60 + y) = 0.0F;
        }
    }
    const Picture picture = picker::picture_of(image, 150, 16.0);
    DOCTEST_REQUIRE(picture.width == 150);
    DOCTEST_REQUIRE(picture.height == 50);
    DOCTEST_CHECK(picture.channels == 1);
    double sum = 0, sum_x = 0, sum_y = 0;
    for (int y = 0; y < 50; ++y) {
        for (int x = 0; x < 150; ++x) {
            const double dark = 255.0 - picture.samples[static_cast<std::size_t>(y * 150 + x)];
            sum += dark;
            sum_x += dark * x;
            sum_y += dark * y;
        }
    }
    DOCTEST_CHECK(sum_x / sum == doctest::Approx((430 + 0.5) / 4 - 0.5).epsilon(0.002));
    DOCTEST_CHECK(sum_y / sum == doctest::Approx((60 + 0.5) / 4 - 0.5).epsilon(0.005));
    expect_error(Status::invalid_argument, {"0 x 0"}, [] { picker::picture_of(picker::Image(), 100, 0.0); });
}
