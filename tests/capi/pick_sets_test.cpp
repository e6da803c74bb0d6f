// Pick sets through the C API: merged, mapped from a binned image to the raw one, and images paired by name.
#include "capi/support.hpp"

#include <string>
#include <vector>

using namespace capi;

namespace {

libpicker::Picks set_of(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& score) {
    libpicker::Picks picks;
    picks.append(x, y, score);
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("what two pickers agree on, with the score of each, written and read again") {
    const auto a = set_of({100, 300}, {40, 60}, {0.5, 0.9}), b = set_of({302, 500}, {61, 80}, {0.8, 0.7});
    auto options = make<picker_merge_options>();
    options.distance = 5;
    options.rule = PICKER_MERGE_CONSENSUS;
    options.sets = 2;
    const char* names[] = {"ours", "theirs"};
    options.names = names;
    auto report = make<picker_merge_report>();
    const libpicker::Picks both = libpicker::merge({&a, &b}, options, &report);
    DOCTEST_CHECK(report.picks == 4);
    DOCTEST_CHECK(report.particles == 3);
    DOCTEST_CHECK(report.kept == 1);
    const TempFolder folder;
    both.write(folder / "both.star");
    const auto again = libpicker::Picks::read(folder / "both.star");
    DOCTEST_REQUIRE(again.size() == 1);
    DOCTEST_CHECK(again.column("x")[0] == 300);
    DOCTEST_CHECK(again.column("y")[0] == 60);
    DOCTEST_CHECK(again.column("score")[0] == doctest::Approx(0.9));
    DOCTEST_CHECK(again.text_columns() == std::vector<std::string>{"mergeSources"});
    DOCTEST_CHECK(again.text(0, 0) == "ours+theirs");
    DOCTEST_CHECK(picker_picks_text(again.get(), 0, 1) == nullptr);
    DOCTEST_CHECK(picker_picks_text(again.get(), 1, 0) == nullptr);
    DOCTEST_CHECK(picker_picks_text_column_name(again.get(), 1) == nullptr);
    options.rule = 17;
    picker_picks* out = nullptr;
    const picker_picks* sets[] = {a.get(), b.get()};
    refused(picker_picks_merge(&out, sets, 2, &options, nullptr), PICKER_INVALID_ARGUMENT, {"17", "picker_merge_rule"});
    refused(picker_picks_merge(&out, sets, 0, &options, nullptr), PICKER_INVALID_ARGUMENT, {"picker_merge_rule"});
    options.rule = PICKER_MERGE_UNION;
    refused(picker_picks_merge(&out, sets, 0, &options, nullptr), PICKER_INVALID_ARGUMENT, {"no pick sets", ";"});
    options.distance = 0;
    refused(picker_picks_merge(&out, sets, 2, &options, nullptr), PICKER_INVALID_ARGUMENT, {"distance", ";"});
}

DOCTEST_TEST_CASE("picks of a binned image stand on the raw one; sides or pixel sizes that disagree are refused") {
    const auto picks = set_of({100, 12.5}, {40, 290}, {0.5, 0.9});
    auto binned = make<picker_micrograph_info>(), raw = binned;
    binned.width = 400;
    binned.height = 300;
    raw.width = 1602;
    raw.height = 1201;
    const libpicker::Picks mapped = picks.map(binned, raw);
    DOCTEST_CHECK(mapped.column("x")[1] == doctest::Approx(12.5 * 1602 / 400));
    DOCTEST_CHECK(mapped.column("y")[1] == doctest::Approx(290.0 * 1201 / 300));
    DOCTEST_CHECK(mapped.column("score")[1] == 0.9);
    // Blocks of 4 x 4, of which the last two columns and the last row fill none.
    const libpicker::Picks blocks = picks.map(binned, raw, PICKER_BINNING_BLOCKS);
    DOCTEST_CHECK(blocks.column("x")[1] == 12.5 * 4 + 1.5);
    DOCTEST_CHECK(blocks.column("y")[1] == 290 * 4 + 1.5);
    picker_picks* out = nullptr;
    refused(picker_picks_map_binned(&out, picks.get(), &binned, &raw, 2), PICKER_INVALID_ARGUMENT,
            {"2", "picker_binning"});
    binned.pixel_size = 4;
    raw.pixel_size = 2;
    refused(picker_picks_map(&out, picks.get(), &binned, &raw), PICKER_MISMATCH, {"pixel sizes", ";"});
    raw.pixel_size = 0;
    raw.height = 1602;
    refused(picker_picks_map(&out, picks.get(), &binned, &raw), PICKER_MISMATCH, {"1602 x 1602", ";"});
}

DOCTEST_TEST_CASE("images of one field are paired by name") {
    auto picked = libpicker::Inputs::from_names({"m2_denoised.mrc", "m1_denoised.mrc"});
    auto raw = libpicker::Inputs::from_names({"raw/m1.mrc", "raw/m2.mrc", "raw/m3.mrc"});
    DOCTEST_CHECK(picked.pair(raw) == std::vector<std::size_t>{1, 0});
    DOCTEST_CHECK(picker_inputs_partner(raw.get(), 0) == -1);
    refused(picker_inputs_pair(raw.get(), picked.get(), nullptr), PICKER_MISMATCH, {"m3.mrc", ";"});
}
