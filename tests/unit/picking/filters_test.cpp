// The filters in picking: each by its count, the same from a score map in memory, from files and from candidates,
// overlaps, DeepEM's rules stored in a model, settings that cannot work.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "models/spec_json.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace picker;

namespace {

// Blobs of which those to the right lie on rough ground, and two on dark specks.
Image rough_image(int width = 260, int height = 170) {
    Image image = fake::draw(width, height, fake::blobs(width, height, 1));
    Random random(5);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.at(x, y) += static_cast<float>((x > 190 ? 0.9 : 0.05) * random.normal());
        }
    }
    return image;
}

void check_equal(const Picks& a, const Picks& b) {
    DOCTEST_CHECK(a.x == b.x);
    DOCTEST_CHECK(a.y == b.y);
    DOCTEST_CHECK(a.score == b.score);
}

PickSettings with_deviation(double low, double high) {
    PickSettings settings;
    settings.threshold = 0.3;
    settings.deviation = DeviationRange{low, high};
    return settings;
}

std::size_t sum(const RemovedCounts& removed) {
    return removed.threshold + removed.distance + removed.edge + removed.mask + removed.top + removed.carbon +
           removed.deviation + removed.extreme_pixels + removed.overlaps;
}

} // namespace

DOCTEST_TEST_CASE("the gate takes away what lies on rough ground, and counts it") {
    WorkerPool pool(2);
    const Scorer scorer = fake::scorer();
    const auto run = [&](const PickSettings& settings, RemovedCounts& removed, Picks& candidates) {
        return pick(scorer, fake::micrograph(rough_image()), settings, nullptr, pool, &candidates, &removed);
    };
    PickSettings settings;
    settings.threshold = 0.3;
    RemovedCounts plain_counts, counts;
    Picks plain_candidates, candidates;
    const Picks plain = run(settings, plain_counts, plain_candidates);
    const Picks gated = run(with_deviation(0.0, 2.0), counts, candidates);
    check_equal(plain_candidates, candidates);
    DOCTEST_CHECK(candidates.size() == gated.size() + sum(counts));
    DOCTEST_CHECK(counts.deviation > 3);
    DOCTEST_CHECK(plain_counts.deviation == 0);
    std::size_t right = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        right += plain.x[i] > 200 ? 1 : 0;
    }
    DOCTEST_CHECK(right > 3);
    for (std::size_t i = 0; i < gated.size(); ++i) {
        DOCTEST_CHECK(gated.x[i] < 200);
        DOCTEST_CHECK(std::find(plain.x.begin(), plain.x.end(), gated.x[i]) != plain.x.end());
    }
    // The unit is the micrograph's own: another dose and grey scale change nothing.
    Image scaled = rough_image();
    for (float& pixel : scaled.pixels) {
        pixel *= 0.5F;
    }
    const Scorer twice = fake::scorer([](const float* patch) {
        std::vector<float> doubled(patch, patch + fake::window * fake::window);
        for (float& value : doubled) {
            value *= 2.0F;
        }
        return fake::correlation(doubled.data());
    });
    check_equal(pick(twice, fake::micrograph(scaled), with_deviation(0.0, 2.0), nullptr, pool), gated);
}

DOCTEST_TEST_CASE(
    "with every filter on, a score map in memory gives what a direct run gives; without pixels it says so") {
    WorkerPool pool(2);
    const Scorer scorer = fake::scorer();
    PickSettings settings = with_deviation(0.2, 2.0);
    settings.threshold = 0.5;
    settings.keep = 0.1;
    settings.min_distance = 30.0;
    settings.clean = Cleaning::paper;
    settings.carbon = CarbonRule::edge;
    settings.extreme_pixels = ExtremeRule::lua;
    settings.drop_overlaps = true;
    settings.overlap_distance = 52.0;
    RemovedCounts first, second;
    const Picks direct = pick(scorer, fake::micrograph(rough_image()), settings, nullptr, pool, nullptr, &first);
    ScoreMap map = scorer.score(fake::micrograph(rough_image()), 12.0, &pool);
    DOCTEST_CHECK_THROWS_WITH_AS(pick_from_scores(scorer.model(), map, settings, nullptr),
                                 doctest::Contains("look at the micrograph"), Error);
    map.micrograph = std::make_shared<const Image>(rough_image());
    check_equal(direct, pick_from_scores(scorer.model(), map, settings, nullptr, nullptr, &second));
    DOCTEST_CHECK(!direct.empty());
    DOCTEST_CHECK(first.deviation > 0);
    DOCTEST_CHECK(first.overlaps > 0);
    DOCTEST_CHECK(first.deviation == second.deviation);
    DOCTEST_CHECK(first.overlaps == second.overlaps);
    // Rows kept for lower thresholds change nothing above the threshold.
    settings.keep = std::nullopt;
    const Picks short_list = pick_from_scores(scorer.model(), map, settings, nullptr);
    DOCTEST_REQUIRE(short_list.size() < direct.size());
    DOCTEST_CHECK(std::equal(short_list.x.begin(), short_list.x.end(), direct.x.begin()));
    map.micrograph.reset();
    settings = {};
    settings.clean = Cleaning::lua;
    settings.drop_overlaps = true;
    pick_from_scores(scorer.model(), map, settings, nullptr); // these need the map only
}

DOCTEST_TEST_CASE("extreme pixels: a candidate on specks goes, the lua rule looks at dark ones only") {
    Image image = fake::draw(400, 300, fake::blobs(400, 300, 3), 3.0);
    Random random(6);
    for (float& pixel : image.pixels) {
        pixel += static_cast<float>(0.1 * random.normal());
    }
    const Scorer scorer = fake::scorer();
    WorkerPool pool(2);
    PickSettings settings;
    settings.threshold = 0.3;
    Picks plain = pick(scorer, fake::micrograph(image), settings, nullptr, pool);
    const double x = plain.x[4], y = plain.y[4];
    for (int j = -7; j <= 7; j += 2) {
        for (int i = -7; i <= 7; i += 2) { // pairs that leave the score alone
            const int px = static_cast<int>(x) + i, py = static_cast<int>(y) + j;
            image.at(px, py) -= 3.0F;
            image.at(px + 1, py) += 3.0F;
        }
    }
    plain = pick(scorer, fake::micrograph(image), settings, nullptr, pool);
    const auto is_there = [&](const Picks& picks) {
        for (std::size_t i = 0; i < picks.size(); ++i) {
            if (std::hypot(picks.x[i] - x, picks.y[i] - y) < 3.0) {
                return true;
            }
        }
        return false;
    };
    DOCTEST_REQUIRE(is_there(plain));
    settings.extreme_pixels = ExtremeRule::paper;
    RemovedCounts removed;
    const Picks paper = pick(scorer, fake::micrograph(image), settings, nullptr, pool, nullptr, &removed);
    DOCTEST_CHECK(!is_there(paper));
    DOCTEST_CHECK(removed.extreme_pixels >= 1);
    DOCTEST_CHECK(removed.extreme_pixels <= plain.size() / 20);
    DOCTEST_CHECK(paper.size() + removed.extreme_pixels == plain.size());
}

DOCTEST_TEST_CASE("overlaps: both go, those below the threshold take nobody with them") {
    Picks picks;
    picks.add(20, 30, 0.9);
    picks.add(28, 30, 0.8); // overlaps with the first
    picks.add(80, 30, 0.7);
    picks.add(88, 30, 0.4); // below the threshold: overlaps with .7, and goes alone
    picks.add(20, 80, 0.6);
    picks.add(24, 80, 0.55); // the same particle as .6
    picks.add(80, 80, 0.45);
    picks.add(88, 80, 0.42); // two rows below: nobody knows yet
    SelectRules rules;
    rules.threshold = 0.0;
    rules.min_distance = 5.0;
    rules.overlap_distance = 10.0;
    rules.overlap_score = 0.5;
    RemovedCounts removed;
    const Picks kept = select_picks(picks, 120, 110, rules, &removed);
    DOCTEST_CHECK(kept.score == std::vector<double>{0.7, 0.6, 0.45, 0.42});
    DOCTEST_CHECK(removed.distance == 1);
    DOCTEST_CHECK(removed.overlaps == 3);
    rules.threshold = 0.5;
    DOCTEST_CHECK(select_picks(picks, 120, 110, rules).score == std::vector<double>{0.7, 0.6});
    rules.top = 1;
    DOCTEST_CHECK(select_picks(picks, 120, 110, rules, &removed).score == std::vector<double>{0.7});
    DOCTEST_CHECK(removed.top == 1);
    rules.overlap_distance = 0.0;
    rules.top = 0;
    DOCTEST_CHECK(select_picks(picks, 120, 110, rules).size() == 4);
}

DOCTEST_TEST_CASE("runs from score maps and from candidates measure the micrograph again, and agree") {
    const fake::Folder folder;
    std::filesystem::create_directories(folder.path() / "in");
    std::vector<InputMicrograph> inputs;
    for (int i = 0; i < 3; ++i) {
        const auto path = folder.path() / "in" / text("m", i, ".mrc");
        write_image(path, rough_image(230 + 10 * i, 170), 2.0);
        inputs.push_back({path, path.string(), text("m", i), 0.0, "", {}, {}});
    }
    const Scorer scorer = fake::scorer();
    const auto run = [&](RunOptions options, const char* name) {
        options.output = folder.path() / name;
        return pick_files(scorer.model(), options.source == CandidateSource::micrograph ? &scorer : nullptr, inputs,
                          options, {});
    };
    RunOptions all;
    all.settings.keep = 0.0;
    all.settings.min_distance = 0.0;
    all.write_score_maps = true;
    run(all, "all");
    DOCTEST_CHECK(!nlohmann::json::parse(read_whole(folder.path() / "all/run.json"))["settings"].contains("clean"));

    RunOptions direct;
    direct.settings = with_deviation(0.0, 2.0);
    direct.settings.extreme_pixels = ExtremeRule::paper;
    direct.settings.carbon = CarbonRule::edge;
    direct.settings.drop_overlaps = true;
    const RunReport report = run(direct, "direct");
    DOCTEST_CHECK(report.failed == 0);
    DOCTEST_CHECK(report.items[0].removed.deviation > 0);
    const auto json = nlohmann::json::parse(read_whole(folder.path() / "direct/run.json"));
    DOCTEST_CHECK(json["settings"]["deviation"] == nlohmann::json::array({0.0, 2.0}));
    DOCTEST_CHECK(json["settings"]["carbon"] == "edge");
    DOCTEST_CHECK(json["settings"]["overlaps"] == "drop");
    DOCTEST_CHECK(json["micrographs"][0]["removed"]["deviation"] == report.items[0].removed.deviation);
    for (const auto source : {CandidateSource::score_map, CandidateSource::candidates}) {
        RunOptions again = direct;
        again.source = source;
        again.source_folder = folder.path() / "all";
        const char* name = source == CandidateSource::score_map ? "maps" : "candidates";
        const RunReport second = run(again, name);
        DOCTEST_CHECK(second.failed == 0);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const std::string star = inputs[i].stem + ".star";
            DOCTEST_CHECK(read_whole(folder.path() / name / star) == read_whole(folder.path() / "direct" / star));
            DOCTEST_CHECK(second.items[i].removed.deviation == report.items[i].removed.deviation);
            DOCTEST_CHECK(second.items[i].removed.extreme_pixels == report.items[i].removed.extreme_pixels);
        }
    }
    const auto refused = [&](const RunOptions& options, const char* message) {
        DOCTEST_CHECK_THROWS_WITH_AS(run(options, "refused"), doctest::Contains(message), Error);
    };
    RunOptions from = direct;
    from.source = CandidateSource::candidates;
    from.source_folder = folder.path() / "direct";
    refused(from, "overlapped");
    from.source_folder = folder.path() / "all";
    from.settings.clean = Cleaning::paper;
    refused(from, "no score map to clean");
    RunOptions gated;
    gated.settings = with_deviation(0.5, 2.0);
    run(gated, "gated");
    from.settings = with_deviation(0.4, 2.0);
    from.source_folder = folder.path() / "gated";
    refused(from, "deviations of 0.5 to 2");
    from.settings = with_deviation(0.6, 1.9);
    DOCTEST_CHECK(run(from, "narrower").failed == 0);
    from.settings.extreme_pixels = ExtremeRule::paper;
    refused(from, "not all there were");
    // Another micrograph under the same name, for maps of the old one.
    write_image(inputs[1].path, rough_image(300, 170), 2.0);
    from.settings = with_deviation(0.0, 2.0);
    from.source = CandidateSource::score_map;
    from.source_folder = folder.path() / "all";
    const RunReport changed = run(from, "changed");
    DOCTEST_CHECK(changed.failed == 1);
    DOCTEST_CHECK(changed.items[1].error.find("300 x 170") != std::string::npos);
}

DOCTEST_TEST_CASE("a model can bring DeepEM's rules: its peaks, its range; what it lacks leaves no trace") {
    Model model = fake::model();
    const std::string before = spec_to_json(model.spec);
    DOCTEST_CHECK(before.find("peak_rule") == std::string::npos);
    DOCTEST_CHECK(before.find("deviation") == std::string::npos);
    model.spec.peak_rule = PeakRule::two_pass_box;
    model.spec.first_range = 0.5;
    model.spec.second_range = 0.25;
    model.spec.deviation_gate = true;
    model.spec.deviation_low = 0.1;
    model.spec.deviation_high = 2.0;
    const ModelSpec again = spec_from_json(spec_to_json(model.spec), "test");
    DOCTEST_CHECK(spec_to_json(again) == spec_to_json(model.spec));
    DOCTEST_CHECK(again.deviation_gate);
    DOCTEST_CHECK(needs_micrograph(again, {}));
    DOCTEST_CHECK(!needs_micrograph(again, with_deviation(0.0, 0.0)));
    DOCTEST_CHECK(!needs_micrograph(fake::model().spec, {}));

    const Scorer scorer(model, std::make_unique<fake::FunctionNetwork>(fake::correlation));
    WorkerPool pool(1);
    RemovedCounts removed;
    const Picks gated = pick(scorer, fake::micrograph(rough_image()), {}, nullptr, pool, nullptr, &removed);
    DOCTEST_CHECK(removed.deviation > 0);
    for (std::size_t i = 0; i < gated.size(); ++i) { // on the grid: windows of 16 every 2 pixels
        DOCTEST_CHECK(std::abs(std::remainder(gated.x[i] - 7.5, 2.0)) < 1e-9);
    }
    removed = {};
    pick(scorer, fake::micrograph(rough_image()), with_deviation(0.0, 0.0), nullptr, pool, nullptr, &removed);
    DOCTEST_CHECK(removed.deviation == 0);
    PickSettings wrong = with_deviation(2.0, 1.0);
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, fake::micrograph(rough_image()), wrong, nullptr, pool),
                                 doctest::Contains("range of deviations is 2 to 1"), Error);
}
