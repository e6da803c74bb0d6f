// Plots: bars and steps in numbers, shapes as pixels, and a PDF whose table of places is right.
#include "io/micrograph_file.hpp"
#include "report/plots.hpp"
#include "report/text_raster.hpp"
#include "report/write_report.hpp"
#include "unit/report/folder.hpp"

#include <cmath>

using namespace io_testing;
using namespace report_testing;
using picker::Anchor;
using picker::Drawing;
using picker::Picture;

namespace {

constexpr picker::Colour black = {0, 0, 0}, blue = {0, 0, 255};

int level(const Picture& picture, int x, int y, int channel = 0) {
    return picture.samples[static_cast<std::size_t>(3 * (y * picture.width + x) + channel)];
}

// The columns that hold something dark: first and last.
std::pair<int, int> ink(const Picture& picture) {
    int first = picture.width, last = -1;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            if (level(picture, x, y) < 128) {
                first = std::min(first, x);
                last = std::max(last, x);
            }
        }
    }
    return {first, last};
}

} // namespace

DOCTEST_TEST_CASE("bars count every value once, those at and beyond the ends in the last bar there") {
    using List = std::vector<double>;
    DOCTEST_CHECK(picker::histogram({0.0, 0.1, 0.25, 0.5, 0.99, 1.0, -3.0, 7.0}, 0.0, 1.0, 4) == List{3, 1, 1, 3});
    DOCTEST_CHECK(picker::histogram({}, 0.0, 1.0, 2) == List{0, 0});
}

DOCTEST_TEST_CASE("steps of an axis are 1, 2 or 5 times a power of ten") {
    DOCTEST_CHECK(picker::round_step(1.0, 10) == doctest::Approx(0.1));
    DOCTEST_CHECK(picker::round_step(1.0, 7) == doctest::Approx(0.2));
    DOCTEST_CHECK(picker::round_step(700.0, 4) == doctest::Approx(200.0));
    DOCTEST_CHECK(picker::round_step(81.0, 10) == doctest::Approx(10.0));
    DOCTEST_CHECK(picker::round_step(300.0, 7) == doctest::Approx(50.0));
}

DOCTEST_TEST_CASE("a box and a line cover the pixels that they lie on, by share") {
    if (!picker::can_rasterise()) {
        return;
    }
    Drawing drawing{"d", 20, 10, {}};
    drawing.shapes.emplace_back(picker::BoxShape{2.0, 1.0, 3.5, 2.0, blue});
    drawing.shapes.emplace_back(picker::LineShape{10.0, 5.5, 16.0, 5.5, 1.0, black});
    const Picture one = picker::rasterise(drawing, 1.0);
    DOCTEST_REQUIRE(one.width == 20);
    DOCTEST_REQUIRE(one.height == 10);
    DOCTEST_CHECK(level(one, 2, 1) == 0);
    DOCTEST_CHECK(level(one, 2, 1, 2) == 255);
    DOCTEST_CHECK(level(one, 5, 2) == doctest::Approx(128).epsilon(0.02)); // half covered
    DOCTEST_CHECK(level(one, 6, 1) == 255);
    DOCTEST_CHECK(level(one, 2, 3) == 255);
    DOCTEST_CHECK(level(one, 12, 5) == 0);
    DOCTEST_CHECK(level(one, 12, 7) == 255);
    const Picture twice = picker::rasterise(drawing, 2.0);
    DOCTEST_CHECK(twice.width == 40);
    DOCTEST_CHECK(level(twice, 10, 4) == 0);
    DOCTEST_CHECK(level(twice, 11, 4) == 255);
}

DOCTEST_TEST_CASE("words stand at their anchors") {
    if (!picker::can_rasterise()) {
        return;
    }
    const auto columns = [](Anchor anchor) {
        Drawing drawing{"d", 200, 30, {}};
        drawing.shapes.emplace_back(picker::TextShape{100, 20, 16, anchor, "HIIH", black});
        return ink(picker::rasterise(drawing, 1.0));
    };
    const auto [start_first, start_last] = columns(Anchor::start);
    const auto [middle_first, middle_last] = columns(Anchor::middle);
    const auto [end_first, end_last] = columns(Anchor::end);
    DOCTEST_CHECK(start_first >= 100);
    DOCTEST_CHECK(start_first <= 103);
    DOCTEST_CHECK(end_last <= 100);
    DOCTEST_CHECK(end_last >= 96);
    DOCTEST_CHECK(std::abs((middle_first + middle_last) / 2 - 100) <= 1);
    DOCTEST_CHECK(start_last - start_first > 25);
    DOCTEST_CHECK(picker::characters_of("a\xC3\x85\xE2\x80\x93\xE6\xBC\xA2\n") ==
                  std::vector<int>{'a', 0xC5, 0x2013, '?', '?'});
}

DOCTEST_TEST_CASE("a PDF has its objects where its table says, and says what the drawing says") {
    Drawing drawing{"d", 252, 180, {}};
    drawing.shapes.emplace_back(picker::BoxShape{10, 20, 30, 40, blue});
    drawing.shapes.emplace_back(picker::TextShape{100, 50, 8, Anchor::start, "a (b) \\ c", black});
    drawing.shapes.emplace_back(picker::PictureShape{0, 0, 10, 5, {4, 2, 3, std::vector<unsigned char>(24, 200)}});
    const std::string pdf = picker::pdf_of({drawing, drawing});
    DOCTEST_CHECK(pdf.starts_with("%PDF-1.4\n"));
    DOCTEST_CHECK(pdf.ends_with("%%EOF\n"));
    DOCTEST_CHECK(pdf.find("/Count 2") != std::string::npos);
    DOCTEST_CHECK(pdf.find("10.000 120.000 30.000 40.000 re f") != std::string::npos); // y from below
    DOCTEST_CHECK(pdf.find("(a \\(b\\) \\\\ c) Tj") != std::string::npos);
    DOCTEST_CHECK(pdf.find("/Width 4 /Height 2") != std::string::npos);
    const std::size_t table = std::stoul(pdf.substr(pdf.find("startxref\n") + 10));
    DOCTEST_REQUIRE(pdf.compare(table, 5, "xref\n") == 0);
    const std::size_t count = std::stoul(pdf.substr(table + 7));
    DOCTEST_CHECK(count == 10); // with the free one: catalogue, pages, font, 2 pictures, 2 pages with contents
    std::size_t entry = pdf.find('\n', table + 5) + 1 + 20;
    for (std::size_t number = 1; number < count; ++number, entry += 20) {
        const std::size_t place = std::stoul(pdf.substr(entry, 10));
        const std::string begins = std::to_string(number) + " 0 obj\n";
        DOCTEST_CHECK(pdf.compare(place, begins.size(), begins) == 0);
    }
}

DOCTEST_TEST_CASE("plots lie beside the page, and a run without picks has them too") {
    const Folder folder;
    picker::write_image(folder / "a.mrc", ramp(600, 200), 2.5);
    for (const bool empty : {false, true}) {
        DOCTEST_CAPTURE(empty);
        folder.put("a.star", empty ? star({}) : star({{100, 50, 0.75}, {500, 150, 0.25}}));
        folder.put("run.json", run_json(record((folder / "a.mrc").string(), "a", "done")));
        picker::ReportOptions options;
        options.output = folder / "out.html";
        options.png = picker::can_rasterise();
        options.pdf = true;
        const auto summary = picker::write_report(folder.path(), options, {});
        std::vector<std::string> names;
        for (const auto& plot : summary.plots) {
            names.push_back(plot.filename().string());
            DOCTEST_CHECK(std::filesystem::file_size(plot) > 500);
        }
        std::vector<std::string> wanted = {"out.pdf"};
        if (options.png) {
            wanted.insert(wanted.end(), {"out-scores.png", "out-counts.png", "out-run.png", "out-gallery.png"});
            const auto header = picker::read_image_header(folder / "out-scores.png");
            DOCTEST_CHECK(header.width == 1050); // 3.5 inches at 300 dots for each
            DOCTEST_CHECK(header.height == 750);
        }
        DOCTEST_CHECK(names == wanted);
        DOCTEST_CHECK(summary.picks == (empty ? 0 : 1));
        DOCTEST_CHECK(summary.rows == (empty ? 0 : 2));
    }
}
