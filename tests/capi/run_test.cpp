// A run over files through the C API, from score maps and candidates: what it writes, skips, refuses and reports.
#include "capi/support.hpp"

#include <map>

using namespace capi;

namespace {

// Three micrographs with candidates: two real ones, and one whose micrograph is damaged.
struct Folder {
    TempFolder folder;
    std::string micrographs = folder / "micrographs", candidates = folder / "candidates", output = folder / "out";
    libpicker::Model model = libpicker::Model::create("deeppicker");
    picker_pick_options pick = make<picker_pick_options>();
    picker_run_options run = make<picker_run_options>();

    Folder() {
        std::filesystem::create_directory(micrographs);
        std::filesystem::create_directory(candidates);
        for (const char* stem : {"a", "b"}) {
            const auto sample = libpicker::simulate(small_simulation(), stem[0] == 'a' ? 0 : 1);
            sample.micrograph.write(micrographs + "/" + stem + ".mrc");
            libpicker::Picks picks;
            picks.append({30, 90, 150}, {40, 80, 120}, {0.9, 0.6, stem[0] == 'a' ? 0.2 : 0.7});
            picks.write(candidates + "/" + stem + ".star");
        }
        pick.diameter = 160;
        pick.has_threshold = 1;
        pick.threshold = 0.5;
        run.pick = &pick;
        run.output = output.c_str();
        run.source = PICKER_SOURCE_CANDIDATES;
        run.source_folder = candidates.c_str();
    }
    libpicker::RunReport go(const libpicker::Control& control = {}) const {
        return model.pick_files(libpicker::Inputs({micrographs}), run, control);
    }
};

} // namespace

DOCTEST_TEST_CASE("a run writes what it says, and a second one finds it done") {
    Folder f;
    const char* formats[2] = {"box", "csv"};
    f.run.formats = formats;
    f.run.format_count = 2;
    const auto report = f.go();
    auto summary = make<picker_run_summary>();
    ok(picker_run_report_summary(report.get(), &summary));
    DOCTEST_CHECK(summary.micrographs == 2);
    DOCTEST_CHECK(summary.done == 2);
    DOCTEST_CHECK(summary.skipped == 0);
    DOCTEST_CHECK(summary.failed == 0);
    DOCTEST_CHECK(summary.picks == 5);
    DOCTEST_CHECK(summary.cancelled == 0);
    DOCTEST_CHECK(summary.threshold == 0.5);
    DOCTEST_CHECK(summary.diameter == 160);
    auto item = make<picker_run_item>();
    ok(picker_run_report_item(report.get(), 0, &item));
    DOCTEST_CHECK(item.stem == std::string("a"));
    DOCTEST_CHECK(item.status == std::string("done"));
    DOCTEST_CHECK(item.error == std::string());
    DOCTEST_CHECK(contains(item.path, "a.mrc"));
    DOCTEST_CHECK(item.width == 192);
    DOCTEST_CHECK(item.height == 160);
    DOCTEST_CHECK(item.pixel_size == doctest::Approx(8));
    DOCTEST_CHECK(item.candidates == 3);
    DOCTEST_CHECK(item.picks == 2);
    DOCTEST_CHECK(item.removed_threshold == 1);
    refused(picker_run_report_item(report.get(), 2, &item), PICKER_NOT_FOUND, {"2"});
    for (const char* name : {"a.star", "b.star", "a.box", "b.box", "autopick.star", "run.json"}) {
        DOCTEST_CHECK_MESSAGE(std::filesystem::exists(f.output + "/" + name), std::string(name), " is missing");
    }
    const auto picks = libpicker::Picks::read(f.output + "/b.star");
    DOCTEST_CHECK(column(picks.get(), "x") == std::vector<double>{30, 150, 90}); // best first
    DOCTEST_CHECK(column(picks.get(), "y") == std::vector<double>{40, 120, 80});

    const auto second = f.go().summary();
    DOCTEST_CHECK(second.skipped == 2);
    DOCTEST_CHECK(second.done == 0);
    DOCTEST_CHECK(second.picks == 5);
    f.run.overwrite = 1;
    DOCTEST_CHECK(f.go().summary().done == 2);
}

DOCTEST_TEST_CASE("other settings in the same folder are refused until told to overwrite") {
    Folder f;
    f.go();
    const std::string before = read_bytes(f.output + "/a.star");
    f.pick.threshold = 0.75;
    ReportOwner report;
    const libpicker::Inputs inputs({f.micrographs});
    refused(picker_pick_files(report.out(), f.model.get(), inputs.get(), &f.run, nullptr), PICKER_MISMATCH,
            {f.output, "threshold", "0.75", "overwrite"});
    DOCTEST_CHECK(read_bytes(f.output + "/a.star") == before);
    f.run.overwrite = 1;
    ok(picker_pick_files(report.out(), f.model.get(), inputs.get(), &f.run, nullptr));
    DOCTEST_CHECK(libpicker::Picks::read(f.output + "/a.star").size() == 1);
}

DOCTEST_TEST_CASE("a micrograph that fails is recorded and the others go on") {
    Folder f;
    write_bytes(f.micrographs + "/broken.mrc", "this is not a micrograph");
    write_bytes(f.candidates + "/broken.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n");
    std::vector<std::string> warnings;
    libpicker::Control control;
    control.log = [&](int level, const std::string& line) {
        if (level == 1) {
            warnings.push_back(line);
        }
    };
    const auto report = f.go(control);
    DOCTEST_CHECK(report.summary().failed == 1);
    DOCTEST_CHECK(report.summary().done == 2);
    const auto item = report.item(2);
    DOCTEST_CHECK(item.status == std::string("failed"));
    DOCTEST_CHECK(contains(item.error, "broken.mrc"));
    DOCTEST_CHECK(contains(item.error, ";"));
    DOCTEST_CHECK(!std::filesystem::exists(f.output + "/broken.star"));
    DOCTEST_REQUIRE(warnings.size() == 1);
    DOCTEST_CHECK(contains(warnings[0], "broken.mrc"));
}

DOCTEST_TEST_CASE("the best N over the run, masks by stem") {
    Folder f;
    f.run.top = 3;
    DOCTEST_CHECK(f.go().summary().picks == 3); // .9, .9, .7
    DOCTEST_CHECK(libpicker::Picks::read(f.output + "/a.star").size() == 1);
    DOCTEST_CHECK(libpicker::Picks::read(f.output + "/b.star").size() == 2);

    const std::vector<float> left = {1, 0}; // the left half
    const std::string mask = f.folder / "a_mask.mrc";
    libpicker::Micrograph::from_data(left.data(), 2, 1, 0, "mask").write(mask);
    const char* masks = mask.c_str();
    f.run.top = 0;
    f.run.masks = &masks;
    f.run.mask_count = 1;
    f.run.overwrite = 1;
    const auto report = f.go();
    DOCTEST_CHECK(report.item(0).removed_mask == 2); // x = 30, 90 of 192
    DOCTEST_CHECK(report.item(1).removed_mask == 0);
}

DOCTEST_TEST_CASE("options that make no sense") {
    Folder f;
    const libpicker::Inputs inputs({f.micrographs});
    ReportOwner report;
    const auto run = [&] { return picker_pick_files(report.out(), f.model.get(), inputs.get(), &f.run, nullptr); };
    f.run.output = nullptr;
    refused(run(), PICKER_INVALID_ARGUMENT, {"output"});
    f.run.output = f.output.c_str();
    f.run.source = 9;
    refused(run(), PICKER_INVALID_ARGUMENT, {"source", "9"});
    f.run.source = PICKER_SOURCE_CANDIDATES;
    f.run.source_folder = nullptr;
    refused(run(), PICKER_INVALID_ARGUMENT, {"source_folder"});
    f.run.source_folder = f.candidates.c_str();
    f.run.top = -1;
    refused(run(), PICKER_INVALID_ARGUMENT, {"top", "-1"});
    f.run.top = 0;
    f.run.box_size = -3;
    refused(run(), PICKER_INVALID_ARGUMENT, {"box_size"});
    f.run.box_size = 0;
    const char* format = "clay";
    f.run.formats = &format;
    f.run.format_count = 1;
    refused(run(), PICKER_NOT_FOUND, {"clay", "star", "box"});
    f.run.formats = nullptr;
    refused(run(), PICKER_INVALID_ARGUMENT, {"formats", "NULL"});
    f.run.format_count = 0;
    f.pick.diameter = 0; // an untrained model knows none
    refused(run(), PICKER_INVALID_ARGUMENT, {"diameter", "longest axis"});
    DOCTEST_CHECK(!std::filesystem::exists(f.output));
}

DOCTEST_TEST_CASE("a session picks micrographs as they are added, and a run over all of them finds them done") {
    Folder f;
    {
        auto session = f.model.open_session(f.run);
        DOCTEST_CHECK(session.wait(60).status[0] == '\0');
        session.add(libpicker::Inputs({f.micrographs + "/b.mrc"}));
        DOCTEST_CHECK(session.pending() == 1);
        const picker_run_item first = session.wait(60);
        DOCTEST_CHECK(std::string(first.status) == "done");
        DOCTEST_CHECK(std::string(first.stem) == "b");
        DOCTEST_CHECK(first.picks == 3);
        DOCTEST_CHECK(first.threshold == 0.5);
        DOCTEST_CHECK(session.pending() == 0);
        picker_run_report* none = nullptr;
        refused(picker_pick_files(&none, f.model.get(), libpicker::Inputs({f.micrographs}).get(), &f.run, nullptr),
                PICKER_MISMATCH, {"another run works in the folder", f.output});
        session.add(libpicker::Inputs({f.micrographs})); // b again, and a
        DOCTEST_CHECK(session.pending() == 1);
        DOCTEST_CHECK(session.wait(60).picks == 2);
        auto item = make<picker_run_item>();
        refused(picker_session_wait(session.get(), -1, &item, nullptr), PICKER_INVALID_ARGUMENT, {"-1"});
        const libpicker::Inputs both({f.micrographs});
        refused(picker_session_add(session.get(), both.get(), 1, 2), PICKER_NOT_FOUND, {"2 micrographs from 1"});
    }
    const picker_run_summary summary = f.go().summary();
    DOCTEST_CHECK(summary.skipped == 2);
    DOCTEST_CHECK(summary.picks == 5);
    DOCTEST_CHECK(summary.has_lists == 1);
}

DOCTEST_TEST_CASE("shards through the C API: the last one writes the lists") {
    Folder f;
    f.run.shard = 2;
    f.run.shards = 2;
    const picker_run_summary second = f.go().summary();
    DOCTEST_CHECK(second.done == 1);
    DOCTEST_CHECK(second.elsewhere == 1);
    DOCTEST_CHECK(second.has_lists == 0);
    DOCTEST_CHECK(!std::filesystem::exists(f.output + "/run.json"));
    f.run.shard = 1;
    const auto report = f.go();
    DOCTEST_CHECK(report.summary().elsewhere == 0);
    DOCTEST_CHECK(report.summary().has_lists == 1);
    DOCTEST_CHECK(std::filesystem::exists(f.output + "/run.json"));
    f.run.shard = 3;
    picker_run_report* none = nullptr;
    refused(picker_pick_files(&none, f.model.get(), libpicker::Inputs({f.micrographs}).get(), &f.run, nullptr),
            PICKER_INVALID_ARGUMENT, {"3 of 2"});
}
