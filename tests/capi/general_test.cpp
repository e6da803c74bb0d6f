// The shipped model, as a user meets it: no training, a diameter, and thresholds that follow from the scores.
#include "capi/support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace capi;

namespace {

// The built-in phantom, which no shipped model has been trained on; 40 pixels across.
picker_simulation simulation(std::int32_t particles) {
    auto settings = libpicker::make<picker_simulation>();
    settings.width = 640;
    settings.height = 480;
    settings.particles = particles;
    settings.has_particles = 1;
    settings.pixel_size = 4.5;
    settings.diameter = 180;
    settings.has_snr = 1;
    settings.snr = 0.5;
    settings.seed = 11;
    return settings;
}

double share_of_false(const libpicker::Picks& picks) {
    const double* scores = nullptr;
    ok(picker_picks_column(&scores, picks.get(), "score"));
    double sum = 0.0;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        sum += 1.0 - scores[i];
    }
    return sum / static_cast<double>(picks.size());
}

} // namespace

DOCTEST_TEST_CASE("the general model picks particles that it has never seen, on their centres, and next to none where "
                  "there are none") {
    if (!has_torch("picking")) {
        return;
    }
    const auto model = libpicker::Model::load("general");
    const picker_model_info info = model.info();
    DOCTEST_CHECK(info.calibrated == 1);
    DOCTEST_CHECK(info.automatic_threshold == 1);
    DOCTEST_CHECK(info.parameters < 1'000'000);
    const auto settings = simulation(60);
    auto unseen = libpicker::simulate(settings, 3);
    auto options = make<picker_pick_options>();
    options.diameter = 180;
    std::vector<libpicker::Picks> found, truth;
    found.push_back(model.pick(unseen.micrograph, options));
    truth.push_back(std::move(unseen.truth));
    const auto result = measured(found, truth, settings, 20); // half a diameter, in pixels
    DOCTEST_MESSAGE("F1 ", result.f_beta, ", precision ", result.precision, ", recall ", result.recall,
                    ", mean offset ", result.offset_mean, " px");
    DOCTEST_CHECK(result.f_beta > 0.9);
    DOCTEST_CHECK(result.offset_mean < 4); // pixels, of 40
    DOCTEST_CHECK(std::abs(result.mean_dx) < 1);
    DOCTEST_CHECK(std::abs(result.mean_dy) < 1);

    // Of the same noise without particles hardly anything is picked, where there is room for some 150.
    const auto empty = libpicker::simulate(simulation(0), 4);
    DOCTEST_CHECK(empty.truth.size() == 0);
    DOCTEST_CHECK(model.pick(empty.micrograph, options).size() <= 6);

    // A share of false picks is kept by what the scores say themselves.
    options.fdr = 0.05;
    const auto sure = model.pick(unseen.micrograph, options);
    DOCTEST_REQUIRE(sure.size() > 0);
    DOCTEST_CHECK(share_of_false(sure) <= 0.05);
    options.threshold_rule = PICKER_THRESHOLD_AUTO;
    picker_picks* out = nullptr;
    refused(picker_pick(&out, model.get(), unseen.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"give one"});
    options.fdr = 0;
    options.threshold_rule = 7;
    refused(picker_pick(&out, model.get(), unseen.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"picker_pick_options.threshold_rule", "7"});
    // It does not know how large the particle is.
    options = make<picker_pick_options>();
    refused(picker_pick(&out, model.get(), unseen.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"diameter"});
}

DOCTEST_TEST_CASE("scores of other models are no probabilities, and say so") {
    if (!has_torch("picking")) {
        return;
    }
    const auto plain = libpicker::Model::create("deeppicker", 1);
    DOCTEST_CHECK(plain.info().calibrated == 0);
    const auto sample = libpicker::simulate(simulation(5), 1);
    auto options = make<picker_pick_options>();
    options.diameter = 180;
    options.fdr = 0.1;
    picker_picks* out = nullptr;
    refused(picker_pick(&out, plain.get(), sample.micrograph.get(), &options, nullptr), PICKER_UNSUPPORTED,
            {"probabilities", "deeppicker", "general"});
}
