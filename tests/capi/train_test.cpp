// The main job through the C API: simulate, train, pick micrographs never seen, evaluate. Small, but really learnt.
#include "capi/support.hpp"

#include <cmath>

using namespace capi;

namespace {

picker_simulation training_simulation() {
    auto settings = small_simulation(11);
    settings.width = 320;
    settings.height = 256;
    settings.particles = 30;
    settings.snr = 1;
    return settings;
}

} // namespace

DOCTEST_TEST_CASE("a model trained on six small micrographs picks unseen ones") {
    if (!has_torch("training")) {
        return;
    }
    const TempFolder folder;
    const auto settings = training_simulation();
    libpicker::Dataset data;
    libpicker::Dataset validation;
    std::size_t positives = 0;
    for (std::uint64_t i = 0; i < 6; ++i) {
        const auto sample = libpicker::simulate(settings, i);
        if (i < 5) {
            data.add(sample.micrograph, sample.truth);
            positives += sample.truth.size();
        } else {
            validation.add(sample.micrograph, sample.truth);
        }
    }
    auto model = libpicker::Model::create("deeppicker", 1);
    auto options = make<picker_train_options>();
    options.diameter = 160;
    options.epochs = 12;
    options.batch = 16;
    options.seed = 1;
    auto report = make<picker_train_report>();
    auto control = make<picker_control>();
    struct Seen {
        int epochs = 0;
        std::int64_t last = 0;
        bool in_order = true, sized = true, measured = true;
    } seen;
    control.user = &seen;
    control.progress = [](void* user, const picker_progress* p) -> std::int32_t {
        auto& s = *static_cast<Seen*>(user);
        s.sized = s.sized && p->struct_size == sizeof *p && p->item != nullptr && p->stage != nullptr;
        if (std::string_view(p->stage) == "train") {
            s.in_order = s.in_order && p->done >= s.last;
            s.epochs += p->done > s.last ? 1 : 0;
            s.measured = s.measured && (p->done == 0 || std::isfinite(p->value));
            s.last = p->done;
        }
        return 0;
    };
    ok(picker_train(model.get(), data.get(), validation.get(), &options, &report, &control));
    DOCTEST_CHECK(seen.sized);
    DOCTEST_CHECK(seen.in_order);
    DOCTEST_CHECK(seen.measured);
    DOCTEST_CHECK(seen.epochs == report.epochs);
    DOCTEST_CHECK((report.epochs >= 1 && report.epochs <= 12));
    DOCTEST_CHECK((report.best_epoch >= 1 && report.best_epoch <= report.epochs));
    DOCTEST_CHECK(report.cancelled == 0);
    DOCTEST_CHECK(report.positives + report.outside <= static_cast<std::int64_t>(positives) + 30);
    DOCTEST_CHECK(report.positives > static_cast<std::int64_t>(positives) / 2);
    DOCTEST_CHECK(report.negatives > 0);
    DOCTEST_CHECK(report.best_validation_accuracy > 0.8);
    DOCTEST_CHECK(report.validation_f1 > 0.8);

    const auto info = model.info();
    DOCTEST_CHECK(info.trained == 1);
    DOCTEST_CHECK(info.diameter == 160);
    DOCTEST_CHECK(info.pixel_size == 8);
    DOCTEST_CHECK(info.threshold == report.threshold);

    // From here on only the checkpoint is known, and the diameter and threshold that it keeps.
    model.save(folder / "m.safetensors");
    const auto loaded = libpicker::Model::load(folder / "m.safetensors");
    DOCTEST_CHECK(std::string(loaded.info().hash) == info.hash);
    std::vector<libpicker::Picks> found;
    std::vector<libpicker::Picks> truth;
    for (std::uint64_t i = 100; i < 102; ++i) {
        auto sample = libpicker::simulate(settings, i);
        picker_picks* picks = nullptr;
        ok(picker_pick(&picks, loaded.get(), sample.micrograph.get(), nullptr, nullptr));
        found.emplace_back(picks);
        truth.push_back(std::move(sample.truth));
    }
    const auto result = measured(found, truth, settings, 160 / settings.pixel_size);
    DOCTEST_MESSAGE("F1 on unseen micrographs: ", result.f_beta, ", precision ", result.precision, ", recall ",
                    result.recall, ", mean offset ", result.offset_mean, " px, after ", report.epochs, " epochs in ",
                    report.seconds, " s");
    DOCTEST_CHECK(result.f_beta > 0.8);
    DOCTEST_CHECK(result.offset_mean < 4);         // pixels, of 20
    DOCTEST_CHECK(std::abs(result.mean_dx) < 1.5); // no systematic shift
    DOCTEST_CHECK(std::abs(result.mean_dy) < 1.5);
}

DOCTEST_TEST_CASE("dense scores equal the sliding window, on an image that is not square") {
    if (!has_torch("scoring")) {
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker", 5);
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    ScoresOwner dense;
    ScoresOwner naive;
    ok(picker_score(dense.out(), model.get(), sample.micrograph.get(), &options, nullptr));
    ok(picker_score_naive(naive.out(), model.get(), sample.micrograph.get(), &options, nullptr));
    auto a = make<picker_scores_info>();
    auto b = make<picker_scores_info>();
    ok(picker_scores_get_info(dense.get(), &a));
    ok(picker_scores_get_info(naive.get(), &b));
    DOCTEST_REQUIRE(a.width == b.width);
    DOCTEST_REQUIRE(a.height == b.height);
    DOCTEST_CHECK(a.width > a.height);
    DOCTEST_CHECK(a.micrograph_width == 192);
    DOCTEST_CHECK(a.micrograph_height == 160);
    DOCTEST_CHECK(a.origin_x == b.origin_x);
    DOCTEST_CHECK(a.step_y == b.step_y);
    double worst = 0;
    for (int i = 0; i < a.width * a.height; ++i) {
        worst = std::max(worst, static_cast<double>(
                                    std::abs(picker_scores_data(dense.get())[i] - picker_scores_data(naive.get())[i])));
    }
    DOCTEST_CHECK(worst < 1e-4);
}
