// Rounds with a person: what is proposed and written, how verdicts are read in every way they can be given, and what is
// refused.
#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "io/picks_file.hpp"
#include "naive_engine.hpp"
#include "training/review.hpp"
#include "training/trainer.hpp"
#include "unit/check.hpp"
#include "unit/io/io_testing.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;
using io_testing::contents;
using io_testing::expect_error;
using io_testing::Folder;

namespace {

// Files on disk, a model trained on other blobs, and a proposed round.
struct World {
    Folder folder;
    Model model = naive::model();
    std::vector<InputMicrograph> inputs;
    ReviewOptions options;
    ReviewRound round;

    explicit World(bool propose = true) {
        TrainingOptions training;
        train(model, naive::dataset(3), nullptr, training, {}, naive::plain_engine());
        std::vector<std::string> files;
        for (std::uint64_t i = 0; i < 2; ++i) {
            const DatasetItem item = naive::item(240, 180 + 10 * static_cast<int>(i), 70 + i);
            files.push_back((folder / text("m", i, ".mrc")).string());
            write_image(files.back(), item.micrograph->image, 2.0);
        }
        inputs = expand_inputs(files);
        options.output = folder / "round1";
        if (propose) {
            round = this->propose();
        }
    }
    ReviewRound propose() const { return propose_review(model, inputs, options, {}, naive::plain_engine()); }
    std::filesystem::path positives(int i) const { return options.output / "positives" / text("m", i, ".star"); }
    std::filesystem::path negatives(int i) const { return options.output / "negatives" / text("m", i, ".star"); }
    // Lines of a STAR file that are rows.
    static std::vector<std::string> rows(const std::filesystem::path& file, std::string* head = nullptr) {
        std::vector<std::string> out;
        std::string line;
        std::ifstream in(file);
        while (std::getline(in, line)) {
            const std::size_t first = line.find_first_not_of(' ');
            if (first != std::string::npos && (std::isdigit(line[first]) != 0 || line[first] == '-')) {
                out.push_back(line);
            } else if (head != nullptr && out.empty()) {
                *head += line + "\n";
            }
        }
        return out;
    }
    // Rewrites a file's rows.
    void edit(const std::filesystem::path& file, const std::function<void(std::vector<std::string>&)>& change) const {
        std::string head;
        std::vector<std::string> all = rows(file, &head);
        change(all);
        std::string bytes = head;
        for (const std::string& row : all) {
            bytes += row + "\n";
        }
        folder.put(std::filesystem::relative(file, folder.path()).string(), bytes + " \n");
    }
};

std::string with_verdict(const std::string& row, const std::string& verdict) {
    return row.substr(0, row.find_last_not_of(' ') - 7) + verdict + " "; // in place of "1.000000"
}

} // namespace

DOCTEST_TEST_CASE("a round proposes picks at the threshold, the near misses below it, and remembers both") {
    const World world;
    DOCTEST_CHECK(world.round.threshold == 0.5);
    DOCTEST_CHECK(world.round.model == model_hash(world.model));
    DOCTEST_REQUIRE(world.round.items.size() == 2);
    for (int i = 0; i < 2; ++i) {
        const ReviewItem& item = world.round.items[static_cast<std::size_t>(i)];
        const Picks high = read_picks_single(world.positives(i));
        const Picks low = read_picks_single(world.negatives(i));
        DOCTEST_CHECK(high.size() == item.positives.size());
        DOCTEST_CHECK(high.size() > 20);
        DOCTEST_CHECK(low.size() == item.negatives.size());
        DOCTEST_CHECK(low.size() <= high.size());
        DOCTEST_CHECK(low.size() > 0);
        for (std::size_t k = 0; k < high.size(); ++k) {
            DOCTEST_CHECK(high.x[k] == item.positives.x[k]);
            DOCTEST_CHECK(high.score[k] >= 0.5);
            DOCTEST_CHECK((*high.column("verdict"))[k] == 1.0);
        }
        for (std::size_t k = 0; k < low.size(); ++k) {
            DOCTEST_CHECK(low.y[k] == item.negatives.y[k]);
            DOCTEST_CHECK(low.score[k] < 0.5);
            DOCTEST_CHECK((*low.column("verdict"))[k] == 0.0);
        }
    }
    const ReviewRound read = read_review_round(world.options.output);
    DOCTEST_CHECK(read.positives() == world.round.positives());
    DOCTEST_CHECK(read.items[1].negatives.score == world.round.items[1].negatives.score);
    DOCTEST_CHECK(read.items[1].stem == "m1");
    DOCTEST_CHECK(read.diameter == 24.0);
    // The lists lead to the files.
    const MatchedPicks matched =
        match_picks(world.inputs, {(world.options.output / "positives/autopick.star").string()});
    DOCTEST_CHECK(matched.picks[1].size() == read.items[1].positives.size());
}

DOCTEST_TEST_CASE("untouched files agree with every proposal") {
    const World world;
    const Verdicts verdicts = read_verdicts(world.options.output);
    DOCTEST_CHECK(verdicts.confirmed == world.round.positives());
    DOCTEST_CHECK(verdicts.rejected == 0);
    DOCTEST_CHECK(verdicts.negatives_confirmed == world.round.negatives());
    DOCTEST_CHECK(verdicts.accuracy() == 1.0);
    Dataset dataset;
    add_verdicts(dataset, verdicts);
    DOCTEST_REQUIRE(dataset.items.size() == 2);
    DOCTEST_CHECK(dataset.items[0].positives.size() == world.round.items[0].positives.size());
    DOCTEST_CHECK(dataset.items[0].negatives.size() == world.round.items[0].negatives.size());
    DOCTEST_CHECK(dataset.items[0].diameter == 24.0);
    DOCTEST_CHECK(dataset.items[0].pixel_size == 2.0);
}

DOCTEST_TEST_CASE("verdicts by number and by deleted rows, in files that another program has written") {
    const World world;
    const std::size_t high = world.round.positives();
    const std::size_t low = world.round.negatives();
    world.edit(world.positives(0), [](auto& rows) {
        rows[0] = with_verdict(rows[0], "0");           // false positive
        rows[1] = with_verdict(rows[1], "-1");          // undecided
        rows.erase(rows.begin() + 4, rows.begin() + 6); // two more false positives
        std::reverse(rows.begin(), rows.end());         // the order is of no account
    });
    world.edit(world.negatives(0), [](auto& rows) {
        rows[0] = with_verdict(rows[0], "1"); // a missed particle
        rows.erase(rows.begin() + 1);         // undecided
    });
    // A program that rounds to whole pixels and knows no verdicts.
    Picks rounded = world.round.items[1].positives;
    for (std::size_t i = 0; i < rounded.size(); ++i) {
        rounded.x[i] = std::round(rounded.x[i]);
        rounded.y[i] = std::round(rounded.y[i]);
    }
    write_picks(world.positives(1), rounded.subset({0, 1, 2}), {});
    const std::size_t deleted = rounded.size() - 3;
    const Verdicts verdicts = read_verdicts(world.options.output);
    DOCTEST_CHECK(verdicts.rejected == 3 + deleted);
    DOCTEST_CHECK(verdicts.undecided == 2);
    DOCTEST_CHECK(verdicts.confirmed == high - 4 - deleted);
    DOCTEST_CHECK(verdicts.missed == 1);
    DOCTEST_CHECK(verdicts.negatives_confirmed == low - 2);
    DOCTEST_CHECK(verdicts.accuracy() ==
                  doctest::Approx(static_cast<double>(high - 4 - deleted) / static_cast<double>(high - 1)));
    Dataset dataset;
    add_verdicts(dataset, verdicts);
    const ReviewItem& item = world.round.items[0];
    const auto holds = [](const Picks& picks, const Picks& of, std::size_t row) {
        return std::find(picks.x.begin(), picks.x.end(), of.x[row]) != picks.x.end();
    };
    DOCTEST_CHECK(holds(dataset.items[0].negatives, item.positives, 0));
    DOCTEST_CHECK(holds(dataset.items[0].avoid, item.positives, 1));
    DOCTEST_CHECK(holds(dataset.items[0].positives, item.positives, 2));
    DOCTEST_CHECK(holds(dataset.items[0].negatives, item.positives, 4));
    DOCTEST_CHECK(holds(dataset.items[0].positives, item.negatives, 0));
    DOCTEST_CHECK(holds(dataset.items[0].avoid, item.negatives, 1));
    // Proposed coordinates count, not the rounded ones.
    DOCTEST_CHECK(dataset.items[1].positives.x[0] == world.round.items[1].positives.x[0]);
}

DOCTEST_TEST_CASE("verdict files that do not fit the proposal name file and line, and stay as they are") {
    const auto refused = [](Status status, std::initializer_list<std::string_view> parts, const auto& spoil) {
        const World world;
        spoil(world);
        const std::string before =
            std::filesystem::exists(world.positives(0)) ? contents(world.positives(0)) : std::string();
        expect_error(status, parts, [&] { read_verdicts(world.options.output); });
        if (std::filesystem::exists(world.positives(0))) {
            DOCTEST_CHECK(contents(world.positives(0)) == before);
        }
    };
    refused(Status::mismatch, {"positives/m0.star:13:", "the verdict is 7", "1 (particle)"}, [](const World& world) {
        world.edit(world.positives(0), [](auto& rows) { rows[0] = with_verdict(rows[0], "7"); });
    });
    refused(Status::bad_file, {"positives/m0.star:13:", "yes"}, [](const World& world) {
        world.edit(world.positives(0), [](auto& rows) { rows[0] = with_verdict(rows[0], "yes"); });
    });
    refused(Status::mismatch, {"negatives/m1.star:15:", "nothing was proposed at 3"}, [](const World& world) {
        world.edit(world.negatives(1), [](auto& rows) { rows.insert(rows.begin() + 2, "3 4 0.1 0 0 0"); });
    });
    refused(Status::mismatch, {"positives/m0.star:", "has a row already"},
            [](const World& world) { world.edit(world.positives(0), [](auto& rows) { rows.push_back(rows[0]); }); });
    refused(Status::not_found, {"negatives/m1.star", "are missing"},
            [](const World& world) { std::filesystem::remove(world.negatives(1)); });
    refused(Status::not_found, {"round1", "round.json"},
            [](const World& world) { std::filesystem::remove(world.options.output / "round.json"); });
    refused(Status::bad_file, {"round.json", "damaged"},
            [](const World& world) { world.folder.put("round1/round.json", "{\"format\": 1"); });
}

DOCTEST_TEST_CASE("no micrograph twice, no folder twice") {
    World world;
    expect_error(Status::mismatch, {"round1", "holds a round already"}, [&] { world.propose(); });
    world.options.output = world.folder / "round2";
    world.options.earlier = {world.folder / "round1"};
    expect_error(Status::mismatch, {"m0.mrc", "was in the round", "round1"}, [&] { world.propose(); });
    world.options.earlier.clear();
    const Verdicts verdicts = read_verdicts(world.folder / "round1");
    Dataset dataset;
    add_verdicts(dataset, verdicts);
    expect_error(Status::mismatch, {"m0.mrc", "in the training data already"},
                 [&] { add_verdicts(dataset, verdicts); });
    // A model remembers what it was trained on, also through further trainings.
    TrainingOptions training;
    training.epochs = 1;
    train(world.model, dataset, nullptr, training, {}, naive::plain_engine());
    DOCTEST_CHECK(world.model.provenance.at("micrographs") == "blobs-1;blobs-2;blobs-3;m0;m1");
    expect_error(Status::mismatch, {"m0.mrc", "the training of the model"}, [&] { world.propose(); });
    DOCTEST_CHECK(!std::filesystem::exists(world.options.output));
}

DOCTEST_TEST_CASE("cancelled: nothing is written") {
    const World world(false);
    Control control;
    int calls = 0;
    control.progress = [&](const ProgressEvent&) { return ++calls > 1; };
    DOCTEST_CHECK_THROWS_AS(propose_review(world.model, world.inputs, world.options, control, naive::plain_engine()),
                            Error);
    DOCTEST_CHECK(!std::filesystem::exists(world.options.output));
}
