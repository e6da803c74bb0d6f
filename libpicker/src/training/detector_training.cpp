// Epochs of a detector over crops of whole micrographs, each batch from one set of particles, for one head or for many
// (training_loop.hpp; HydraPicker 2019, sections 3.2 and 4).
#include "core/error.hpp"
#include "engine/detection.hpp"
#include "training/detector_crop.hpp"
#include "training/detector_samples.hpp"
#include "training/head_steps.hpp"
#include "training/training_loop.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace picker {
namespace {

// Random streams of one seed, apart from those of other loops.
constexpr std::uint64_t order_streams = (std::uint64_t{1} << 44), crop_streams = std::uint64_t{1} << 61;

struct CropPlace { // of an epoch
    std::size_t field = 0;
    std::uint64_t number = 0; // over all crops, for its random stream
};

class DetectorTraining final : public TrainingLoop {
public:
    DetectorTraining(LoopSetup setup, const std::vector<std::string>& heads)
        : spec_(setup.spec), settings_(setup.settings), options_(setup.options), pool_(setup.pool),
          samples_(draw_fields(setup, heads)), network_(setup.engine.create(setup.spec.network, setup.control.device)),
          steps_(setup.spec, std::move(setup.parameters), heads.size(), head_step_options(setup)) {
        NetworkSpec cropped = spec_.network;
        cropped.input_size = settings_.crop;
        const auto shapes = layer_shapes(cropped);
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            if (cropped.layers[i].kind == LayerKind::dropout) {
                features_.push_back(static_cast<std::size_t>(shapes[i].channels) *
                                    static_cast<std::size_t>(shapes[i].size) *
                                    static_cast<std::size_t>(shapes[i].size));
                rates_.push_back(cropped.layers[i].rate);
            }
        }
    }

    SampleCounts counts() const override { return samples_.counts; }
    double epoch(int number, double learning_rate, const std::function<void()>& poll) override;
    HeldOut held_out(const std::function<void()>& poll) override;
    bool has_held_out() const override { return !samples_.held_out.empty(); }
    const std::vector<float>& parameters() const override { return steps_.parameters(); }
    std::vector<float> memory() const override { return steps_.memory(); }
    void restore(std::vector<float> parameters, std::vector<float> memory) override {
        steps_.restore(std::move(parameters), std::move(memory));
    }

private:
    static HeadStepOptions head_step_options(const LoopSetup& setup) {
        HeadStepOptions options;
        options.stepper = {setup.settings.optimiser, setup.settings.momentum};
        options.bias_weight = setup.settings.heads.bias_weight;
        options.freeze = setup.options.freeze;
        return options;
    }
    int grid() const { return settings_.crop / cell_size(spec_.network); }
    std::vector<std::vector<CropPlace>> batches_of(int number) const;
    struct Sample {
        std::vector<float> pixels, labels, gradient;
        std::size_t matches = 0;
        double loss = 0.0;
    };
    void cut(Sample& sample, const CropPlace& place, int number) const;
    void work_out(Sample& sample, const CropPlace& place, int number, double offset_weight) const;
    double batch(const std::vector<CropPlace>& places, int number, double learning_rate,
                 const std::function<void()>& poll);
    struct Sums {
        double loss = 0.0, right = 0.0, count = 0.0;
    };
    Sums quality_of(const DetectorField& field) const;
    // Of all places along an axis of a crop, so that an error of an offset weighs the same in crops of any size.
    double offset_weight(std::size_t matches) const {
        return settings_.offset_weight /
               (2.0 * spec_.network.input_size * static_cast<double>(std::max<std::size_t>(1, matches)));
    }
    Random crop_random(const CropPlace& place, int number) const {
        return Random(options_.seed, crop_streams + (static_cast<std::uint64_t>(number) << 36) + place.number);
    }

    const ModelSpec& spec_;
    const TrainingDefaults& settings_;
    const TrainingOptions& options_;
    WorkerPool& pool_;
    DetectorSamples samples_;
    std::unique_ptr<Network> network_;
    HeadSteps steps_;
    std::vector<std::size_t> features_; // of each dropout layer
    std::vector<double> rates_;
};

// As many crops of each micrograph as have its area, shuffled, in batches that hold one set each.
std::vector<std::vector<CropPlace>> DetectorTraining::batches_of(int number) const {
    std::vector<std::vector<CropPlace>> sets(samples_.sets);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < samples_.train.size(); ++i) {
        const DetectorField& field = samples_.train[i].field;
        const double area = static_cast<double>(field.width) * field.height / settings_.crop / settings_.crop;
        for (long count = std::max(1L, std::lround(area)); count > 0; --count) {
            sets[samples_.train[i].set].push_back({i, next++});
        }
    }
    Random random(options_.seed, order_streams + static_cast<std::uint64_t>(number));
    std::vector<std::vector<CropPlace>> batches;
    for (std::vector<CropPlace>& set : sets) {
        random.shuffle(std::span(set));
        const auto size = static_cast<std::size_t>(settings_.batch);
        const std::size_t count = (set.size() + size - 1) / size;
        for (std::size_t b = 0; b < count; ++b) {
            const auto at = [&](std::size_t i) {
                return set.begin() + static_cast<std::ptrdiff_t>(set.size() * i / count);
            };
            batches.emplace_back(at(b), at(b + 1));
        }
    }
    random.shuffle(std::span(batches));
    return batches;
}

void DetectorTraining::cut(Sample& sample, const CropPlace& place, int number) const {
    const DetectorField& field = samples_.train[place.field].field;
    Random random = crop_random(place, number);
    const View view = random_view(field, settings_.crop, settings_.flips, settings_.rotations, random);
    const auto area = [](int edge) { return static_cast<std::size_t>(edge) * static_cast<std::size_t>(edge); };
    sample.pixels.resize(area(settings_.crop));
    sample.labels.resize(detection_labels * area(grid()));
    cut_view(field, view, settings_.crop, sample.pixels.data());
    sample.matches = label_view(field, view, grid(), grid(), cell_size(spec_.network), sample.labels.data());
}

void DetectorTraining::work_out(Sample& sample, const CropPlace& place, int number, double offset_weight) const {
    Random random(options_.seed,
                  crop_streams + (std::uint64_t{1} << 60) + (static_cast<std::uint64_t>(number) << 36) + place.number);
    std::vector<std::vector<float>> masks(features_.size());
    std::vector<const float*> pointers;
    for (std::size_t d = 0; d < masks.size(); ++d) {
        const auto kept = static_cast<float>(1.0 / (1.0 - rates_[d]));
        masks[d].resize(features_[d]);
        for (float& value : masks[d]) {
            value = random.uniform() < rates_[d] ? 0.0F : kept;
        }
        pointers.push_back(masks[d].data());
    }
    TrainingShard shard;
    shard.patches = sample.pixels.data();
    shard.count = 1;
    shard.edge = settings_.crop;
    shard.labels = sample.labels.data();
    shard.dropout_masks = pointers;
    shard.loss = Loss::detection;
    shard.offset_weight = offset_weight;
    shard.first_trained = options_.freeze ? spec_.head_layer : 0;
    sample.gradient.resize(steps_.network_size());
    sample.loss = network_->gradient(shard, sample.gradient);
}

double DetectorTraining::batch(const std::vector<CropPlace>& places, int number, double learning_rate,
                               const std::function<void()>& poll) {
    const std::size_t set = samples_.train[places.front().field].set;
    network_->set_parameters(steps_.network_parameters(set));
    std::vector<Sample> samples(places.size());
    pool_.run(
        places.size(), [&](std::size_t i) { cut(samples[i], places[i], number); }, poll);
    const std::size_t matches = std::accumulate(samples.begin(), samples.end(), std::size_t{0},
                                                [](std::size_t sum, const Sample& one) { return sum + one.matches; });
    // The mean over the batch's matches; it is divided by the crops below.
    const double weight = offset_weight(matches) * static_cast<double>(places.size());
    pool_.run(
        places.size(), [&](std::size_t i) { work_out(samples[i], places[i], number, weight); }, poll);
    std::vector<float> gradient(steps_.network_size(), 0.0F);
    double loss = 0.0;
    const float share = 1.0F / static_cast<float>(places.size());
    for (const Sample& sample : samples) {
        loss += sample.loss;
        std::transform(sample.gradient.begin(), sample.gradient.end(), gradient.begin(), gradient.begin(),
                       [share](float slope, float sum) { return sum + share * slope; });
    }
    if (std::isfinite(loss)) { // otherwise the caller sees it in the mean
        steps_.step(set, gradient, learning_rate);
    }
    return loss;
}

double DetectorTraining::epoch(int number, double learning_rate, const std::function<void()>& poll) {
    double loss = 0.0;
    std::size_t crops = 0;
    for (const std::vector<CropPlace>& places : batches_of(number)) {
        loss += batch(places, number, learning_rate, poll);
        crops += places.size();
        if (!std::isfinite(loss)) {
            break;
        }
    }
    return loss / static_cast<double>(crops);
}

// In one piece, as in picking.
DetectorTraining::Sums DetectorTraining::quality_of(const DetectorField& field) const {
    const int cell = cell_size(spec_.network);
    const int rows = field.image.height / cell, columns = field.image.width / cell;
    const std::size_t cells = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    std::vector<float> labels(detection_labels * cells);
    const View all{0.5 * (columns * cell - 1), 0.5 * (rows * cell - 1), false, 0.0};
    const std::size_t matches = label_view(field, all, rows, columns, cell, labels.data());
    std::vector<float> outputs(cells * static_cast<std::size_t>(spec_.network.layers.back().channels));
    network_->outputs(field.image.pixels.data(), field.image.height, field.image.width, outputs.data());
    const CellOutputs detection(outputs.data(), cells, spec_.network);
    Sums sums;
    for (std::size_t i = 0; i < cells; ++i) {
        const CellOutputs::Label label = detection.label(labels.data(), i);
        sums.loss += detection.loss(i, label, offset_weight(matches), nullptr);
        if (label.particle >= 0.0F) {
            sums.right += (detection.probability(i) >= 0.5F) == (label.particle > 0.5F) ? 1.0 : 0.0;
            sums.count += 1.0;
        }
    }
    return sums;
}

HeldOut DetectorTraining::held_out(const std::function<void()>& poll) {
    std::vector<Sums> all(samples_.held_out.size());
    for (std::size_t set = 0; set < samples_.sets; ++set) {
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (samples_.held_out[i].set == set) {
                members.push_back(i);
            }
        }
        if (!members.empty()) {
            network_->set_parameters(steps_.network_parameters(set));
            pool_.run(
                members.size(),
                [&](std::size_t i) { all[members[i]] = quality_of(samples_.held_out[members[i]].field); }, poll);
        }
    }
    Sums sum;
    for (const Sums& one : all) {
        sum = {sum.loss + one.loss, sum.right + one.right, sum.count + one.count};
    }
    return {sum.loss / static_cast<double>(std::max<std::size_t>(1, all.size())),
            sum.count > 0.0 ? sum.right / sum.count : std::nan("")};
}

} // namespace

std::unique_ptr<TrainingLoop> make_detector_training(LoopSetup setup, const std::vector<std::string>& heads) {
    return std::make_unique<DetectorTraining>(std::move(setup), heads);
}

} // namespace picker
