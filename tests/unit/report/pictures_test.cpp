// Pictures of a report: their sizes by number, and micrographs that are missing or have changed.
#include "io/micrograph_file.hpp"
#include "report/pictures.hpp"
#include "unit/report/folder.hpp"

using namespace io_testing;
using namespace report_testing;

DOCTEST_TEST_CASE("a few pictures are large and spread over the run; all together stay near 20 MB") {
    for (const std::size_t count : {1UL, 12UL, 13UL, 100UL, 1000UL, 9999UL}) {
        DOCTEST_CAPTURE(count);
        std::size_t large = 0, first = count, last = 0;
        double pixels = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            const int side = picker::picture_side(i, count, 4092, 5760); // K3, stored upright
            if (picker::is_large_picture(i, count)) {
                ++large;
                first = std::min(first, i);
                last = i;
                DOCTEST_CHECK(side == 1024);
            } else {
                DOCTEST_CHECK(side >= 160);
                DOCTEST_CHECK(side <= 1024);
                pixels += side * (side * 4092.0 / 5760.0);
            }
        }
        DOCTEST_CHECK(large == std::min<std::size_t>(count, 12));
        DOCTEST_CHECK(first <= count / 12);
        DOCTEST_CHECK(last + 1 + count / 12 >= count);
        if (count == 1000) {
            DOCTEST_CHECK(pixels == doctest::Approx(3.2e7).epsilon(0.02));
        }
    }
    DOCTEST_CHECK(picker::picture_side(1, 1000, 5760, 4092) == picker::picture_side(1, 1000, 4092, 5760));
}

DOCTEST_TEST_CASE("pictures of what was picked; missing and changed micrographs are named, the others go on") {
    const Folder folder;
    picker::write_image(folder / "good.mrc", ramp(600, 200), 2.5);
    picker::write_image(folder / "other.mrc", ramp(200, 600), 2.5);
    folder.put("broken.mrc", "no image");
    std::string records;
    for (const char* stem : {"good", "other", "broken", "gone", "unpicked"}) {
        folder.put(std::string(stem) + ".star", star({{100, 50, 0.75}}));
        const std::string name = (folder / (std::string(stem) + ".mrc")).string();
        records +=
            (records.empty() ? "" : ",") + record(name, stem, stem == std::string("unpicked") ? "cancelled" : "done");
    }
    folder.put("run.json", run_json(records));
    const auto run = picker::read_run_folder(folder.path());
    picker::Control control;
    control.threads = 2;
    const auto pictures = picker::make_pictures(run, 0, control);
    DOCTEST_REQUIRE(pictures.size() == 5);
    DOCTEST_CHECK(pictures[0].width == 600); // nothing is enlarged
    DOCTEST_CHECK(pictures[0].height == 200);
    DOCTEST_CHECK(pictures[0].jpeg.starts_with("\xFF\xD8\xFF"));
    DOCTEST_CHECK(pictures[0].problem.empty());
    const char* said[] = {"200 x 600", "broken.mrc", "gone.mrc"};
    for (std::size_t i = 1; i < 4; ++i) {
        DOCTEST_CAPTURE(pictures[i].problem);
        DOCTEST_CHECK(pictures[i].width == 0);
        DOCTEST_CHECK(pictures[i].problem.find(said[i - 1]) != std::string::npos);
    }
    DOCTEST_CHECK(pictures[4].width == 0);
    DOCTEST_CHECK(pictures[4].problem.empty());
    const auto small = picker::make_pictures(run, 90, control);
    DOCTEST_CHECK(small[0].width == 90);
    DOCTEST_CHECK(small[0].height == 30);
    control.threads = 1;
    DOCTEST_CHECK(picker::make_pictures(run, 0, control)[0].jpeg == pictures[0].jpeg);
    control.progress = [](const picker::ProgressEvent& event) {
        DOCTEST_CHECK(event.total == 5);
        return true;
    };
    expect_error(picker::Status::cancelled, {}, [&] { picker::make_pictures(run, 0, control); });
}
