// The check before a run through the C API: everything told at once, a run over the rest, bad calls.
#include "capi/support.hpp"

#include <cmath>

using namespace capi;

namespace {

using PreflightOwner = Owner<picker_preflight, picker_preflight_free>;

void make_image(const std::string& path) {
    const float pixels[6] = {1, 2, 3, 4, 5, 9};
    libpicker::Micrograph::from_data(pixels, 3, 2, 2, "m").write(path);
}

// a.mrc is good, b.mrc cut, c.mrc missing; then a folder that holds nothing.
std::vector<std::string> patterns_in(const TempFolder& folder) {
    make_image(folder / "a.mrc");
    make_image(folder / "b.mrc");
    std::filesystem::resize_file(folder / "b.mrc", 1030);
    std::filesystem::create_directory(folder / "bare");
    return {folder / "a.mrc", folder / "b.mrc", folder / "c.mrc", folder / "bare"};
}

} // namespace

DOCTEST_TEST_CASE("a preflight tells everything at once and changes nothing") {
    const TempFolder folder;
    const auto patterns = patterns_in(folder);
    const auto list = libpicker::detail::pointers(patterns);
    InputsOwner inputs;
    refused(picker_inputs_create(inputs.out(), list.data(), list.size(), 0), PICKER_NOT_FOUND, {"c.mrc"});
    ok(picker_inputs_create_all(inputs.out(), list.data(), list.size()));
    DOCTEST_CHECK(picker_inputs_count(inputs.get()) == 3);
    auto options = make<picker_preflight_options>();
    const std::string output = folder / "out";
    options.output = output.c_str();
    options.files = 2;
    options.deep = 1;
    PreflightOwner checked;
    ok(picker_preflight_inputs(checked.out(), inputs.get(), &options, nullptr));
    auto summary = make<picker_preflight_summary>();
    ok(picker_preflight_get_summary(checked.get(), &summary));
    DOCTEST_CHECK(summary.micrographs == 3);
    DOCTEST_CHECK(summary.usable == 1);
    DOCTEST_CHECK(summary.problems == 3);
    DOCTEST_CHECK(summary.groups == 3);
    DOCTEST_CHECK(summary.errors == 3);
    DOCTEST_CHECK(summary.blocking == 1);
    DOCTEST_CHECK(summary.bytes_least == 2 * 4096);
    DOCTEST_CHECK(summary.bytes_most > summary.bytes_least);
    DOCTEST_CHECK(summary.bytes_free > 0);
    const char* const kinds[] = {"pattern", "missing", "truncated"};
    const std::int64_t indices[] = {-1, 2, 1};
    for (std::size_t i = 0; i < 3; ++i) {
        auto problem = make<picker_problem>();
        ok(picker_preflight_problem(checked.get(), i, &problem));
        DOCTEST_CHECK(std::string(problem.kind) == kinds[i]);
        DOCTEST_CHECK(problem.index == indices[i]);
        DOCTEST_CHECK(problem.level == PICKER_PROBLEM_ERROR);
        DOCTEST_CHECK(problem.skippable == (i == 0 ? 0 : 1));
        DOCTEST_CHECK(contains(problem.message, problem.path));
        auto group = make<picker_problem_group>();
        ok(picker_preflight_group(checked.get(), i, &group));
        DOCTEST_CHECK(std::string(group.kind) == kinds[i]);
        DOCTEST_CHECK(group.count == 1);
        DOCTEST_CHECK(std::string(group.text) == problem.message);
    }
    auto info = make<picker_micrograph_info>();
    ok(picker_preflight_micrograph(checked.get(), 0, &info));
    DOCTEST_CHECK(info.width == 3);
    DOCTEST_CHECK(info.height == 2);
    DOCTEST_CHECK(info.pixel_size == 2);
    DOCTEST_CHECK(info.has_statistics == 1);
    DOCTEST_CHECK(info.maximum == 9);
    refused(picker_preflight_micrograph(checked.get(), 1, &info), PICKER_BAD_FILE, {"b.mrc", "truncated"});
    refused(picker_preflight_micrograph(checked.get(), 2, &info), PICKER_NOT_FOUND, {"c.mrc"});
    DOCTEST_CHECK(!std::filesystem::exists(output));
}

DOCTEST_TEST_CASE("without options only the files are checked") {
    const TempFolder folder;
    make_image(folder / "a.mrc");
    const libpicker::Preflight checked(libpicker::Inputs({folder / "a.mrc"}));
    DOCTEST_CHECK(checked.problems().empty());
    DOCTEST_CHECK(checked.summary().bytes_most == 0);
    DOCTEST_CHECK(checked.summary().bytes_free == -1);
    DOCTEST_CHECK(checked.micrograph(0).has_statistics == 0);
}

DOCTEST_TEST_CASE("a shard looks at its own micrographs") {
    const TempFolder folder;
    for (const char* name : {"a.mrc", "b.mrc", "c.mrc", "d.mrc", "e.mrc"}) {
        make_image(folder / name);
    }
    std::filesystem::resize_file(folder / "b.mrc", 1040);
    std::filesystem::resize_file(folder / "d.mrc", 1040);
    const libpicker::Inputs inputs({folder / "*.mrc"}, true);
    auto options = make<picker_preflight_options>();
    options.shards = 2;
    options.shard = 2; // a, c, e
    const libpicker::Preflight first(inputs, options);
    DOCTEST_CHECK(first.summary().micrographs == 3);
    DOCTEST_CHECK(first.summary().usable == 3);
    DOCTEST_CHECK(first.problems().empty());
    options.shard = 1; // b, d
    const libpicker::Preflight other(inputs, options);
    DOCTEST_CHECK(other.summary().micrographs == 2);
    DOCTEST_CHECK(other.summary().usable == 0);
    DOCTEST_REQUIRE(other.problems().size() == 2);
    DOCTEST_CHECK(other.problems()[0].index == 1);
    DOCTEST_CHECK(other.problems()[1].index == 3);
}

DOCTEST_TEST_CASE("bad calls are refused, and say why") {
    const TempFolder folder;
    make_image(folder / "a.mrc");
    const libpicker::Inputs inputs({folder / "a.mrc"});
    PreflightOwner checked;
    const auto refuse = [&](auto change, picker_status status, std::initializer_list<std::string_view> parts) {
        auto options = make<picker_preflight_options>();
        change(options);
        refused(picker_preflight_inputs(checked.out(), inputs.get(), &options, nullptr), status, parts);
        DOCTEST_CHECK(checked.get() == nullptr);
    };
    refuse([](auto& o) { o.pixel_size = -1; }, PICKER_INVALID_ARGUMENT, {"picker_preflight_options.pixel_size", "-1"});
    refuse([](auto& o) { o.diameter = NAN; }, PICKER_INVALID_ARGUMENT, {"picker_preflight_options.diameter"});
    refuse([](auto& o) { o.shard = 3, o.shards = 2; }, PICKER_INVALID_ARGUMENT, {"no shard 3 of 2"});
    refuse([](auto& o) { o.source = 9; }, PICKER_INVALID_ARGUMENT, {"picker_preflight_options.source", "9"});
    refuse([](auto& o) { o.source = PICKER_SOURCE_SCORE_MAPS; }, PICKER_INVALID_ARGUMENT,
           {"picker_preflight_options.source_folder"});
    InputsOwner none;
    refused(picker_inputs_create_all(none.out(), nullptr, 0), PICKER_INVALID_ARGUMENT, {"no micrographs given"});
    ok(picker_preflight_inputs(checked.out(), inputs.get(), nullptr, nullptr));
    auto problem = make<picker_problem>();
    refused(picker_preflight_problem(checked.get(), 0, &problem), PICKER_NOT_FOUND, {"no problem 0", "has 0"});
    auto group = make<picker_problem_group>();
    refused(picker_preflight_group(checked.get(), 7, &group), PICKER_NOT_FOUND, {"7"});
    auto info = make<picker_micrograph_info>();
    refused(picker_preflight_micrograph(checked.get(), 1, &info), PICKER_NOT_FOUND, {"no micrograph 1", "has 1"});
    libpicker::Control control;
    control.progress = [](const picker_progress&) { return true; };
    DOCTEST_CHECK_THROWS_AS(libpicker::Preflight(inputs, make<picker_preflight_options>(), control), libpicker::Error);
}
