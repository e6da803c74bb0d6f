// Micrographs that come one by one: the files of a run over all of them, results as they end, cancelling, resuming.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "picking/session.hpp"
#include "same_run.hpp"
#include "unit/check.hpp"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

using namespace picker;

namespace {

struct World {
    fake::Folder folder;
    std::vector<InputMicrograph> inputs = fake::write_micrographs(folder.path() / "in", 6);
    RunOptions options;
    std::shared_ptr<const Scorer> scorer{new Scorer(fake::scorer())};
    World() {
        options.output = folder.path() / "out";
        options.formats = {"box", "csv"};
    }
    std::shared_ptr<const Model> model() const { return std::make_shared<const Model>(scorer->model()); }
    RunReport finish() const { return pick_files(scorer->model(), scorer.get(), inputs, options, {}); }
    void check_same() {
        finish();
        RunOptions other = options;
        other.output = folder.path() / "single";
        pick_files(scorer->model(), scorer.get(), inputs, other, {});
        fake::check_same_run(options.output, other.output);
    }
};

std::map<std::string, RunItem> all(PickSession& session) {
    std::map<std::string, RunItem> out;
    RunItem item;
    while (session.wait(60, {}, item)) {
        out[item.stem] = item;
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("micrographs that are added one by one give the files of a run over all") {
    World world;
    {
        PickSession session(world.model(), world.scorer, world.options, {});
        RunItem item;
        DOCTEST_CHECK(!session.wait(60, {}, item)); // nothing is pending: no waiting
        session.add({world.inputs[3]});
        DOCTEST_REQUIRE(session.wait(60, {}, item));
        DOCTEST_CHECK(item.stem == "m3");
        DOCTEST_CHECK(item.status == "done");
        DOCTEST_CHECK(std::filesystem::exists(world.options.output / "m3.star"));
        session.add(world.inputs); // m3 is passed over
        DOCTEST_CHECK(session.pending() == 5);
        DOCTEST_CHECK_THROWS_WITH_AS(world.finish(), doctest::Contains("another run works in the folder"), Error);
        const auto rest = all(session);
        DOCTEST_CHECK(rest.size() == 5);
        DOCTEST_CHECK(rest.at("m0").picks > 0);
        DOCTEST_CHECK(session.pending() == 0);
        DOCTEST_CHECK(!std::filesystem::exists(world.options.output / "autopick.star"));
    }
    const RunReport report = world.finish();
    for (const RunItem& item : report.items) {
        DOCTEST_CHECK(item.status == "skipped");
    }
    world.check_same();
}

DOCTEST_TEST_CASE("what is done is skipped, what cannot be picked fails by itself") {
    World world;
    write_whole(world.inputs[1].path, "no image");
    std::filesystem::create_directories(world.folder.path() / "b");
    std::filesystem::copy(world.inputs[2].path, world.folder.path() / "b" / "m2.mrc");
    InputMicrograph twin = world.inputs[2];
    twin.path = world.folder.path() / "b" / "m2.mrc";
    twin.name = twin.path.string();
    {
        PickSession session(world.model(), world.scorer, world.options, {});
        session.add({world.inputs[0]});
        all(session);
    }
    PickSession session(world.model(), world.scorer, world.options, {});
    session.add({world.inputs[0], world.inputs[1], world.inputs[2]});
    auto items = all(session);
    DOCTEST_CHECK(items.at("m0").status == "skipped");
    DOCTEST_CHECK(items.at("m0").picks > 0);
    DOCTEST_CHECK(items.at("m1").status == "failed");
    DOCTEST_CHECK(items.at("m1").error.find("m1.mrc") != std::string::npos);
    DOCTEST_CHECK(items.at("m2").status == "done");
    session.add({twin});
    items = all(session);
    DOCTEST_CHECK(items.at("m2").status == "failed");
    DOCTEST_CHECK(items.at("m2").error.find(world.inputs[2].path.string()) != std::string::npos);
    InputMicrograph own;
    own.path = world.options.output / "score.mrc"; // a score map, were they asked for
    own.name = own.path.string();
    own.stem = "score";
    session.add({own});
    DOCTEST_CHECK(all(session).at("score").status == "failed"); // there is no such file
}

DOCTEST_TEST_CASE("a session that is cancelled or freed at once keeps what is done") {
    World world;
    std::atomic<bool> hold{true};
    const std::shared_ptr<const Scorer> slow(new Scorer(fake::scorer([&](const float* patch) {
        if (hold) {
            std::this_thread::sleep_for(std::chrono::microseconds(20));
        }
        return fake::correlation(patch);
    })));
    {
        PickSession session(world.model(), slow, world.options, {});
        session.add(world.inputs);
        RunItem item;
        Control control;
        control.progress = [](const ProgressEvent&) { return true; };
        DOCTEST_CHECK_THROWS_AS(session.wait(60, control, item), Error);
    }
    hold = false;
    DOCTEST_CHECK(world.finish().failed == 0);
    world.check_same();
}

DOCTEST_TEST_CASE("sessions as shards share a folder, each with what is added to it") {
    World world;
    std::vector<std::unique_ptr<PickSession>> ranks;
    for (int i = 1; i <= 3; ++i) {
        RunOptions own = world.options;
        own.shard = {i, 3};
        ranks.push_back(std::make_unique<PickSession>(world.model(), world.scorer, own, Control{}));
    }
    for (const std::size_t i : {5U, 0U, 2U, 1U, 4U, 3U}) { // not every third
        ranks[i < 3 ? 0 : i == 4 ? 1 : 2]->add({world.inputs[i]});
    }
    std::set<std::string> done;
    for (auto& rank : ranks) {
        for (const auto& [stem, item] : all(*rank)) {
            DOCTEST_CHECK(item.status == "done");
            done.insert(stem);
        }
    }
    DOCTEST_CHECK(done.size() == 6);
    ranks.clear();
    world.check_same();
}

DOCTEST_TEST_CASE("masks of a session go by their names, a single one serves all") {
    World world;
    const auto mask = [&](const char* name) {
        Image image(10, 10);
        std::fill(image.pixels.begin(), image.pixels.end(), 1.0F);
        image.at(9, 9) = 0.0F;
        const auto path = world.folder.path() / name;
        write_image(path, image, 2.0);
        return path.string();
    };
    const std::string first = mask("m0_mask.mrc"), second = mask("m4.mrc");
    const auto picks = [&](std::vector<std::string> masks, const char* name) {
        RunOptions own = world.options;
        own.masks = std::move(masks);
        own.output = world.folder.path() / name;
        PickSession session(world.model(), world.scorer, own, {});
        session.add({world.inputs[0], world.inputs[1]});
        const auto items = all(session);
        return std::pair(items.at("m0").picks, items.at("m1").picks);
    };
    DOCTEST_CHECK(picks({first, second}, "two").first < 3);
    DOCTEST_CHECK(picks({first, second}, "two").second > 5);
    DOCTEST_CHECK(picks({second}, "one").second < 3);
}
