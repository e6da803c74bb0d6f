// DeepEM's range: quantiles by hand, the windows of positives only, stored by training and used by picking.
#include "core/random.hpp"
#include "naive_engine.hpp"
#include "picking/run.hpp"
#include "training/deviation_range.hpp"
#include "training/sampler.hpp"
#include "training/trainer.hpp"
#include "unit/check.hpp"

#include <algorithm>

using namespace picker;

DOCTEST_TEST_CASE("the range is 1 % to 99 %, a quarter further out, whatever a few wrong labels say") {
    std::vector<double> values;
    for (int i = 0; i <= 100; ++i) {
        values.push_back(1.0 + 0.01 * i);
    }
    std::reverse(values.begin(), values.end());
    DeviationRange range = robust_range(values); // 1.01 to 1.99, median 1.5
    DOCTEST_CHECK(range.low == doctest::Approx(1.01 - 0.25 * 0.49));
    DOCTEST_CHECK(range.high == doctest::Approx(1.99 + 0.25 * 0.49));
    values[0] = 50.0; // the largest
    range = robust_range(values);
    DOCTEST_CHECK(range.high == doctest::Approx(1.99 + 0.25 * 0.49));
    DOCTEST_CHECK(robust_range({}).is_off());
    DOCTEST_CHECK(robust_range({0.8}).low == doctest::Approx(0.8));
}

DOCTEST_TEST_CASE("particles on smooth ground give a range that leaves rough ground out, on any grey scale") {
    Dataset set;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Random random(seed);
        auto micrograph = std::make_shared<Micrograph>();
        micrograph->image = Image(300, 200);
        micrograph->pixel_size = 2.0;
        micrograph->name = "m";
        const double grey = std::pow(10.0, static_cast<double>(seed));
        for (int y = 0; y < 200; ++y) {
            for (int x = 0; x < 300; ++x) { // a quarter of the image is twice as rough
                micrograph->image.at(x, y) = static_cast<float>(grey * (x < 75 ? 2.0 : 1.0) * random.normal());
            }
        }
        DatasetItem item;
        item.diameter = 24.0; // 12 pixels, windows of 16
        for (int i = 0; i < 60; ++i) {
            item.positives.add(random.uniform(90, 290), random.uniform(10, 190), 1.0);
        }
        item.positives.add(296.0, 100.0, 1.0); // its window sticks out
        item.micrograph = std::move(micrograph);
        set.add(std::move(item));
    }
    const auto range_of = [&](int threads) {
        WorkerPool pool(threads);
        SamplerOptions options;
        options.deviations = true;
        return robust_range(sample_patches(set, naive::model().spec, options, pool, {}).deviations);
    };
    const DeviationRange range = range_of(2);
    DOCTEST_CHECK(range.low < 0.95);
    DOCTEST_CHECK(range.low > 0.7);
    DOCTEST_CHECK(range.high > 1.05);
    DOCTEST_CHECK(range.high < 1.4);
    DOCTEST_CHECK(range_of(1).high == range.high);
}

DOCTEST_TEST_CASE("training stores the range where the architecture has the gate, and nowhere else") {
    TrainingOptions options;
    options.epochs = 2;
    Control control;
    control.threads = 2;
    const naive::Engine engine;
    Model plain = naive::model(), gated = naive::model();
    gated.spec.deviation_gate = true;
    train(plain, naive::dataset(3), nullptr, options, control, engine);
    train(gated, naive::dataset(3), nullptr, options, control, engine);
    DOCTEST_CHECK(plain.spec.deviation_high == 0.0);
    DOCTEST_CHECK(gated.spec.deviation_low > 0.0);
    DOCTEST_CHECK(gated.spec.deviation_high > gated.spec.deviation_low);
    DOCTEST_CHECK(plain.parameters == gated.parameters);
    DOCTEST_CHECK(needs_micrograph(gated.spec, {}));
    DOCTEST_CHECK(!needs_micrograph(plain.spec, {}));
}
