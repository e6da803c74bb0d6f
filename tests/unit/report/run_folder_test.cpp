// What a report takes from a run's folder: records, coordinates and their order, what is missing or damaged.
#include "report/run_folder.hpp"
#include "unit/report/folder.hpp"

#include <cmath>

using namespace io_testing;
using namespace report_testing;
using picker::Status;

DOCTEST_TEST_CASE("records, picks best first, and every number of a record") {
    const Folder folder;
    folder.put("run/a.star", star({{10.25, 20.5, 0.4}, {590.125, 3.75, 0.9}, {300.0, 150.0, 0.5}}));
    folder.put("run/run.json", run_json(record("Micrographs/a.mrc", "a", "skipped",
                                               R"(, "quality": {"ice": 0.75}, "tilt": -3, "note": "text",
                                                  "inputs": [{"path": "x/a.mrc", "size": 5, "modified": 7}])") +
                                        "," + record("b.mrc", "b", "failed")));
    const auto run = picker::read_run_folder(folder / "run");
    DOCTEST_CHECK(run.threshold == 0.5);
    DOCTEST_CHECK(run.keep == doctest::Approx(0.1));
    DOCTEST_CHECK(run.diameter == 150.0);
    DOCTEST_CHECK(run.modified > 1'000'000'000);
    DOCTEST_CHECK(run.summary.at("version") == "9.8.7");
    DOCTEST_CHECK(!run.summary.contains("micrographs"));
    DOCTEST_REQUIRE(run.micrographs.size() == 2);
    const auto& one = run.micrographs[0];
    DOCTEST_CHECK(one.item.status == "done");
    DOCTEST_CHECK(one.path == "x/a.mrc"); // found nowhere: as it was noted
    DOCTEST_REQUIRE(one.picks.size() == 3);
    DOCTEST_CHECK(one.picks.x == std::vector<double>{590.125, 300.0, 10.25});
    DOCTEST_CHECK(one.picks.y == std::vector<double>{3.75, 150.0, 20.5});
    DOCTEST_CHECK(picker::count_at_threshold(one.picks, 0.5) == 2);
    DOCTEST_CHECK(picker::count_at_threshold(one.picks, 0.0) == 3);
    DOCTEST_CHECK(one.values.at("quality.ice") == 0.75);
    DOCTEST_CHECK(one.values.at("tilt") == -3.0);
    DOCTEST_CHECK(one.values.at("removed.threshold") == 4.0);
    DOCTEST_CHECK(one.values.at("seconds.read") == 0.25);
    DOCTEST_CHECK(one.values.count("note") == 0);
    DOCTEST_CHECK(run.micrographs[1].item.error == "it is broken");
    DOCTEST_CHECK(run.micrographs[1].picks.empty());
}

DOCTEST_TEST_CASE("where every micrograph has a threshold of its own the report begins at their median") {
    const Folder folder;
    std::string json = run_json(record("a.mrc", "a", "done", R"(, "threshold": 0.3)") + "," +
                                record("b.mrc", "b", "done", R"(, "threshold": 0.45)") + "," +
                                record("c.mrc", "c", "done", R"(, "threshold": 0.4)"));
    const auto change = [&](const std::string& from, const std::string& to) {
        DOCTEST_REQUIRE(json.find(from) != std::string::npos);
        json.replace(json.find(from), from.size(), to);
    };
    change(R"("threshold": 0.5)", R"("threshold": "auto")");
    folder.put("run.json", json);
    auto run = picker::read_run_folder(folder.path());
    DOCTEST_CHECK(run.threshold == 0.4);
    DOCTEST_CHECK(run.keep == doctest::Approx(0.1)); // as it was asked for
    DOCTEST_CHECK(run.micrographs[1].values.at("threshold") == 0.45);
    change(R"("keep": 0.100000)", R"("keep": "default")");
    folder.put("run.json", json);
    run = picker::read_run_folder(folder.path());
    DOCTEST_CHECK(run.keep == 0.3); // what every micrograph holds at least
}

DOCTEST_TEST_CASE("the image is found from the folder above the run, as RELION's projects name files") {
    const Folder folder;
    folder.put("project/Micrographs/a.mrc", "pixels");
    folder.put("project/job/picks/a.star", star({}));
    folder.put("project/job/picks/run.json", run_json(record("Micrographs/a.mrc", "a", "done")));
    const auto run = picker::read_run_folder(folder / "project/job/picks");
    DOCTEST_CHECK(std::filesystem::equivalent(run.micrographs[0].path, folder / "project/Micrographs/a.mrc"));
    DOCTEST_CHECK(run.micrographs[0].picks.empty()); // 0 picks are a result
    DOCTEST_CHECK(run.micrographs[0].problem.empty());
}

DOCTEST_TEST_CASE("a coordinate file that is missing or broken is told, and the others are there") {
    const Folder folder;
    folder.put("a.star", "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n1 two\n");
    folder.put("c.star", star({{1, 2, 0.75}}));
    folder.put("run.json", run_json(record("a.mrc", "a", "done") + "," + record("b.mrc", "b", "done") + "," +
                                    record("c.mrc", "c", "done")));
    const auto run = picker::read_run_folder(folder.path());
    DOCTEST_CHECK(run.micrographs[0].problem.find("a.star") != std::string::npos);
    DOCTEST_CHECK(run.micrographs[1].problem.find("b.star") != std::string::npos);
    DOCTEST_CHECK(run.micrographs[2].problem.empty());
    DOCTEST_CHECK(run.micrographs[2].picks.size() == 1);
}

DOCTEST_TEST_CASE("a folder that is no run says what to do") {
    const Folder folder;
    expect_error(Status::not_found, {folder.path().string(), "run.json", "picker pick"},
                 [&] { picker::read_run_folder(folder.path()); });
    folder.put("journal.jsonl", "{}\n");
    expect_error(Status::not_found, {"not finished"}, [&] { picker::read_run_folder(folder.path()); });
    for (const char* bytes : {"", "{", "[]", "{\"micrographs\": [], \"settings\": 5}",
                              "{\"micrographs\": [], \"settings\": {\"threshold\": \"high\"}}",
                              "{\"micrographs\": 5, \"settings\": {\"threshold\": 0.5, \"diameter\": 1}}"}) {
        DOCTEST_CAPTURE(bytes);
        folder.put("run.json", bytes);
        expect_error(Status::bad_file, {"run.json"}, [&] { picker::read_run_folder(folder.path()); });
    }
    folder.put("run.json", run_json(R"({"stem": 5})"));
    expect_error(Status::bad_file, {"damaged"}, [&] { picker::read_run_folder(folder.path()); });
}
