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
    options.stepper.momentum = 0.8;
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
    options.stepper.momentum = 0.0;
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

namespace {

struct PuReference {
    double positive = 0.0, negative = 0.0;        // parts of the risk
    std::vector<double> of_positive, of_negative; // their gradients
};

// The risk of a whole set written out: prior * mean_P l(1), and mean_U l(0) - prior * mean_P l(0).
PuReference reference(const PatchSet& set, const std::vector<double>& w, double prior) {
    PuReference out;
    out.of_positive.assign(257, 0.0);
    out.of_negative.assign(257, 0.0);
    const auto positives = static_cast<double>(std::count(set.labels.begin(), set.labels.end(), 1.0F));
    const double others = static_cast<double>(set.size()) - positives;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const std::vector<float> patch = naive::patch(set, i);
        double sum = w[256];
        for (std::size_t k = 0; k < 256; ++k) {
            sum += w[k] * static_cast<double>(patch[k]);
        }
        const double p = 1.0 / (1.0 + std::exp(-sum));
        const bool is_positive = set.labels[i] > 0.5F;
        const double weight = is_positive ? -prior / positives : 1.0 / others;
        out.negative -= weight * std::log(1.0 - p);
        out.positive -= is_positive ? prior / positives * std::log(p) : 0.0;
        for (std::size_t k = 0; k < 257; ++k) {
            const double x = k < 256 ? static_cast<double>(patch[k]) : 1.0;
            out.of_negative[k] += weight * p * x;
            out.of_positive[k] += is_positive ? prior / positives * (p - 1.0) * x : 0.0;
        }
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE(
    "positive-unlabelled steps follow the risk, and go back along its negative part where that is below 0") {
    const PatchSet set = noise(40);
    naive::Logistic network;
    WorkerPool pool(3);
    BatchOptions options;
    options.batch = 40;
    options.stepper.momentum = 0.0;
    options.flips = options.rotations = false;
    int forwards = 0, backwards = 0;
    for (const double prior : {0.3, 0.95}) {
        options.prior = prior;
        BatchLoop loop(naive::model().spec.network, network, std::vector<float>(257, 0.01F), options, pool);
        std::vector<double> w(257, static_cast<double>(0.01F));
        for (int epoch = 1; epoch <= 8; ++epoch) {
            const PuReference expected = reference(set, w, prior);
            const HeldOut before = loop.held_out(set, rows(40), {});
            DOCTEST_CHECK(before.loss ==
                          doctest::Approx(expected.positive + std::max(0.0, expected.negative)).epsilon(1e-4));
            const double loss = loop.epoch(set, rows(40), epoch, 0.4, {});
            DOCTEST_CHECK(loss == doctest::Approx(expected.positive + std::max(0.0, expected.negative)).epsilon(1e-4));
            (expected.negative < 0.0 ? backwards : forwards) += 1;
            for (std::size_t k = 0; k < 257; ++k) {
                w[k] -= 0.4 * (expected.negative < 0.0 ? -expected.of_negative[k]
                                                       : expected.of_positive[k] + expected.of_negative[k]);
                DOCTEST_CHECK(static_cast<double>(loop.parameters()[k]) == doctest::Approx(w[k]).epsilon(1e-3));
            }
        }
    }
    DOCTEST_CHECK(forwards > 3);
    DOCTEST_CHECK(backwards > 3);
}

DOCTEST_TEST_CASE("held-out accuracy with unlabelled samples is one minus the risk of the 0-1 loss") {
    const PatchSet set = noise(60); // 20 positives
    naive::Logistic network;
    WorkerPool pool(2);
    BatchOptions options;
    options.prior = 0.2;
    std::vector<float> weights(257, 0.02F);
    weights[256] = -0.3F;
    BatchLoop loop(naive::model().spec.network, network, weights, options, pool);
    double missed = 0.0, called = 0.0, called_unlabelled = 0.0;
    for (std::size_t i = 0; i < 60; ++i) {
        float p = 0.0F;
        network.score(naive::patch(set, i).data(), 1, &p);
        const bool positive = set.labels[i] > 0.5F;
        missed += positive && p < 0.5F ? 1.0 / 20 : 0.0;
        called += positive && p >= 0.5F ? 1.0 / 20 : 0.0;
        called_unlabelled += !positive && p >= 0.5F ? 1.0 / 40 : 0.0;
    }
    const double expected = 1.0 - (0.2 * missed + std::max(0.0, called_unlabelled - 0.2 * called));
    DOCTEST_CHECK(loop.held_out(set, rows(60), {}).accuracy == doctest::Approx(expected));
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

namespace {

// Records the patches that it is given.
class Watching : public naive::Logistic {
public:
    double gradient(const TrainingShard& shard, std::span<float> gradient) const override {
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < shard.count; ++i) {
            const float* patch = shard.patches + static_cast<std::ptrdiff_t>(i) * naive::window * naive::window;
            seen_.emplace_back(std::vector<float>(patch, patch + naive::window * naive::window), shard.labels[i]);
        }
        return naive::Logistic::gradient(shard, gradient);
    }
    mutable std::mutex mutex_;
    mutable std::vector<std::pair<std::vector<float>, float>> seen_;
};

} // namespace

DOCTEST_TEST_CASE("four turns: an epoch has each sample at 0, 90, 180 and 270 degrees once") {
    const PatchSet set = noise(10);
    BatchOptions options;
    options.batch = 7;
    options.flips = options.rotations = false;
    options.four_turns = true;
    Watching network;
    WorkerPool pool(2);
    BatchLoop loop(naive::model().spec.network, network, std::vector<float>(257, 0.01F), options, pool);
    loop.epoch(set, {1, 4, 9}, 1, 0.1, {}); // some of the samples
    DOCTEST_REQUIRE(network.seen_.size() == 12);
    for (const std::size_t sample : {std::size_t{1}, std::size_t{4}, std::size_t{9}}) {
        std::vector<float> patch = naive::patch(set, sample);
        for (int turn = 0; turn < 4; ++turn) {
            std::size_t found = 0;
            for (const auto& [pixels, label] : network.seen_) {
                found += pixels == patch && label == set.labels[sample] ? 1 : 0;
            }
            DOCTEST_CHECK(found == 1);
            std::vector<float> turned(patch.size());
            for (int y = 0; y < naive::window; ++y) {
                for (int x = 0; x < naive::window; ++x) {
                    turned[static_cast<std::size_t>(y * naive::window + x)] =
                        patch[static_cast<std::size_t>(x * naive::window + naive::window - 1 - y)];
                }
            }
            patch = turned;
        }
    }
}
