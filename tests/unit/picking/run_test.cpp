// Runs over files: what is written, the same bytes for any number of threads, sources without a network, failures.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "same_run.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

using namespace picker;

namespace {

nlohmann::json run_json(const std::filesystem::path& folder) {
    return nlohmann::json::parse(read_whole(folder / "run.json"));
}

RunReport run(const std::vector<InputMicrograph>& inputs, const RunOptions& options, int threads = 2) {
    const Scorer scorer = fake::scorer();
    Control control;
    control.threads = threads;
    return pick_files(scorer.model(), &scorer, inputs, options, control);
}

} // namespace

DOCTEST_TEST_CASE("memory bounds the micrographs in flight, and the files stay the same") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 8);
    std::atomic<int> now{0}, most{0};
    const Scorer scorer = fake::scorer([&](const float* patch) { // one tile a micrograph: so many are being scored
        const int others = now++;
        for (int seen = most; seen < others + 1 && !most.compare_exchange_weak(seen, others + 1);) {
        }
        const float score = fake::correlation(patch);
        --now;
        return score;
    });
    RunOptions options;
    options.settings.keep = 0.2;
    Control control;
    control.threads = 4;
    for (const double memory : {0.001, 0.0, 100.0}) { // MiB
        options.output = folder.path() / text("out", memory);
        options.memory = memory;
        most = 0;
        DOCTEST_CHECK(pick_files(scorer.model(), &scorer, inputs, options, control).failed == 0);
        DOCTEST_CHECK(most >= 1);
        DOCTEST_CHECK(most <= (memory == 0.001 ? 1 : 4));
    }
    fake::check_same_run(folder.path() / "out0.001", folder.path() / "out0");
    fake::check_same_run(folder.path() / "out0.001", folder.path() / "out100");
}

DOCTEST_TEST_CASE("a run writes a STAR per micrograph, the lists and run.json, also for 0 picks") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 4);
    RunOptions options;
    options.output = folder.path() / "out";
    options.formats = {"star", "box", "csv"};
    options.settings.keep = 0.2;
    const RunReport report = run(inputs, options);
    DOCTEST_REQUIRE(report.items.size() == 4);
    DOCTEST_CHECK(report.failed == 0);
    DOCTEST_CHECK(!report.cancelled);
    DOCTEST_CHECK(report.threshold == 0.5);
    DOCTEST_CHECK(report.diameter == 24.0);
    std::size_t sum = 0;
    const Scorer scorer = fake::scorer();
    WorkerPool pool(1);
    for (std::size_t i = 0; i < 4; ++i) {
        const RunItem& item = report.items[i];
        DOCTEST_CHECK(item.status == "done");
        DOCTEST_CHECK(item.width == 150 + 10 * static_cast<int>(i));
        DOCTEST_CHECK(item.pixel_size == doctest::Approx(2.0));
        // The STAR holds what picking in memory gives, down to keep; the box file the picks at the threshold.
        const Picks star = read_picks_single(options.output / (item.stem + ".star"));
        const Picks memory = pick(scorer, read_micrograph(inputs[i].path), options.settings, nullptr, pool);
        DOCTEST_CHECK(star.x == memory.x);
        DOCTEST_CHECK(star.y == memory.y);
        DOCTEST_CHECK(star.score == memory.score);
        DOCTEST_CHECK(read_picks_single(options.output / (item.stem + ".box")).size() == item.picks);
        sum += item.picks;
    }
    DOCTEST_CHECK(report.items[2].picks == 0);
    DOCTEST_CHECK(report.picks == sum);
    DOCTEST_CHECK(sum > 10);
    const std::string list = read_whole(options.output / "autopick.star");
    DOCTEST_CHECK(list.find("data_coordinate_files") != std::string::npos);
    DOCTEST_CHECK(list.find("m2.mrc") != std::string::npos);
    DOCTEST_CHECK(match_picks(inputs, {(options.output / "autopick.star").string()}).found ==
                  std::vector<bool>(4, true));
    std::size_t rows = 0;
    for (const auto& [name, picks] : read_picks(options.output / "picks.csv")) {
        rows += picks.size();
    }
    DOCTEST_CHECK(rows == sum);
    const auto json = run_json(options.output);
    DOCTEST_CHECK(json["complete"] == true);
    DOCTEST_CHECK(json["settings"]["keep"] == 0.2);
    DOCTEST_CHECK(json["settings"]["model"].get<std::string>().size() == 16);
    DOCTEST_CHECK(json["micrographs"].size() == 4);
    DOCTEST_CHECK(json["micrographs"][0]["inputs"][0]["size"] == std::filesystem::file_size(inputs[0].path));
    DOCTEST_CHECK(json["micrographs"][1]["removed"].contains("threshold"));
}

DOCTEST_TEST_CASE("the same bytes for any number of threads") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 7);
    std::vector<std::string> first;
    for (const int threads : {1, 2, 3, 8}) {
        RunOptions options;
        options.output = folder.path() / "out"; // one name: autopick.star holds it
        options.overwrite = true;
        options.formats = {"csv"};
        options.settings.keep = 0.0;
        options.settings.top = 60;
        run(inputs, options, threads);
        std::vector<std::string> all{read_whole(options.output / "autopick.star"),
                                     read_whole(options.output / "picks.csv")};
        for (const InputMicrograph& input : inputs) {
            all.push_back(read_whole(options.output / (input.stem + ".star")));
        }
        auto json = run_json(options.output);
        json.erase("seconds");
        for (auto& item : json["micrographs"]) {
            item.erase("seconds");
        }
        all.push_back(json.dump());
        first = first.empty() ? all : first;
        DOCTEST_CHECK(all == first);
    }
}

DOCTEST_TEST_CASE("score maps and candidates give the same files without a network") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 4);
    Image mask(16, 11);
    for (int y = 2; y < 9; ++y) {
        std::fill(mask.row(y).begin() + 3, mask.row(y).begin() + 13, 1.0F);
    }
    write_image(folder.path() / "m1_mask.mrc", mask, 2.0);
    RunOptions direct;
    direct.output = folder.path() / "direct";
    direct.settings.threshold = 0.55;
    direct.settings.edge = 50.0;
    direct.settings.top_per_micrograph = 12;
    direct.masks = {(folder.path() / "m1_mask.mrc").string()};
    run(inputs, direct);

    RunOptions all; // no rule but the distance, every candidate kept
    all.output = folder.path() / "all";
    all.settings.keep = 0.0;
    all.write_score_maps = true;
    run(inputs, all);

    const Model model = fake::model();
    for (const auto source : {CandidateSource::score_map, CandidateSource::candidates}) {
        RunOptions again = direct;
        again.output = folder.path() / (source == CandidateSource::score_map ? "maps" : "candidates");
        again.source = source;
        again.source_folder = all.output;
        const RunReport report = pick_files(model, nullptr, inputs, again, {});
        DOCTEST_CHECK(report.failed == 0);
        for (const InputMicrograph& input : inputs) {
            const std::string name = input.stem + ".star";
            DOCTEST_CHECK(read_whole(again.output / name) == read_whole(direct.output / name));
        }
        DOCTEST_CHECK(report.items[1].removed.mask > 0);
        DOCTEST_CHECK(report.items[0].removed.mask == 0);
    }
}

DOCTEST_TEST_CASE("candidates of a run that dropped what is asked for are refused, and nothing is written") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 2);
    const Model model = fake::model();
    const ModelSpec& spec = model.spec;
    const double distance = spec.min_distance * spec.window_diameters * model.diameter; // angstrom
    struct Case {
        PickSettings earlier, asked;
        const char* message; // null: allowed
    };
    std::vector<Case> cases(9);
    cases[0] = {{}, {}, nullptr};
    cases[0].asked.threshold = spec.default_threshold + 0.1;
    cases[1].asked.threshold = spec.default_threshold - 0.1;
    cases[1].message = "hold no score below";
    cases[2].earlier.keep = 0.2;
    cases[2].asked.keep = 0.1;
    cases[2].message = "hold no score below 0.2, and 0.1 is asked for";
    cases[3].earlier.keep = 0.2;
    cases[3].asked.threshold = 0.2;
    cases[4].asked.min_distance = 0.9 * distance;
    cases[4].message = "minimum distance";
    cases[5].asked.min_distance = distance;
    cases[6].earlier.min_distance = 2.0 * distance;
    cases[6].message = "minimum distance";
    cases[7].earlier.edge = 20.0;
    cases[7].message = "edge of 20 angstrom, and 0 is asked for";
    cases[8].earlier.top_per_micrograph = 3;
    cases[8].message = "the best 3 of each micrograph";
    for (std::size_t i = 0; i < cases.size(); ++i) {
        RunOptions earlier, again;
        earlier.output = folder.path() / ("earlier" + std::to_string(i));
        earlier.settings = cases[i].earlier;
        run(inputs, earlier);
        again.settings = cases[i].asked;
        again.source = CandidateSource::candidates;
        again.source_folder = earlier.output;
        again.output = folder.path() / ("again" + std::to_string(i));
        if (cases[i].message == nullptr) {
            DOCTEST_CHECK(pick_files(model, nullptr, inputs, again, {}).failed == 0);
            continue;
        }
        DOCTEST_CHECK_THROWS_WITH_AS(pick_files(model, nullptr, inputs, again, {}), doctest::Contains(cases[i].message),
                                     Error);
        DOCTEST_CHECK_THROWS_WITH_AS(pick_files(model, nullptr, inputs, again, {}),
                                     doctest::Contains(earlier.output.string().c_str()), Error);
        DOCTEST_CHECK(!std::filesystem::exists(again.output));
        std::filesystem::remove(earlier.output / "run.json"); // coordinates of unknown origin are taken as they are
        DOCTEST_CHECK(pick_files(model, nullptr, inputs, again, {}).failed == 0);
    }
}

DOCTEST_TEST_CASE("one mask that matches no micrograph serves all; two are refused") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 2);
    write_image(folder.path() / "everything.mrc", fake::draw(8, 8, {{4, 4, 9}}, 100.0), 2.0);
    write_image(folder.path() / "another.mrc", fake::draw(8, 8, {{4, 4, 9}}, 100.0), 2.0);
    RunOptions options;
    options.output = folder.path() / "out";
    options.masks = {(folder.path() / "everything.mrc").string()};
    const RunReport report = run(inputs, options);
    DOCTEST_CHECK(report.picks == 0);
    DOCTEST_CHECK(report.items[0].removed.mask == report.items[0].candidates);
    options.masks.push_back((folder.path() / "another.mrc").string());
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, options), doctest::Contains("only one mask can serve all"), Error);
}

DOCTEST_TEST_CASE("a micrograph that fails is recorded and the others go on") {
    const fake::Folder folder;
    auto inputs = fake::write_micrographs(folder.path() / "in", 4);
    write_whole(inputs[1].path, "this is not an image");
    inputs.push_back({folder.path() / "in/gone.mrc", "gone.mrc", "gone", 0.0, "", {}, {}});
    RunOptions options;
    options.output = folder.path() / "out";
    const RunReport report = run(inputs, options);
    DOCTEST_CHECK(report.failed == 2);
    DOCTEST_CHECK(report.items[1].status == "failed");
    DOCTEST_CHECK(report.items[1].error.find("m1.mrc") != std::string::npos);
    DOCTEST_CHECK(report.items[4].status == "failed");
    DOCTEST_CHECK(report.items[0].status == "done");
    DOCTEST_CHECK(report.items[3].picks > 0);
    DOCTEST_CHECK(!std::filesystem::exists(options.output / "m1.star"));
    DOCTEST_CHECK(read_whole(options.output / "autopick.star").find("m1.mrc") == std::string::npos);
    const auto json = run_json(options.output);
    DOCTEST_CHECK(json["failed"] == 2);
    DOCTEST_CHECK(json["micrographs"][1]["error"].get<std::string>().find("m1.mrc") != std::string::npos);
}

DOCTEST_TEST_CASE("the best N of the run: files are written again, counts say so") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 5);
    RunOptions options;
    options.output = folder.path() / "plain";
    run(inputs, options);
    std::vector<double> scores;
    for (const InputMicrograph& input : inputs) {
        const Picks picks = read_picks_single(options.output / (input.stem + ".star"));
        scores.insert(scores.end(), picks.score.begin(), picks.score.end());
    }
    std::sort(scores.rbegin(), scores.rend());
    DOCTEST_REQUIRE(scores.size() > 20);
    options.output = folder.path() / "top";
    options.settings.top = 20;
    for (int repeat = 0; repeat < 2; ++repeat) { // the second call skips every micrograph
        const RunReport report = run(inputs, options);
        DOCTEST_CHECK(report.picks == 20);
        std::vector<double> kept;
        std::size_t removed = 0;
        for (const RunItem& item : report.items) {
            const Picks picks = read_picks_single(options.output / (item.stem + ".star"));
            DOCTEST_CHECK(picks.size() == item.picks);
            kept.insert(kept.end(), picks.score.begin(), picks.score.end());
            removed += item.removed.top;
        }
        std::sort(kept.rbegin(), kept.rend());
        DOCTEST_CHECK(kept == std::vector<double>(scores.begin(), scores.begin() + 20));
        DOCTEST_CHECK(removed == scores.size() - 20);
    }
}

DOCTEST_TEST_CASE("a run refuses to overwrite its micrographs, and needs its folder, scorer and inputs") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 2);
    RunOptions options;
    options.output = folder.path() / "in";
    options.write_score_maps = true;
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, options), doctest::Contains("would overwrite the micrograph"), Error);
    options.write_score_maps = false;
    options.output = inputs[0].path; // a file
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, options), doctest::Contains("cannot make the output folder"), Error);
    options.output = folder.path() / "out";
    DOCTEST_CHECK_THROWS_WITH_AS(run({}, options), doctest::Contains("no micrographs"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(pick_files(fake::model(), nullptr, inputs, options, {}), doctest::Contains("scorer"),
                                 Error);
    auto twins = inputs;
    twins.push_back({inputs[0].path, "elsewhere/m0.mrc", "m0", 0.0, "", {}, {}});
    DOCTEST_CHECK_THROWS_WITH_AS(run(twins, options), doctest::Contains("elsewhere/m0.mrc have the same stem"), Error);
    options.formats = {"jpeg"};
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, options), doctest::Contains("jpeg"), Error);
    DOCTEST_CHECK(!std::filesystem::exists(folder.path() / "out"));
}
