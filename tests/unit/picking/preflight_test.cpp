// The check before a run: every damage made by hand, grouped texts, the output folder, and equal results on any number
// of threads.
#include "picking/preflight.hpp"
#include "unit/io/io_testing.hpp"
#include "unit/io/mrc_builder.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <sys/stat.h>

using namespace io_testing;
using namespace picker;

namespace {

// 5 x 3 pixels at 4 angstrom.
Mrc good() {
    Mrc mrc;
    mrc.cell = 20.0F;
    for (int i = 0; i < 15; ++i) {
        mrc.real(mrc.data, static_cast<float>(i));
    }
    return mrc;
}

Preflight check(const std::vector<std::string>& patterns, const PreflightOptions& options = {}, int threads = 2) {
    std::vector<PatternFault> faults;
    const auto inputs = expand_all_inputs(patterns, faults);
    Control control;
    control.threads = threads;
    return preflight(inputs, faults, {}, options, control);
}

std::string kinds(const Preflight& report) {
    std::string out;
    for (const Problem& problem : report.problems) {
        out += (out.empty() ? "" : " ") + std::string(name_of(problem.kind));
    }
    return out;
}

bool says(const std::string& message, std::initializer_list<std::string_view> parts) {
    DOCTEST_CAPTURE(message);
    return std::ranges::all_of(parts, [&](std::string_view part) { return message.find(part) != message.npos; });
}

} // namespace

DOCTEST_TEST_CASE("good files have no problems") {
    const Folder folder;
    folder.put("a.mrc", good().bytes());
    write_image(folder / "b.tif", ramp(9, 7), 0.0);
    write_image(folder / "c.png", ramp(9, 7), 0.0);
    PreflightOptions options;
    options.pixel_size = 4.0;
    options.output = folder / "out/of/this";
    const auto report = check({folder.path().string(), folder / "c.png"}, options);
    DOCTEST_CHECK(kinds(report) == "");
    DOCTEST_CHECK(report.groups.empty());
    DOCTEST_CHECK(report.usable == 3);
    DOCTEST_CHECK(report.inputs[0].header->width == 5);
    DOCTEST_CHECK(report.inputs[1].header->format == "tiff");
    DOCTEST_CHECK(report.inputs[2].header->height == 7);
    DOCTEST_CHECK(report.bytes_least == 3 * 4096);
    DOCTEST_CHECK(report.bytes_free.has_value());
    DOCTEST_CHECK(!std::filesystem::exists(folder / "out")); // nothing is made
}

DOCTEST_TEST_CASE("every damage of a header has its kind, message and place") {
    const Folder folder;
    const std::string whole = good().bytes();
    const auto make = [&](const std::string& name, auto change) {
        Mrc mrc = good();
        change(mrc);
        folder.put(name, mrc.bytes());
    };
    folder.put("empty.mrc", "");
    folder.put("half_header.mrc", std::string_view(whole).substr(0, 700));
    folder.put("one_byte_short.mrc", std::string_view(whole).substr(0, whole.size() - 1));
    folder.put("text.mrc", std::string(3000, 'q'));
    make("no_rows.mrc", [](Mrc& m) { m.ny = 0; });
    make("absurd.mrc", [](Mrc& m) { m.nx = 60000, m.ny = 60000; });
    make("stack.mrc", [](Mrc& m) { m.nz = 2, m.data += m.data; });
    make("complex.mrc", [](Mrc& m) { m.mode = 4; });
    make("zero_size.mrc", [](Mrc& m) { m.cell = 0.0F; });
    make("one_size.mrc", [](Mrc& m) { m.cell = 5.0F; });
    make("absurd_size.mrc", [](Mrc& m) { m.cell = 5000.0F; });
    write_image(folder / "whole.tif", ramp(90, 70), 0.0);
    write_image(folder / "whole.png", ramp(90, 70), 0.0);
    const std::string tiff = contents(folder / "whole.tif"), png = contents(folder / "whole.png");
    folder.put("rows_gone.tif", std::string_view(tiff).substr(0, 200));
    folder.put("end_gone.png", std::string_view(png).substr(0, png.size() - 5));
    std::filesystem::create_directory(folder / "folder.mrc.d");
    const std::pair<const char*, const char*> expected[] = {{"empty.mrc", "empty"},
                                                            {"half_header.mrc", "truncated"},
                                                            {"one_byte_short.mrc", "truncated"},
                                                            {"text.mrc", "damaged"},
                                                            {"no_rows.mrc", "damaged"},
                                                            {"absurd.mrc", "size"},
                                                            {"stack.mrc", "stack"},
                                                            {"complex.mrc", "mode"},
                                                            {"zero_size.mrc", "pixel_size_unknown"},
                                                            {"one_size.mrc", "pixel_size_unknown"},
                                                            {"absurd_size.mrc", "pixel_size_absurd"},
                                                            {"rows_gone.tif", "damaged"},
                                                            {"end_gone.png", "truncated"},
                                                            {"absent.mrc", "missing"}};
    for (const auto& [name, kind] : expected) {
        DOCTEST_CAPTURE(name);
        const auto report = check({folder / name});
        DOCTEST_CHECK(kinds(report) == kind);
        DOCTEST_REQUIRE(!report.problems.empty());
        const Problem& problem = report.problems[0];
        DOCTEST_CHECK(problem.level == ProblemLevel::error);
        DOCTEST_CHECK(problem.skippable);
        DOCTEST_CHECK(problem.index == 0);
        DOCTEST_CHECK(problem.path == (folder / name).string());
        DOCTEST_CHECK(says(problem.message, {name, "; "})); // names the file, and a way out
        DOCTEST_CHECK(report.usable == 0);
        DOCTEST_CHECK(report.blocking == 0);
        // What reading it says, so that a run records the same.
        if (!report.inputs[0].header) {
            expect_error(report.inputs[0].status, {problem.message}, [&] { (void)read_image_header(folder / name); });
        }
    }
}

DOCTEST_TEST_CASE("problems of a kind are one line: how many, the first three names, the way out") {
    const Folder folder;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        folder.put(std::string(name) + ".mrc", "");
    }
    folder.put("y.mrc", good().bytes());
    folder.put("z.mrc", good().bytes().substr(0, 1050));
    const auto report = check({folder.path().string()});
    DOCTEST_REQUIRE(report.groups.size() == 2);
    DOCTEST_CHECK(report.groups[0].count == 5);
    DOCTEST_CHECK(report.groups[0].text == "5 files are empty: " + (folder / "a.mrc").string() + ", " +
                                               (folder / "b.mrc").string() + ", " + (folder / "c.mrc").string() +
                                               " and 2 more; copy them again from their source");
    DOCTEST_CHECK(report.groups[1].text == report.problems[5].message); // one of a kind: all of it
    DOCTEST_CHECK(says(report.groups[1].text, {"z.mrc", "1084 bytes", "the file has 1050"}));
    DOCTEST_CHECK(report.usable == 1);
    std::set<std::string> names;
    for (int i = 0; i <= static_cast<int>(ProblemKind::outside_project); ++i) { // the table of kinds is complete
        const auto kind = static_cast<ProblemKind>(i);
        names.insert(name_of(kind));
        Problem problem;
        problem.kind = kind;
        problem.path = "some/path";
        const auto group = group_problems({problem, problem});
        DOCTEST_REQUIRE(group.size() == 1);
        DOCTEST_CHECK(says(group[0].text, {"2 ", ": some/path, some/path; "}));
    }
    DOCTEST_CHECK(names.size() == static_cast<std::size_t>(ProblemKind::outside_project) + 1);
}

DOCTEST_TEST_CASE("patterns without micrographs and equal stems are told together, and cannot be skipped") {
    const Folder folder;
    folder.put("x/m.mrc", good().bytes());
    folder.put("y/m.mrc", good().bytes());
    std::filesystem::create_directory(folder / "bare");
    folder.put("bad.star", "data_\n\nloop_\n_rlnCoordinateX #1\n1\n");
    folder.put("lost.star", "data_\n\nloop_\n_rlnMicrographName #1\nnowhere/m1.mrc\nnowhere/m2.mrc\n");
    const auto report = check({folder / "x", folder / "y", folder / "*.eer", folder / "bare", folder / "bad.star",
                               folder / "lost.star", folder / "absent.star"});
    DOCTEST_CHECK(kinds(report) == "pattern pattern pattern pattern pattern same_stem");
    DOCTEST_CHECK(report.blocking == 6);
    DOCTEST_CHECK(report.problems[0].index == -1);
    DOCTEST_CHECK(says(report.problems[0].message, {"*.eer", "no file matches"}));
    DOCTEST_CHECK(says(report.problems[5].message, {"x/m.mrc", "y/m.mrc", "rename"}));
    DOCTEST_CHECK(report.problems[5].index == 1);
    PreflightOptions options;
    options.allow_same_stem = true;
    DOCTEST_CHECK(kinds(check({folder / "x", folder / "y"}, options)) == "");
}

DOCTEST_TEST_CASE("pixel sizes: what is given, the list and the header are held against each other") {
    const Folder folder;
    folder.put("m1.mrc", good().bytes());
    folder.put("m2.mrc", good().bytes());
    const auto star = folder.put("list.star", "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnMicrographPixelSize #2\n"
                                              "1 4.03\n2 2.0\n\ndata_micrographs\n\nloop_\n_rlnMicrographName #1\n"
                                              "_rlnOpticsGroup #2\nm1.mrc 1\nm2.mrc 2\n");
    auto report = check({star});
    DOCTEST_CHECK(kinds(report) == "pixel_size_differs"); // 4.03 and 4.0 are one size, rounded
    DOCTEST_CHECK(report.problems[0].level == ProblemLevel::warning);
    DOCTEST_CHECK(report.usable == 2);
    DOCTEST_CHECK(says(report.problems[0].message, {"m2.mrc", "2.000", "4.000", "list's is used"}));
    PreflightOptions options;
    options.pixel_size = 4.2;
    report = check({star}, options);
    DOCTEST_CHECK(kinds(report) == "pixel_size_overridden pixel_size_overridden");
    DOCTEST_CHECK(report.problems[0].level == ProblemLevel::remark);
    DOCTEST_CHECK(says(report.groups[0].text, {"2 micrographs", "m1.mrc (4.030)", "m2.mrc (2.000)"}));
    options.pixel_size = 4.0;
    options.diameter = 13.0; // 3.25 pixels, and the images have 3 rows
    report = check({folder / "m1.mrc"}, options);
    DOCTEST_CHECK(kinds(report) == "too_small");
    DOCTEST_CHECK(says(report.problems[0].message, {"5 x 3", "4 pixels"}));
    options.diameter = 12.0;
    DOCTEST_CHECK(kinds(check({folder / "m1.mrc"}, options)) == "");
}

DOCTEST_TEST_CASE("with deep the pixels are read") {
    const Folder folder;
    Image image(64, 48);
    for (std::size_t i = 0; i < image.size(); ++i) {
        image.pixels[i] = static_cast<float>((i * 7919U) % 1009U);
    }
    write_image(folder / "good.mrc", image, 4.0);
    write_image(folder / "constant.mrc", Image(64, 48, 2.5F), 4.0);
    image.at(40, 30) = 1e6F;
    write_image(folder / "hot.mrc", image, 4.0);
    image.at(5, 7) = std::numeric_limits<float>::quiet_NaN();
    write_image(folder / "nan.mrc", image, 4.0);
    DOCTEST_CHECK(kinds(check({folder.path().string()})) == "");
    PreflightOptions options;
    options.deep = true;
    const auto report = check({folder.path().string()}, options);
    DOCTEST_CHECK(kinds(report) == "not_finite constant hot_pixels hot_pixels");
    DOCTEST_CHECK(report.usable == 2);
    DOCTEST_CHECK(says(report.problems[0].message, {"nan.mrc has 1 pixels"}));
    DOCTEST_CHECK(report.problems[2].level == ProblemLevel::warning);
    DOCTEST_CHECK(report.inputs[1].pixels->statistics.maximum == 1008.0); // good.mrc
}

DOCTEST_TEST_CASE("score maps and candidates are inputs too") {
    const Folder folder;
    folder.put("a.mrc", good().bytes());
    folder.put("b.mrc", good().bytes());
    folder.put("maps/a.mrc", good().bytes());
    folder.put("maps/b.mrc", good().bytes().substr(0, 1050));
    folder.put("picks/b.star", "data_\n");
    PreflightOptions options;
    options.source = CandidateSource::score_map;
    options.source_folder = folder / "maps";
    auto report = check({folder.path().string()}, options);
    DOCTEST_CHECK(kinds(report) == "truncated");
    DOCTEST_CHECK(report.problems[0].index == 1);
    DOCTEST_CHECK(report.problems[0].path == (folder / "maps/b.mrc").string());
    options.source = CandidateSource::candidates;
    options.source_folder = folder / "picks";
    report = check({folder.path().string()}, options);
    DOCTEST_CHECK(kinds(report) == "missing");
    DOCTEST_CHECK(says(report.problems[0].message, {"picks/a.star"}));
}

DOCTEST_TEST_CASE("a damaged mask takes its micrograph along, a common one the run") {
    const Folder folder;
    const std::string a = folder.put("a.mrc", good().bytes()), b = folder.put("b.mrc", good().bytes());
    const std::string mask = folder.put("mask.png", "no picture").string();
    std::vector<PatternFault> none;
    const auto inputs = expand_all_inputs({a, b}, none);
    auto report = preflight(inputs, none, {"", mask}, {}, {});
    DOCTEST_CHECK(kinds(report) == "truncated"); // shorter than any header
    DOCTEST_CHECK(report.problems[0].index == 1);
    DOCTEST_CHECK(report.problems[0].skippable);
    report = preflight(inputs, none, {mask, mask}, {}, {});
    DOCTEST_CHECK(report.problems.size() == 1);
    DOCTEST_CHECK(report.problems[0].index == -1);
    DOCTEST_CHECK(report.blocking == 1);
}

DOCTEST_TEST_CASE("a folder that cannot be written to is told before anything is made") {
    const Folder folder;
    const auto file = folder.put("file", "");
    DOCTEST_CHECK(output_fault(folder.path()) == "");
    DOCTEST_CHECK(output_fault(folder / "new/and/deep") == "");
    DOCTEST_CHECK(says(output_fault(file), {"file is a file", "choose another"}));
    DOCTEST_CHECK(says(output_fault(folder / "file/below"), {"below", "is a file"}));
    std::filesystem::create_directory(folder / "closed");
    DOCTEST_REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    DOCTEST_REQUIRE(::chmod((folder / "closed").c_str(), 0555) == 0);
    const bool is_root = ::geteuid() == 0; // whom nothing is closed to
    DOCTEST_REQUIRE((!is_root || ::seteuid(65534) == 0));
    const std::string closed = output_fault(folder / "closed"), below = output_fault(folder / "closed/new");
    DOCTEST_REQUIRE((!is_root || ::seteuid(0) == 0));
    DOCTEST_CHECK(says(closed, {"closed", "Permission denied", "that you may write to"}));
    DOCTEST_CHECK(says(below, {"closed/new", "Permission denied"}));
    DOCTEST_CHECK(!std::filesystem::exists(folder / "new"));
    folder.put("a.mrc", good().bytes());
    PreflightOptions options;
    options.output = file;
    const auto report = check({folder / "a.mrc"}, options);
    DOCTEST_CHECK(kinds(report) == "output");
    DOCTEST_CHECK(report.blocking == 1);
    DOCTEST_CHECK(report.usable == 1);
}

DOCTEST_TEST_CASE("room on the disk: none for sure is an error, perhaps too little a warning") {
    DOCTEST_CHECK(!space_problem("out", 1000, 5000, 5000));
    auto problem = space_problem("out", 1'000'000, 5'240'000'000, 2'000'000);
    DOCTEST_REQUIRE(problem.has_value());
    DOCTEST_CHECK(problem->level == ProblemLevel::warning);
    DOCTEST_CHECK(says(problem->message, {"out", "2.0 MB free", "1.0 MB to 5.2 GB"}));
    problem = space_problem("out", 1'000'000, 5'000'000, 900);
    DOCTEST_REQUIRE(problem.has_value());
    DOCTEST_CHECK(problem->level == ProblemLevel::error);
    DOCTEST_CHECK(!problem->skippable);
    DOCTEST_CHECK(says(problem->message, {"900 bytes free"}));
}

DOCTEST_TEST_CASE("paths of a STAR file that lead out of the project are remarked on") {
    const Folder folder;
    folder.put("elsewhere/a.mrc", good().bytes());
    folder.put("project/Micrographs/b.mrc", good().bytes());
    const std::string inside = (folder / "project/Micrographs/b.mrc").string();
    folder.put("project/list.star", "data_\n\nloop_\n_rlnMicrographName #1\n../elsewhere/a.mrc\n" + inside +
                                        "\nMicrographs/../Micrographs/b.mrc\n" + (folder / "elsewhere/a.mrc").string() +
                                        "\n");
    const auto report = check({folder / "project/list.star"});
    DOCTEST_CHECK(kinds(report) == "outside_project");
    DOCTEST_CHECK(report.problems[0].level == ProblemLevel::remark);
    DOCTEST_CHECK(says(report.problems[0].message, {"../elsewhere/a.mrc", "list.star", "out of the project"}));
    DOCTEST_CHECK(report.usable == 2);
    // A path that a person types may lead anywhere.
    DOCTEST_CHECK(kinds(check({folder / "project/../elsewhere/a.mrc"})) == "");
}

DOCTEST_TEST_CASE("the same report on any number of threads, and cancelled when asked") {
    const Folder folder;
    for (int i = 0; i < 150; ++i) {
        const std::string name = "m" + std::to_string(1000 + i) + ".mrc";
        folder.put(name, i % 7 == 3 ? std::string() : good().bytes().substr(0, i % 11 == 5 ? 1060 : 2000));
    }
    const auto text = [&](int threads) {
        std::string all;
        for (const Problem& problem : check({folder.path().string()}, {}, threads).problems) {
            all += problem.message + "\n";
        }
        return all;
    };
    const std::string one = text(1);
    DOCTEST_CHECK(std::ranges::count(one, '\n') > 30);
    DOCTEST_CHECK(text(3) == one);
    DOCTEST_CHECK(text(8) == one);
    Control control;
    control.progress = [](const ProgressEvent& event) { return std::string_view(event.stage) == "check"; };
    std::vector<PatternFault> none;
    const auto inputs = expand_all_inputs({folder.path().string()}, none);
    expect_error(Status::cancelled, {}, [&] { (void)preflight(inputs, none, {}, {}, control); });
}
