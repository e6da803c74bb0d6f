// PARSED through the C API: trained on maps, picks of an unseen micrograph, a value for every pixel, the aperture.
#include "capi/support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace capi;

namespace {

// Particles of 16 working pixels on micrographs of that pixel size.
picker_simulation simulation() {
    auto settings = small_simulation(5);
    settings.width = 144;
    settings.height = 104;
    settings.particles = 12;
    settings.pixel_size = 15;
    settings.diameter = 240;
    settings.snr = 1;
    return settings;
}

} // namespace

DOCTEST_TEST_CASE("a segmenter trained on three small micrographs picks an unseen one") {
    if (!has_torch("training")) {
        return;
    }
    const TempFolder folder;
    const auto settings = simulation();
    libpicker::Dataset data, validation;
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto sample = libpicker::simulate(settings, i);
        (i < 3 ? data : validation).add(sample.micrograph, sample.truth);
    }
    auto model = libpicker::Model::create("parsed", 1);
    auto options = make<picker_train_options>();
    options.diameter = 240;
    options.epochs = 7;
    options.batch = 4;
    options.seed = 1;
    auto report = make<picker_train_report>();
    ok(picker_train(model.get(), data.get(), validation.get(), &options, &report, nullptr));
    DOCTEST_CHECK(report.positives >= 36); // every particle is in a crop
    DOCTEST_CHECK(report.validation_f1 > 0.8);
    model.save(folder / "m.safetensors");
    const auto loaded = libpicker::Model::load(folder / "m.safetensors");
    DOCTEST_CHECK(std::string(loaded.info().hash) == model.info().hash);

    auto unseen = libpicker::simulate(settings, 100);
    picker_picks* out = nullptr;
    ok(picker_pick(&out, loaded.get(), unseen.micrograph.get(), nullptr, nullptr));
    std::vector<libpicker::Picks> found, truth;
    found.emplace_back(out);
    truth.push_back(std::move(unseen.truth));
    const libpicker::Picks& picks = found.front();
    const auto result = measured(found, truth, settings, 16);
    DOCTEST_MESSAGE("F1 ", result.f_beta, ", precision ", result.precision, ", recall ", result.recall,
                    ", mean offset ", result.offset_mean, " px, ", report.seconds, " s of training");
    DOCTEST_CHECK(result.f_beta > 0.8);
    DOCTEST_CHECK(result.offset_mean < 3); // pixels, of 16
    DOCTEST_CHECK(std::abs(result.mean_dx) < 1);
    DOCTEST_CHECK(std::abs(result.mean_dy) < 1);
    const double* masses = nullptr;
    ok(picker_picks_column(&masses, picks.get(), "mass"));
    DOCTEST_CHECK(masses[0] >= masses[picks.size() - 1]); // best first

    // The map covers the micrograph, border included, and is that of single windows.
    const std::int32_t width = 24, height = 18;
    std::vector<float> pixels;
    for (std::int32_t y = 0; y < height; ++y) {
        const float* row = picker_micrograph_data(unseen.micrograph.get()) + (y + 30) * settings.width + 40;
        pixels.insert(pixels.end(), row, row + width);
    }
    picker_micrograph* cut = nullptr;
    ok(picker_micrograph_from_data(&cut, pixels.data(), width, height, 15, "cut"));
    const libpicker::Micrograph part(cut);
    auto scoring = make<picker_pick_options>();
    const auto dense = loaded.score(part, scoring);
    picker_scores* slow = nullptr;
    ok(picker_score_naive(&slow, loaded.get(), part.get(), &scoring, nullptr));
    const libpicker::Scores naive(slow);
    const picker_scores_info info = dense.info();
    DOCTEST_CHECK(info.origin_x == 0.0);
    DOCTEST_CHECK(info.origin_y == 0.0);
    DOCTEST_CHECK(info.width == width);
    DOCTEST_CHECK(info.height == height);
    double worst = 0.0, most = 0.0;
    for (std::int32_t i = 0; i < width * height; ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(dense.data()[i]) - static_cast<double>(naive.data()[i])));
        most = std::max(most, static_cast<double>(dense.data()[i]));
    }
    DOCTEST_CHECK(worst < 1e-4);
    DOCTEST_CHECK(most > 0.2);

    // Another aperture finds other blobs; one that does not fit says what does.
    scoring.aperture = 60;
    ok(picker_pick(&out, loaded.get(), unseen.micrograph.get(), &scoring, nullptr));
    const libpicker::Picks small(out);
    DOCTEST_CHECK(small.size() != picks.size());
    scoring.aperture = 10;
    refused(picker_pick(&out, loaded.get(), unseen.micrograph.get(), &scoring, nullptr), PICKER_INVALID_ARGUMENT,
            {"the aperture is", "one pixel of the map"});
}

DOCTEST_TEST_CASE("the supplement's two stages: a classifier, and the segmenter that begins with its layers") {
    if (!has_torch("training")) {
        return;
    }
    const auto settings = simulation();
    libpicker::Dataset data;
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto sample = libpicker::simulate(settings, i);
        data.add(sample.micrograph, sample.truth);
    }
    auto classifier = libpicker::Model::create("parsed-s2-classifier", 1);
    auto options = make<picker_train_options>();
    options.diameter = 240;
    options.epochs = 10;
    options.batch = 12;
    options.seed = 1;
    auto report = make<picker_train_report>();
    ok(picker_train(classifier.get(), data.get(), nullptr, &options, &report, nullptr));
    DOCTEST_CHECK(report.best_validation_loss < 0.67); // less than the ln 2 of guessing
    auto segmenter = libpicker::Model::create("parsed-s2", 2);
    DOCTEST_CHECK(segmenter.take_layers(classifier) == 4);
    options.epochs = 12;
    options.batch = 1;
    ok(picker_train(segmenter.get(), data.get(), nullptr, &options, &report, nullptr));
    // A map for every pixel of a micrograph whose edges are no multiples of the pools, brightest at the particles.
    const auto unseen = libpicker::simulate(settings, 100);
    const std::int32_t width = 141, height = 99;
    std::vector<float> pixels;
    for (std::int32_t y = 0; y < height; ++y) {
        const float* row = picker_micrograph_data(unseen.micrograph.get()) + y * settings.width;
        pixels.insert(pixels.end(), row, row + width);
    }
    picker_micrograph* cut = nullptr;
    ok(picker_micrograph_from_data(&cut, pixels.data(), width, height, 15, "cut"));
    const libpicker::Micrograph part(cut);
    auto scoring = make<picker_pick_options>();
    const auto map = segmenter.score(part, scoring);
    DOCTEST_CHECK(map.info().width == width);
    DOCTEST_CHECK(map.info().height == height);
    DOCTEST_CHECK(map.info().step_x == 1.0);
    const double *x = nullptr, *y = nullptr;
    ok(picker_picks_column(&x, unseen.truth.get(), "x"));
    ok(picker_picks_column(&y, unseen.truth.get(), "y"));
    double at_particles = 0.0, everywhere = 0.0, count = 0.0;
    for (std::size_t i = 0; i < unseen.truth.size(); ++i) {
        if (x[i] < width - 1 && y[i] < height - 1) {
            at_particles += map.data()[static_cast<std::ptrdiff_t>(std::lround(y[i])) * width + std::lround(x[i])];
            count += 1.0;
        }
    }
    for (std::int32_t i = 0; i < width * height; ++i) {
        everywhere += map.data()[i] / (width * height);
    }
    DOCTEST_MESSAGE("classifier's loss ", report.best_validation_loss, "; map at particles ", at_particles / count,
                    ", everywhere ", everywhere);
    DOCTEST_CHECK(at_particles / count > 2 * everywhere);
    scoring.has_keep = 1;
    picker_picks* out = nullptr;
    ok(picker_pick(&out, segmenter.get(), part.get(), &scoring, nullptr));
    const libpicker::Picks picks(out);
    DOCTEST_CHECK(picks.size() > 0);
}

DOCTEST_TEST_CASE("an aperture belongs to segmenters; what segmenters cannot learn from is refused") {
    const auto model = libpicker::Model::create("deepem", 3);
    const auto sample = libpicker::simulate(simulation(), 1);
    auto options = make<picker_pick_options>();
    options.diameter = 240;
    options.aperture = 100;
    picker_picks* out = nullptr;
    if (has_torch("scoring")) {
        refused(picker_pick(&out, model.get(), sample.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
                {"an aperture is given", "parsed"});
    }
    options.aperture = -1;
    refused(picker_pick(&out, model.get(), sample.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"picker_pick_options.aperture"});
    // Unlabelled windows and mined ones are for classifiers.
    if (!has_torch("training")) {
        return;
    }
    auto segmenter = libpicker::Model::create("parsed", 1);
    libpicker::Dataset data;
    data.add(sample.micrograph, sample.truth);
    auto train = make<picker_train_options>();
    train.diameter = 240;
    train.loss = PICKER_LOSS_NNPU;
    refused(picker_train(segmenter.get(), data.get(), nullptr, &train, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"learns from maps"});
    auto finer = simulation();
    finer.pixel_size = 5;
    const auto fine = libpicker::simulate(finer, 1);
    libpicker::Dataset small;
    small.add(fine.micrograph, fine.truth);
    train = make<picker_train_options>();
    train.diameter = 20; // four pixels of the micrograph, less than two of the map
    refused(picker_train(segmenter.get(), small.get(), nullptr, &train, nullptr, nullptr), PICKER_INVALID_ARGUMENT,
            {"less than two pixels of the map"});
}
