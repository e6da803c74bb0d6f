// One epoch of momentum SGD against the same thing written out, dropout masks, and weight decay.
#include "naive_engine.hpp"
#include "training/batch_loop.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numeric>

using namespace picker;

namespace {

PatchSet noise(int count) {
    Random random(9);
    std::vector<float> labels;
    std::vector<float> pixels;
    for (int i = 0; i < count; ++i) {
        labels.push_back(i % 3 == 0 ? 1.0F : 0.0F);
        for (int k = 0; k < naive::window * naive::window; ++k) {
            pixels.push_back(static_cast<float>(random.normal()) + 0.2F * labels.back());
        }
    }
    return naive::patch_set(naive::window, pixels, labels);
}

std::vector<std::size_t> rows(std::size_t count) {
    std::vector<std::size_t> out(count);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

// Records the dropout masks that it is given.
class Listening : public naive::Logistic {
public:
    double gradient(const TrainingShard& shard, std::span<float> gradient) const override {
        const std::lock_guard lock(mutex_);
        const float* mask = shard.dropout_masks[0];
        masks_.insert(masks_.end(), mask, mask + shard.count * naive::window * naive::window);
        return naive::Logistic::gradient(shard, gradient);
    }
    mutable std::mutex mutex_;
    mutable std::vector<float> masks_;
};

} // namespace

DOCTEST_TEST_CASE("full-batch steps are velocity = momentum * velocity - rate * (mean gradient + decay * weight)") {
    const PatchSet set = noise(30);
    const NetworkSpec spec = naive::model().spec.network;
    BatchOptions options;
    options.batch = 30;
    options.momentum = 0.8;
    options.weight_decay_dense = 0.05;
    options.flips = options.rotations = false;
    naive::Logistic network;
    WorkerPool pool(3);
    const std::size_t parameters = 257;
    std::vector<float> start(parameters, 0.1F);
    BatchLoop loop(spec, network, start, options, pool);
    std::vector<double> w(start.begin(), start.end());
    std::vector<double> v(parameters, 0.0);
    for (int epoch = 1; epoch <= 3; ++epoch) {
        const double loss = loop.epoch(set, rows(30), epoch, 0.3, {});
        std::vector<double> g(parameters, 0.0);
        double expected_loss = 0.0;
        for (std::size_t i = 0; i < 30; ++i) {
            double sum = w[256];
            for (std::size_t k = 0; k < 256; ++k) {
                sum += w[k] * static_cast<double>(naive::patch(set, i)[k]);
            }
            const double p = 1.0 / (1.0 + std::exp(-sum));
            const double label = static_cast<double>(set.labels[i]);
            expected_loss -= std::log(label > 0.5 ? p : 1.0 - p) / 30;
            for (std::size_t k = 0; k < 256; ++k) {
                g[k] += (p - label) * static_cast<double>(naive::patch(set, i)[k]) / 30;
            }
            g[256] += (p - label) / 30;
        }
        for (std::size_t k = 0; k < parameters; ++k) {
            v[k] = 0.8 * v[k] - 0.3 * (g[k] + (k < 256 ? 0.05 * w[k] : 0.0)); // the bias does not decay
            w[k] += v[k];
        }
        DOCTEST_CHECK(loss == doctest::Approx(expected_loss).epsilon(1e-4));
        for (std::size_t k = 0; k < parameters; ++k) {
            DOCTEST_CHECK(static_cast<double>(loop.parameters()[k]) == doctest::Approx(w[k]).epsilon(1e-3));
        }
    }
}

DOCTEST_TEST_CASE("batches cover every sample once, and the last is no sliver") {
    const PatchSet set = noise(47);
    naive::Logistic network;
    WorkerPool pool(1);
    BatchOptions options;
    options.batch = 10;
    options.flips = options.rotations = false;
    options.momentum = 0.0;
    BatchLoop loop(naive::model().spec.network, network, std::vector<float>(257, 0.0F), options, pool);
    // With a rate of nothing the mean loss is that of every sample once: log 2.
    DOCTEST_CHECK(loop.epoch(set, rows(47), 1, 1e-30, {}) == doctest::Approx(std::log(2.0)));
}

DOCTEST_TEST_CASE("dropout keeps the given share, scaled, and differs from epoch to epoch") {
    const PatchSet set = noise(40);
    Listening network;
    WorkerPool pool(2);
    BatchLoop loop(naive::model(0.3).spec.network, network, std::vector<float>(257, 0.0F), {}, pool);
    loop.epoch(set, rows(40), 1, 1e-3, {});
    const std::vector<float> first = std::exchange(network.masks_, {});
    loop.epoch(set, rows(40), 2, 1e-3, {});
    std::size_t dropped = 0;
    for (const float value : first) {
        DOCTEST_CHECK((value == 0.0F || value == doctest::Approx(1.0 / 0.7)));
        dropped += value == 0.0F ? 1 : 0;
    }
    DOCTEST_CHECK(first.size() == 40 * 256);
    DOCTEST_CHECK(static_cast<double>(dropped) / (40 * 256) == doctest::Approx(0.3).epsilon(0.06));
    DOCTEST_CHECK(first != network.masks_);
}

DOCTEST_TEST_CASE("held-out loss and accuracy, in chunks, against the definition") {
    const PatchSet set = noise(150);
    naive::Logistic network;
    WorkerPool pool(2);
    std::vector<float> weights(257, 0.02F);
    BatchLoop loop(naive::model().spec.network, network, weights, {}, pool);
    const HeldOut out = loop.held_out(set, rows(150), {});
    double loss = 0.0;
    double right = 0.0;
    for (std::size_t i = 0; i < 150; ++i) {
        float p = 0.0F;
        network.score(naive::patch(set, i).data(), 1, &p);
        loss -= std::log(static_cast<double>(set.labels[i] > 0.5F ? p : 1.0F - p)) / 150;
        right += (p >= 0.5F) == (set.labels[i] > 0.5F) ? 1.0 / 150 : 0.0;
    }
    DOCTEST_CHECK(out.loss == doctest::Approx(loss).epsilon(1e-5));
    DOCTEST_CHECK(out.accuracy == doctest::Approx(right));
}
