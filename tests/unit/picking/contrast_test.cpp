// Reversed contrast is noticed, said once, remembered, and undone by inverting; a run that is right is not looked at.
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "picking/contrast.hpp"
#include "signal/filter.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace picker;

namespace {

Model calibrated_model() {
    Model model = fake::model();
    model.spec.calibration = {{0.0, 0.5, 1.0}, {0.0, 0.6, 1.0}};
    return model;
}

struct World {
    World() : scorer(calibrated_model(), std::make_unique<fake::FunctionNetwork>(fake::correlation)) {
        control.threads = 2;
        control.log = [this](int level, const std::string& line) {
            if (level == 1) {
                warnings.push_back(line);
            }
        };
    }
    // `light` images whose blobs the network knows, then others with the same ones negated.
    std::vector<InputMicrograph> inputs(int light, int dark) {
        std::vector<InputMicrograph> out;
        std::filesystem::create_directories(folder.path() / "in");
        for (int i = 0; i < light + dark; ++i) {
            std::vector<fake::Blob> blobs;
            for (int n = 0; n < 30; ++n) {
                blobs.push_back({20.0 + 25.0 * (n % 6), 20.0 + 25.0 * (n / 6), 0.9 + 0.003 * n});
            }
            Image image = fake::draw(170, 150, blobs);
            if (i >= light) {
                invert(image);
            }
            const auto path = folder.path() / "in" / text("m", i, ".mrc");
            write_image(path, image, 2.0);
            out.push_back({path, path.string(), text("m", i), 0.0, "", {}, {}});
        }
        return out;
    }
    RunReport run(const std::vector<InputMicrograph>& files, const char* name, bool inverted = false) {
        RunOptions options;
        options.output = folder.path() / name;
        options.settings.automatic_threshold = true;
        options.settings.invert = inverted;
        return pick_files(scorer.model(), &scorer, files, options, control);
    }
    nlohmann::json run_json(const char* name) {
        return nlohmann::json::parse(read_whole(folder.path() / name / "run.json"));
    }
    fake::Folder folder;
    Scorer scorer;
    Control control;
    std::vector<std::string> warnings;
};

std::ptrdiff_t looked_at(const RunReport& report) {
    return std::ranges::count_if(report.items, [](const RunItem& item) { return item.reversed.has_value(); });
}

} // namespace

DOCTEST_TEST_CASE("a run of reversed contrast is said once, also when it is read back, and inverting makes it right") {
    World world;
    const auto files = world.inputs(0, 5);
    const RunReport report = world.run(files, "out");
    DOCTEST_CHECK(report.picks == 0);
    DOCTEST_CHECK(report.reversed);
    DOCTEST_CHECK(looked_at(report) == 3);
    DOCTEST_REQUIRE(world.warnings.size() == 1);
    DOCTEST_CHECK(world.warnings[0].find("--invert") != std::string::npos);
    DOCTEST_CHECK(world.run_json("out")["contrast_reversed"] == true);
    const RunReport again = world.run(files, "out");
    DOCTEST_CHECK(again.reversed);
    DOCTEST_CHECK(again.items[0].status == "skipped");
    DOCTEST_CHECK(looked_at(again) == 3);
    DOCTEST_CHECK(world.warnings.size() == 2);
    // Inverted they are what the network knows: the picks of the images that were not negated.
    const RunReport inverted = world.run(files, "inverted", true);
    DOCTEST_CHECK_FALSE(inverted.reversed);
    DOCTEST_CHECK(world.warnings.size() == 2);
    DOCTEST_CHECK(world.run_json("inverted")["settings"]["invert"] == true);
    const RunReport known = world.run(world.inputs(5, 0), "known");
    DOCTEST_CHECK(known.picks == 150);
    for (const char* stem : {"m0", "m4"}) {
        const Picks a = read_picks_single(world.folder.path() / "inverted" / text(stem, ".star"));
        const Picks b = read_picks_single(world.folder.path() / "known" / text(stem, ".star"));
        DOCTEST_CHECK(a.x == b.x);
        DOCTEST_CHECK(a.score == b.score);
    }
}

DOCTEST_TEST_CASE("a run that promises enough is not looked at, nor for a few micrographs that do not") {
    World world;
    const RunReport right = world.run(world.inputs(4, 0), "right");
    DOCTEST_CHECK(right.picks == 120);
    DOCTEST_CHECK(looked_at(right) == 0);
    const RunReport mostly = world.run(world.inputs(4, 2), "mostly");
    DOCTEST_CHECK(looked_at(mostly) == 0);
    DOCTEST_CHECK(world.warnings.empty());
    // Inverting what is right is noticed as well.
    DOCTEST_CHECK(world.run(world.inputs(3, 0), "wrong", true).reversed);
    DOCTEST_REQUIRE(world.warnings.size() == 1);
    DOCTEST_CHECK(world.warnings[0].find("without --invert") != std::string::npos);
}

DOCTEST_TEST_CASE("what promises clearly more: ten particles, twice as many, mostly right") {
    DOCTEST_CHECK(promises_more({40.0, 0.1}, {0.0, 1.0}));
    DOCTEST_CHECK(promises_more({40.0, 0.3}, {20.0, 0.4}));
    DOCTEST_CHECK_FALSE(promises_more({40.0, 0.31}, {0.0, 1.0})); // mostly doubtful: noise, ice
    DOCTEST_CHECK_FALSE(promises_more({9.0, 0.1}, {0.0, 1.0}));
    DOCTEST_CHECK_FALSE(promises_more({39.0, 0.1}, {20.0, 0.4}));
    Picks picks;
    DOCTEST_CHECK(promise_of(picks).particles == 0.0);
    picks.add(0, 0, 0.75);
    picks.add(1, 1, 0.25);
    DOCTEST_CHECK(promise_of(picks).particles == doctest::Approx(1.0));
    DOCTEST_CHECK(promise_of(picks).false_share == doctest::Approx(0.5));
}
