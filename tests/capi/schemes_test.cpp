// The training schemes through the C API: a model of one molecule adapts to another without labels, rounds with and
// without a person, 2D classes and re-centring, from files and in memory.
#include "capi/support.hpp"

#include <cmath>

using namespace capi;

namespace {

picker_simulation simulation(double diameter, std::uint64_t seed) {
    auto settings = small_simulation(seed);
    settings.width = 320;
    settings.height = 256;
    settings.particles = 30;
    settings.snr = 1;
    settings.diameter = diameter;
    settings.pixel_size = diameter / 20;
    return settings;
}

picker_train_options quick() {
    auto options = make<picker_train_options>();
    options.epochs = 8;
    options.batch = 16;
    options.seed = 1;
    return options;
}

libpicker::Model trained(double diameter) {
    libpicker::Dataset data;
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto sample = libpicker::simulate(simulation(diameter, 11), i);
        data.add(sample.micrograph, sample.truth);
    }
    auto model = libpicker::Model::create("deeppicker", 1);
    auto options = quick();
    options.diameter = diameter;
    options.epochs = 12;
    model.train(data, nullptr, options);
    return model;
}

const libpicker::Model& model_of_160() {
    static const libpicker::Model model = trained(160);
    return model;
}

libpicker::Model copy_of(const libpicker::Model& model) {
    const TempFolder folder;
    model.save(folder / "copy.safetensors");
    return libpicker::Model::load(folder / "copy.safetensors");
}

} // namespace

DOCTEST_TEST_CASE("a model of one molecule goes on with its own picks of another") {
    if (!has_torch("training")) {
        return;
    }
    libpicker::Dataset unseen;
    for (std::uint64_t i = 0; i < 3; ++i) {
        unseen.add(libpicker::simulate(simulation(220, 23), i).micrograph, libpicker::Picks());
    }
    auto model = copy_of(model_of_160());
    const std::string before = model.info().hash;
    auto options = make<picker_iterate_options>();
    options.iterations = 2;
    options.fraction = 0.8;
    auto train = quick();
    train.diameter = 220;
    const auto report = model.iterate(unseen, nullptr, options, train);
    const auto summary = report.summary();
    DOCTEST_CHECK(summary.rounds == 2);
    DOCTEST_CHECK(summary.cancelled == 0);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto round = report.round(i);
        DOCTEST_CHECK(round.micrographs == 3);
        DOCTEST_CHECK(round.positives == static_cast<std::int64_t>(std::ceil(0.8 * static_cast<double>(round.picks))));
        DOCTEST_CHECK(round.lowest_score >= round.threshold);
        DOCTEST_CHECK(std::isnan(round.accuracy));
        const auto training = report.training(i);
        DOCTEST_CHECK(training.positives + training.outside == round.positives);
        DOCTEST_CHECK(training.epochs > 0);
    }
    DOCTEST_CHECK(before != model.info().hash);
    DOCTEST_CHECK(model.info().diameter == 220);
    DOCTEST_CHECK(contains(model.metadata(), "2 on its own best picks of 3 micrographs without labels"));
    picker_round round = make<picker_round>();
    refused(picker_rounds_get(report.get(), 2, &round, nullptr), PICKER_NOT_FOUND, {"no round 2"});

    // Too few to train on: the weights stay.
    const std::string adapted = model.info().hash;
    options.top = 5;
    picker_rounds* none = nullptr;
    refused(picker_train_iterate(&none, model.get(), unseen.get(), nullptr, &options, &train, nullptr), PICKER_MISMATCH,
            {"iteration 1 has only 5 picks", "lower threshold"});
    DOCTEST_CHECK(none == nullptr);
    DOCTEST_CHECK(adapted == model.info().hash);
    options.top = -2;
    refused(picker_train_iterate(&none, model.get(), unseen.get(), nullptr, &options, &train, nullptr),
            PICKER_INVALID_ARGUMENT, {"top is -2"});
}

DOCTEST_TEST_CASE("rounds without a person") {
    if (!has_torch("training")) {
        return;
    }
    libpicker::Dataset data;
    std::int64_t labels = 0;
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto sample = libpicker::simulate(simulation(160, 41), i);
        data.add(sample.micrograph, sample.truth);
        labels += static_cast<std::int64_t>(sample.truth.size());
    }
    auto model = libpicker::Model::create("deeppicker", 3);
    auto options = make<picker_rounds_options>();
    options.rounds = 1;
    options.has_until = 1;
    options.complete_labels = 1;
    auto train = quick();
    train.diameter = 160;
    const auto report = model.train_rounds(data, nullptr, options, train);
    DOCTEST_REQUIRE(report.summary().rounds == 2);
    DOCTEST_CHECK(report.summary().reached == 0);
    const auto first = report.round(0), second = report.round(1);
    DOCTEST_CHECK(first.micrographs == 0);
    DOCTEST_CHECK(first.positives + second.positives == labels);
    DOCTEST_CHECK(second.micrographs == 2);
    DOCTEST_CHECK(second.avoided == 0);
    DOCTEST_CHECK(second.threshold == 0.5);
    DOCTEST_CHECK(second.confirmed <= second.picks);
    DOCTEST_CHECK(report.training(1).negatives >= second.negatives);
    DOCTEST_CHECK(contains(model.metadata(), "labels complete"));
}

DOCTEST_TEST_CASE("a round for review, its verdicts, and the training with them") {
    if (!has_torch("training")) {
        return;
    }
    const TempFolder folder;
    const std::string micrographs = folder / "new";
    std::filesystem::create_directory(micrographs);
    for (std::uint64_t i = 0; i < 2; ++i) {
        libpicker::simulate(simulation(160, 51), i).micrograph.write(micrographs + "/n" + std::to_string(i) + ".mrc");
    }
    auto model = copy_of(model_of_160());
    const std::string output = folder / "round1";
    auto options = make<picker_review_options>();
    options.output = output.c_str();
    const libpicker::Inputs inputs({micrographs});
    const auto proposed = model.propose_review(inputs, options);
    DOCTEST_CHECK(proposed.micrographs == 2);
    DOCTEST_CHECK(proposed.positives > 20);
    DOCTEST_CHECK(proposed.negatives > 0);
    DOCTEST_CHECK(proposed.threshold == 0.5);
    DOCTEST_CHECK(proposed.diameter == 160);
    DOCTEST_CHECK(std::isnan(proposed.accuracy));
    DOCTEST_CHECK(libpicker::Picks::read(output + "/positives/n0.star").size() +
                      libpicker::Picks::read(output + "/positives/n1.star").size() ==
                  static_cast<std::size_t>(proposed.positives));

    libpicker::Dataset data;
    const auto verdicts = data.add_review(output, model.get());
    DOCTEST_CHECK(verdicts.confirmed == proposed.positives);
    DOCTEST_CHECK(verdicts.accuracy == 1);
    DOCTEST_CHECK(data.size() == 2);
    DOCTEST_CHECK(data.positives() == static_cast<std::size_t>(proposed.positives));
    refused(picker_dataset_add_review(data.get(), output.c_str(), nullptr, nullptr), PICKER_MISMATCH,
            {"n0.mrc", "already"});
    libpicker::Dataset other;
    const auto stranger = libpicker::Model::create("deeppicker", 8);
    refused(picker_dataset_add_review(other.get(), output.c_str(), stranger.get(), nullptr), PICKER_MISMATCH,
            {"round1", "another model"});
    DOCTEST_CHECK(other.size() == 0);
    auto train = quick();
    train.epochs = 1;
    model.train(data, nullptr, train);
    const std::string again = folder / "round2";
    options.output = again.c_str();
    refused(picker_review_propose(model.get(), inputs.get(), &options, nullptr, nullptr), PICKER_MISMATCH,
            {"n0.mrc", "training of the model"});
    DOCTEST_CHECK(!std::filesystem::exists(again));
}

DOCTEST_TEST_CASE("2D classes and their rejects") {
    const TempFolder folder;
    const std::string image = folder / "a.mrc";
    libpicker::simulate(small_simulation(), 0).micrograph.write(image); // 8 angstrom per pixel
    const std::string star = folder / "run_it025_data.star";
    write_bytes(star, "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnImagePixelSize #2\n1 16.0\n\n"
                      "data_particles\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n_rlnCoordinateY #3\n"
                      "_rlnOpticsGroup #4\n_rlnClassNumber #5\n_rlnOriginXAngst #6\n_rlnOriginYAngst #7\n"
                      "M/a.mrc 100 50 1 2 16 -8\nM/a.mrc 30 90 1 1 0 0\nM/a.mrc 60 20 1 2 0 4\n");
    libpicker::Inputs inputs({image});
    inputs.match_class2d(star, {2});
    DOCTEST_CHECK(column(inputs.picks(0).get(), "x") == std::vector<double>{98, 60});
    DOCTEST_CHECK(column(inputs.picks(0).get(), "y") == std::vector<double>{51, 19.5});
    inputs.match_class2d(star, {2}, true);
    DOCTEST_CHECK(column(inputs.picks(0).get(), "x") == std::vector<double>{30});
    inputs.match_class2d(star, {2}, false, 4.0);
    DOCTEST_CHECK(column(inputs.picks(0).get(), "x") == std::vector<double>{96, 60});
    inputs.match_particles(star); // every class, the origins in whole pixels
    DOCTEST_CHECK(column(inputs.picks(0).get(), "x") == std::vector<double>{98, 30, 60});
    DOCTEST_CHECK(column(inputs.picks(0).get(), "y") == std::vector<double>{51, 90, 19});
    refused(picker_inputs_match_particles(inputs.get(), star.c_str(), -1), PICKER_INVALID_ARGUMENT, {"pixel_size"});
    refused(picker_inputs_match_particles(inputs.get(), "gone.star", 0), PICKER_NOT_FOUND, {"gone.star"});
    auto options = make<picker_class2d_options>();
    refused(picker_inputs_match_class2d(inputs.get(), star.c_str(), &options), PICKER_INVALID_ARGUMENT, {"classes"});
    const std::int32_t nine[] = {9};
    options.classes = nine;
    options.class_count = 1;
    refused(picker_inputs_match_class2d(inputs.get(), star.c_str(), &options), PICKER_NOT_FOUND, {"class 9", "1, 2"});
}

DOCTEST_TEST_CASE("re-centring shrinks known offsets") {
    libpicker::Dataset data;
    std::vector<libpicker::Picks> truth;
    auto item = make<picker_dataset_item>();
    item.diameter = 160;
    for (std::uint64_t i = 0; i < 3; ++i) {
        auto sample = libpicker::simulate(simulation(160, 61), i);
        auto x = column(sample.truth.get(), "x"), y = column(sample.truth.get(), "y");
        for (std::size_t k = 0; k < x.size(); ++k) { // two pixels of 20 off, in all directions
            x[k] += 2 * std::cos(2.4 * static_cast<double>(k + 7 * i));
            y[k] += 2 * std::sin(2.4 * static_cast<double>(k + 7 * i));
        }
        libpicker::Picks picks;
        picks.append(x, y, {});
        data.add(sample.micrograph, picks, &item);
        truth.push_back(std::move(sample.truth));
    }
    const auto report = data.recentre(make<picker_recentre_options>());
    double sum = 0, mean_x = 0, count = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto now = data.picks(i);
        const auto x = column(now.get(), "x"), y = column(now.get(), "y");
        const auto tx = column(truth[i].get(), "x"), ty = column(truth[i].get(), "y");
        for (std::size_t k = 0; k < x.size(); ++k) {
            sum += std::pow(x[k] - tx[k], 2) + std::pow(y[k] - ty[k], 2);
            mean_x += x[k] - tx[k];
            ++count;
        }
    }
    DOCTEST_MESSAGE("rms offset 2 -> ", std::sqrt(sum / count), " pixels of 20, mean shift ", report.mean, " angstrom");
    DOCTEST_CHECK(std::sqrt(sum / count) < 0.8);
    DOCTEST_CHECK(std::abs(mean_x / count) < 0.5);
    DOCTEST_CHECK(report.picks == static_cast<std::int64_t>(data.positives()));
    DOCTEST_CHECK(report.moved > report.picks / 2);
    const TempFolder folder;
    data.write_positives(folder / "out");
    DOCTEST_CHECK(std::filesystem::exists(folder / "out"));
}
