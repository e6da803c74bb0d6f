// Screening of hyper-parameters (tune.hpp).
#include "training/tune.hpp"

#include "core/error.hpp"
#include "models/deepem_design.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace picker {
namespace {

constexpr std::uint64_t tune_stream = (std::uint64_t{1} << 42) + 7; // of random numbers
constexpr int least_box = 48, most_box = 112; // working pixels, where the box is free: 32 to 75 per diameter
constexpr int tune_epochs = 5;
constexpr int most_candidates = 1000;
constexpr std::array<std::array<int, 3>, 3> map_choices{{{4, 8, 8}, {6, 12, 12}, {8, 16, 16}}};

std::vector<int> list(const std::array<int, deepem_stages>& sizes) {
    return {sizes.begin(), sizes.end()};
}

bool same(const ModelOptions& a, const ModelOptions& b) {
    return a.window == b.window && a.kernels == b.kernels && a.pools == b.pools && a.maps == b.maps;
}

ModelOptions options_of(const NetworkSpec& network) {
    const DeepemDesign design = deepem_design(network);
    ModelOptions options;
    options.activation = design.activation;
    options.window = design.box;
    options.kernels = list(design.kernels);
    options.pools = list(design.pools);
    options.maps = list(design.maps);
    return options;
}

void check_tunable(const ModelSpec& spec, int count) {
    if (architecture(spec.architecture).adapt == nullptr) {
        fail(Status::invalid_argument, "the network of ", spec.architecture,
             " is fixed; only DeepEM's architectures can be tuned");
    }
    if (count < 2 || count > most_candidates) {
        fail(Status::invalid_argument, "tuning over ", count, " networks; give 2 to ", most_candidates);
    }
}

} // namespace

std::vector<ModelOptions> tuning_candidates(const ModelSpec& spec, int count, std::uint64_t seed) {
    check_tunable(spec, count);
    const ModelOptions own = options_of(spec.network);
    std::vector<ModelOptions> out{own};
    Random random(seed, tune_stream);
    const auto below = [&random](std::size_t number) { return static_cast<std::size_t>(random.below(number)); };
    for (int tries = 0; static_cast<int>(out.size()) < count && tries < 100 * count; ++tries) {
        ModelOptions candidate = own;
        if (spec.recipe.pixel_size == 0.0) {
            candidate.window = least_box + 4 * static_cast<int>(below((most_box - least_box) / 4 + 1));
        }
        const auto pools = default_pools(candidate.window);
        const auto kernels = allowed_kernels(candidate.window, pools);
        if (kernels.empty()) {
            continue;
        }
        candidate.pools = list(pools);
        candidate.kernels = list(kernels[below(kernels.size())]);
        candidate.maps = list(map_choices[below(map_choices.size())]);
        if (std::none_of(out.begin(), out.end(), [&](const ModelOptions& o) { return same(o, candidate); })) {
            out.push_back(candidate);
        }
    }
    return out;
}

std::vector<TunedNetwork> tune(Model& model, const Dataset& dataset, const TrainingOptions& options, int count,
                               const Control& control, const Engine& with) {
    TrainingOptions settings = options;
    settings.epochs = std::min(tune_epochs, options.epochs.value_or(tune_epochs));
    settings.state_file.clear();
    std::vector<TunedNetwork> results;
    std::vector<Model> models;
    for (const ModelOptions& candidate : tuning_candidates(model.spec, count, options.seed)) {
        models.push_back(create_model(model.spec.architecture, options.seed, candidate));
        Model pupil = models.back();
        const TrainingReport report = train(pupil, dataset, nullptr, settings, control, with);
        if (report.cancelled) {
            fail(Status::cancelled, "cancelled during tuning; nothing was chosen");
        }
        results.push_back(
            {pupil.spec.network, report.best_validation_loss, report.best_validation_accuracy, report.seconds});
        control.info(text("network ", results.size(), " of ", count, ": held-out loss ", results.back().loss,
                          ", accuracy ", results.back().accuracy));
    }
    const auto better = [](const TunedNetwork& a, const TunedNetwork& b) { return a.loss < b.loss; };
    const auto best = std::min_element(results.begin(), results.end(), better) - results.begin();
    Model chosen = std::move(models[static_cast<std::size_t>(best)]);
    chosen.provenance = model.provenance;
    std::stable_sort(results.begin(), results.end(), better);
    chosen.provenance["tuning"] = tuning_json(results);
    model = std::move(chosen);
    return results;
}

std::string tuning_json(const std::vector<TunedNetwork>& candidates) {
    nlohmann::ordered_json table = nlohmann::ordered_json::array();
    for (const TunedNetwork& candidate : candidates) {
        const DeepemDesign design = deepem_design(candidate.network);
        table.push_back({{"box", design.box},
                         {"kernels", design.kernels},
                         {"pools", design.pools},
                         {"maps", design.maps},
                         {"parameters", parameter_count(candidate.network)},
                         {"loss", candidate.loss},
                         {"accuracy", candidate.accuracy},
                         {"seconds", candidate.seconds}});
    }
    return table.dump();
}

} // namespace picker
