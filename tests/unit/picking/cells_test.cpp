// A detector's way from a micrograph to picks: cells, offsets, frame, files and limits.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "picking/cells.hpp"
#include "unit/check.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace picker;

namespace {

constexpr int cell = 4;

// Finds the brightest pixel of every cell, by a network of three outputs: a logit of 4 times what it is above 1/2, and
// the offset that leads there.
class Brightest final : public fake::FunctionNetwork {
public:
    Brightest() : FunctionNetwork({}) {}
    void outputs(const float* pixels, int height, int width, float* outputs) const override {
        const int rows = height / cell, columns = width / cell, cells = rows * columns;
        for (int i = 0; i < cells; ++i) {
            int best_x = 0, best_y = 0;
            float best = -1e9F;
            for (int y = 0; y < cell; ++y) {
                for (int x = 0; x < cell; ++x) {
                    const float value = pixels[(i / columns * cell + y) * width + i % columns * cell + x];
                    if (value > best) {
                        best = value;
                        best_x = x;
                        best_y = y;
                    }
                }
            }
            outputs[i] = 8.0F * (best - 0.5F);
            outputs[cells + i] = std::atanh((static_cast<float>(best_x) - 1.5F) / 3.0F);
            outputs[2 * cells + i] = std::atanh((static_cast<float>(best_y) - 1.5F) / 3.0F);
        }
    }
};

Model detector() {
    Model model = fake::model(); // 12 working pixels to the diameter
    Layer first{LayerKind::convolution, 3, 3, Activation::none};
    first.stride = 2;
    first.padding = 1;
    model.spec.network = {16, {first, first}};
    model.spec.patch_rule = PatchRule::whole;
    model.spec.peak_rule = PeakRule::cells;
    model.spec.window_diameters = 1.0;
    model.spec.step = cell;
    model.spec.min_distance = 0.0;
    model.spec.training.loss = Loss::detection;
    model.spec.training.crop = 16;
    model.parameters.assign(parameter_count(model.spec.network), 0.0F);
    check_spec(model.spec);
    return model;
}

Scorer scorer() {
    return Scorer(detector(), std::make_unique<Brightest>());
}

} // namespace

DOCTEST_TEST_CASE("a particle of a detector is found where it is, at every scale, on micrographs that are not square") {
    for (const double diameter : {12.0, 24.0, 8.0}) { // the micrograph stays, shrinks and grows
        DOCTEST_CAPTURE(diameter);
        const double sigma = 2.0 * diameter / 12.0;
        const ScoreMap map =
            scorer().score(fake::micrograph(fake::draw(190, 130, {{101.3, 57.8, 1.0}}, sigma)), diameter, nullptr);
        const Picks picks = find_cell_picks(map);
        DOCTEST_REQUIRE(picks.size() > 1);
        // To the nearest working pixel.
        DOCTEST_CHECK(std::abs(picks.x[0] - 101.3) < 0.6 * diameter / 12.0);
        DOCTEST_CHECK(std::abs(picks.y[0] - 57.8) < 0.6 * diameter / 12.0);
        DOCTEST_CHECK(picks.score[0] > 0.9);
    }
}

DOCTEST_TEST_CASE("cells cover the whole micrograph; what would lie outside of it is no candidate") {
    const ScoreMap map = scorer().score(fake::micrograph(fake::draw(50, 33, {{48.0, 2.0, 1.0}})), 12.0, nullptr);
    DOCTEST_CHECK(map.scores.width == 13); // 50 pixels filled up to 52
    DOCTEST_CHECK(map.scores.height == 9);
    DOCTEST_CHECK(map.origin_x == doctest::Approx(1.5));
    DOCTEST_CHECK(map.step_y == doctest::Approx(4.0));
    const Picks picks = find_cell_picks(map);
    DOCTEST_CHECK(std::abs(picks.x[0] - 48.0) < 0.6);
    DOCTEST_CHECK(std::abs(picks.y[0] - 2.0) < 0.6);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        DOCTEST_CHECK(picks.x[i] < 49.5);
        DOCTEST_CHECK(picks.y[i] < 32.5);
    }
    ScoreMap outside = map;
    std::fill(outside.offset_x.pixels.begin(), outside.offset_x.pixels.end(), 60.0F);
    DOCTEST_CHECK(find_cell_picks(outside).size() == 0);
}

DOCTEST_TEST_CASE("picks of a detector: threshold, and the least distance that drops what two cells report") {
    WorkerPool pool(2);
    const Scorer scorer = ::scorer();
    // Its middle lies between four cells.
    const auto pick_with = [&](std::optional<double> distance) {
        PickSettings settings;
        settings.threshold = 0.5;
        settings.min_distance = distance; // angstrom; a pixel has 2
        return pick(scorer, fake::micrograph(fake::draw(64, 48, {{31.5, 19.5, 1.0}}, 4.0)), settings, nullptr, pool);
    };
    DOCTEST_CHECK(pick_with(std::nullopt).size() >= 4);
    const Picks one = pick_with(24.0);
    DOCTEST_REQUIRE(one.size() == 1);
    DOCTEST_CHECK(std::abs(one.x[0] - 31.5) < 1.0);
    DOCTEST_CHECK(std::abs(one.y[0] - 19.5) < 1.0);
}

DOCTEST_TEST_CASE("a detector's score map comes back exactly, and one without offsets is refused") {
    const fake::Folder folder;
    const ScoreMap map = scorer().score(fake::micrograph(fake::draw(50, 33, {{20.0, 9.0, 1.0}})), 12.0, nullptr);
    write_score_map(folder.path() / "map.mrc", map);
    const ScoreMap back = read_score_map(folder.path() / "map.mrc");
    DOCTEST_CHECK(back.scores.pixels == map.scores.pixels);
    DOCTEST_CHECK(back.offset_x.pixels == map.offset_x.pixels);
    DOCTEST_CHECK(back.offset_y.pixels == map.offset_y.pixels);
    DOCTEST_CHECK(read_micrograph(folder.path() / "map.mrc").image.pixels == map.scores.pixels); // for any program
    const Picks picks = find_cell_picks(back);
    DOCTEST_CHECK(picks.x == find_cell_picks(map).x);
    ScoreMap plain = map;
    plain.offset_x = plain.offset_y = Image();
    write_score_map(folder.path() / "plain.mrc", plain);
    DOCTEST_CHECK_THROWS_WITH_AS(find_cell_picks(read_score_map(folder.path() / "plain.mrc")),
                                 doctest::Contains("no offsets"), Error);
    // Offsets that are cut off: the header says that there are some.
    std::string bytes = read_whole(folder.path() / "plain.mrc");
    const std::size_t at = bytes.find("{\"diameter\"");
    DOCTEST_REQUIRE(at != std::string::npos);
    const std::size_t end = bytes.find('\n', at);
    std::string meaning = bytes.substr(at, end - at);
    meaning.back() = ',';
    meaning += "\"offsets\":true}";
    std::size_t room = 0;
    while (bytes[end + 1 + room] == ' ') {
        ++room;
    }
    if (room >= 15) { // the description is padded to 16 bytes; otherwise there is no place to write it
        bytes.replace(at, meaning.size(), meaning);
        write_whole(folder.path() / "cut.mrc", bytes);
        DOCTEST_CHECK_THROWS_AS((void)read_score_map(folder.path() / "cut.mrc"), Error);
    }
}

DOCTEST_TEST_CASE("micrographs in flight together stay within the memory that one may take") {
    // Each of the large ones needs about 4.7 GiB by the count of its layers: one waits for the other.
    Model large = detector();
    large.spec.network.layers[0].channels = 6000;
    large.parameters.assign(parameter_count(large.spec.network), 0.0F);
    class Counting final : public fake::FunctionNetwork {
    public:
        Counting(std::atomic<int>& now, std::atomic<int>& most, int wanted)
            : FunctionNetwork({}), now_(now), most_(most), wanted_(wanted) {}
        void outputs(const float*, int height, int width, float* outputs) const override {
            const int running = ++now_;
            int seen = most_;
            while (running > seen && !most_.compare_exchange_weak(seen, running)) {
            }
            // Until others are there too; a while, where none may be.
            for (int tries = 0; tries < (wanted_ > 1 ? 10000 : 20) && (wanted_ == 1 || most_ < wanted_); ++tries) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            std::fill_n(outputs, 3 * height / cell * (width / cell), 0.0F);
            --now_;
        }

    private:
        std::atomic<int>&now_, &most_;
        int wanted_;
    };
    for (const int edge : {900, 100}) {
        DOCTEST_CAPTURE(edge);
        const int wanted = edge == 900 ? 1 : 2;
        std::atomic<int> now{0}, most{0};
        const Scorer scorer(large, std::make_unique<Counting>(now, most, wanted));
        std::vector<ScoreJob> jobs;
        for (int i = 0; i < 4; ++i) {
            Micrograph given = fake::micrograph(fake::draw(edge, edge + 40, {{20, 20, 1.0}}));
            jobs.push_back(scorer.begin(given, 12.0));
        }
        WorkerPool pool(4);
        pool.run(4, [&](std::size_t i) { scorer.run_tile(jobs[i], 0); });
        DOCTEST_CHECK((wanted == 1 ? most == 1 : most >= 2));
    }
}

DOCTEST_TEST_CASE("what a detector has not") {
    const Scorer scorer = ::scorer();
    DOCTEST_CHECK_THROWS_WITH_AS(
        scorer.score_naive(fake::micrograph(fake::draw(64, 48, {{31.5, 19.5, 1.0}})), 12.0, nullptr),
        doctest::Contains("no windows"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS((void)with_step(detector(), 2), doctest::Contains("fixed"), Error);
    // Its memory is checked before anything is computed. HydraPicker takes 64 maps of a micrograph, three at a time.
    Model large = detector();
    large.spec.network.layers[0].channels = 4096;
    large.parameters.assign(parameter_count(large.spec.network), 0.0F);
    const Scorer greedy(large, std::make_unique<Brightest>());
    DOCTEST_CHECK_THROWS_WITH_AS(greedy.score(fake::micrograph(fake::draw(1600, 1200, {{20, 20, 1.0}})), 12.0, nullptr),
                                 doctest::Contains("above its limit"), Error);
}
