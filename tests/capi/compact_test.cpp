// The compact network through the C API: it learns, picks on the centres, and sees each place by itself.
#include "capi/support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

using namespace capi;

namespace {

// Particles of 16 pixels, the network's own scale, so that nothing is resampled and places can be compared.
picker_simulation simulation() {
    auto settings = small_simulation(5);
    settings.width = 208;
    settings.height = 152;
    settings.particles = 24;
    settings.pixel_size = 15;
    settings.diameter = 240;
    settings.snr = 1;
    return settings;
}

libpicker::Micrograph cut(const libpicker::Micrograph& from, std::int32_t full_width, std::int32_t left,
                          std::int32_t top, std::int32_t width, std::int32_t height) {
    std::vector<float> pixels;
    for (std::int32_t y = top; y < top + height; ++y) {
        const float* row = picker_micrograph_data(from.get()) + y * full_width + left;
        pixels.insert(pixels.end(), row, row + width);
    }
    picker_micrograph* out = nullptr;
    ok(picker_micrograph_from_data(&out, pixels.data(), width, height, 15, "cut"));
    return libpicker::Micrograph(out);
}

} // namespace

DOCTEST_TEST_CASE("trained on three small micrographs it puts picks on the centres of an unseen one") {
    if (!has_torch("training")) {
        return;
    }
    const auto settings = simulation();
    libpicker::Dataset data, validation;
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto sample = libpicker::simulate(settings, i);
        (i < 3 ? data : validation).add(sample.micrograph, sample.truth);
    }
    auto model = libpicker::Model::create("compact", 1);
    auto options = make<picker_train_options>();
    options.diameter = 240;
    options.epochs = 30;
    options.batch = 4;
    options.seed = 1;
    auto report = make<picker_train_report>();
    ok(picker_train(model.get(), data.get(), validation.get(), &options, &report, nullptr));
    auto unseen = libpicker::simulate(settings, 100);
    picker_picks* out = nullptr;
    ok(picker_pick(&out, model.get(), unseen.micrograph.get(), nullptr, nullptr));
    std::vector<libpicker::Picks> found, truth;
    found.emplace_back(out);
    truth.push_back(std::move(unseen.truth));
    const auto result = measured(found, truth, settings, 16);
    DOCTEST_MESSAGE("F1 ", result.f_beta, ", mean offset ", result.offset_mean, " px, ", report.seconds,
                    " s of training");
    DOCTEST_CHECK(result.f_beta > 0.8);
    DOCTEST_CHECK(result.offset_mean < 2); // pixels, of 16
    DOCTEST_CHECK(std::abs(result.mean_dx) < 0.8);
    DOCTEST_CHECK(std::abs(result.mean_dy) < 0.8);
}

// Further from a crop's border than the network sees, the rest of the micrograph does not matter: not even what makes
// its mean, deviation and extremes others.
DOCTEST_TEST_CASE("a place has the same score in different crops") {
    if (!has_torch("scoring")) {
        return;
    }
    const auto settings = simulation();
    const auto sample = libpicker::simulate(settings, 7);
    std::vector<float> changed(picker_micrograph_data(sample.micrograph.get()),
                               picker_micrograph_data(sample.micrograph.get()) + settings.width * settings.height);
    for (std::int32_t y = 0; y < 12; ++y) { // a bright corner, as of carbon
        for (std::int32_t x = 0; x < 12; ++x) {
            changed[static_cast<std::size_t>(y * settings.width + x)] += 4.0F;
        }
    }
    picker_micrograph* made = nullptr;
    ok(picker_micrograph_from_data(&made, changed.data(), settings.width, settings.height, 15, "changed"));
    const libpicker::Micrograph whole(made);
    const auto model = libpicker::Model::create("compact", 3);
    auto options = make<picker_pick_options>();
    options.diameter = 240;
    const auto scores = model.score(whole, options);
    const std::int32_t left = 8, top = 0, width = 192,
                       height = 152; // on the grid of the pools, the corner's half left out
    const auto part = model.score(cut(whole, settings.width, left, top, width, height), options);
    constexpr std::int32_t reach = 72; // of the network and of the local standardisation
    double worst = 0.0, least = 1.0, most = 0.0;
    for (std::int32_t y = reach; y < height - reach; ++y) {
        for (std::int32_t x = reach; x < width - reach; ++x) {
            const double a = part.data()[y * width + x], b = scores.data()[(y + top) * settings.width + x + left];
            worst = std::max(worst, std::abs(a - b));
            least = std::min(least, a);
            most = std::max(most, a);
        }
    }
    DOCTEST_CHECK(worst < 1e-4);
    DOCTEST_CHECK(most - least > 0.01); // it is no constant
}
