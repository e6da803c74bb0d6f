// A run that finds its diameter: kept in diameter.json and run.json, taken from there when it goes on, refused in
// doubt.
#include "io/atomic_file.hpp"
#include "picking/diameter.hpp"
#include "picking/session.hpp"
#include "sized_blobs.hpp"
#include "unit/check.hpp"

#include <nlohmann/json.hpp>

using namespace picker;

namespace {

RunOptions to(const std::filesystem::path& output) {
    RunOptions options;
    options.output = output;
    options.settings.automatic_diameter = true;
    options.settings.threshold = 0.5;
    return options;
}

// Runs, and counts the events of a search for the diameter.
RunReport run(const std::vector<InputMicrograph>& inputs, const RunOptions& options, int& searched) {
    Control control;
    control.threads = 2;
    searched = 0;
    control.progress = [&](const ProgressEvent& event) {
        searched += std::string(event.stage) == "diameter" ? 1 : 0;
        return false;
    };
    const Scorer scorer = fake::sized_scorer();
    return pick_files(scorer.model(), &scorer, inputs, options, control);
}

} // namespace

DOCTEST_TEST_CASE("a run finds its diameter once, records it, and goes on with it") {
    fake::Folder folder;
    const auto inputs = fake::sized_micrographs(folder.path() / "in", 4, 8.0);
    const std::vector<InputMicrograph> three(inputs.begin(), inputs.begin() + 3);
    const auto output = folder.path() / "out";
    int searched = 0;
    const RunReport first = run(three, to(output), searched);
    DOCTEST_CHECK(searched > 3);
    DOCTEST_CHECK(first.picks > 20);
    const DiameterProposal alone = propose_diameter(fake::sized_scorer(), three, {}, {});
    DOCTEST_CHECK(first.diameter == alone.diameter);
    const auto record = nlohmann::json::parse(read_whole(output / "run.json"));
    DOCTEST_CHECK(record["settings"]["diameter"] == alone.diameter);
    DOCTEST_CHECK(record["diameter_proposal"] == to_json(alone));
    DOCTEST_CHECK(nlohmann::json::parse(read_whole(output / "diameter.json")) == to_json(alone));

    // One micrograph more: nothing is searched, and what is done stays.
    const RunReport second = run(inputs, to(output), searched);
    DOCTEST_CHECK(searched == 0);
    DOCTEST_CHECK(second.diameter == first.diameter);
    DOCTEST_CHECK(second.items[0].status == "skipped");
    DOCTEST_CHECK(second.items[3].status == "done");
    // The same number given by hand is the same run.
    RunOptions given = to(output);
    given.settings.automatic_diameter = false;
    given.settings.diameter = first.diameter;
    DOCTEST_CHECK(run(inputs, given, searched).items[3].status == "skipped");
    // Overwritten, it is searched again; and an old record does not stay beside a given diameter.
    RunOptions again = to(output);
    again.overwrite = true;
    run(three, again, searched);
    DOCTEST_CHECK(searched > 3);
    given.overwrite = true;
    given.settings.diameter = 50.0;
    run(three, given, searched);
    DOCTEST_CHECK_FALSE(std::filesystem::exists(output / "diameter.json"));
    DOCTEST_CHECK_FALSE(nlohmann::json::parse(read_whole(output / "run.json")).contains("diameter_proposal"));
    // What was found does not count where another run has been meanwhile.
    DOCTEST_CHECK_THROWS_WITH_AS(run(three, to(output), searched), doctest::Contains("other settings"), Error);
}

DOCTEST_TEST_CASE("in doubt a run ends before it writes anything, and says the way out") {
    fake::Folder folder;
    const auto empty = fake::sized_micrographs(folder.path() / "in", 3, 0.0);
    const auto output = folder.path() / "out";
    int searched = 0;
    try {
        run(empty, to(output), searched);
        DOCTEST_FAIL_CHECK("a diameter was found in nothing");
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == Status::not_found);
        const std::string message = error.what();
        for (const char* part : {"hardly any particles", "3 micrographs", "--diameter", "picker diameter"}) {
            DOCTEST_CHECK_MESSAGE(message.find(part) != message.npos, part);
        }
    }
    DOCTEST_CHECK_FALSE(std::filesystem::exists(output));
}

DOCTEST_TEST_CASE("what does not go with a diameter that is to be found") {
    fake::Folder folder;
    const auto inputs = fake::sized_micrographs(folder.path() / "in", 2, 8.0);
    const auto output = folder.path() / "out";
    int searched = 0;
    RunOptions both = to(output);
    both.settings.diameter = 70.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, both, searched), doctest::Contains("give one of them"), Error);
    RunOptions maps = to(output);
    maps.source = CandidateSource::score_map;
    maps.source_folder = folder.path();
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, maps, searched), doctest::Contains("score maps"), Error);
    RunOptions wrong = to(output); // other mistakes are told before the search
    wrong.formats = {"nothing"};
    DOCTEST_CHECK_THROWS_WITH_AS(run(inputs, wrong, searched), doctest::Contains("nothing"), Error);
    DOCTEST_CHECK(searched == 0);
    WorkerPool pool(1);
    PickSettings settings;
    settings.automatic_diameter = true;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(fake::sized_scorer(), read_micrograph(inputs[0].path), settings, nullptr, pool),
                                 doctest::Contains("picker diameter"), Error);

    // Micrographs that come one by one: only what a run in that folder has found before.
    const auto model = std::make_shared<const Model>(fake::calibrated_model());
    const auto scorer = std::make_shared<const Scorer>(fake::calibrated_model(),
                                                       std::make_unique<fake::FunctionNetwork>(fake::likeness));
    DOCTEST_CHECK_THROWS_WITH_AS(PickSession(model, scorer, to(output), {}), doctest::Contains("picker diameter"),
                                 Error);
    const RunReport before = run({inputs[0]}, to(output), searched);
    PickSession session(model, scorer, to(output), {});
    session.add(inputs);
    std::size_t ended = 0;
    for (RunItem item; ended < 2 && session.wait(60.0, {}, item); ++ended) {
        DOCTEST_CHECK(item.status == (item.stem == "b0" ? "skipped" : "done"));
    }
    DOCTEST_CHECK(ended == 2);
    DOCTEST_CHECK(before.diameter > 50.0);
    write_whole(output / "diameter.json", "{}");
    DOCTEST_CHECK_THROWS_WITH_AS(PickSession(model, scorer, to(output), {}), doctest::Contains("diameter.json"), Error);
}
