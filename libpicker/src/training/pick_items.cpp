// Picks of a data set's micrographs (pick_items.hpp).
#include "training/pick_items.hpp"

#include "core/parallel.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace picker {

std::vector<Picks> pick_items(const Model& model, const Engine& engine, const Dataset& dataset,
                              const std::vector<std::size_t>& items, const PickSettings& settings,
                              const Control& control) {
    WorkerPool pool(control.worker_count(), [&engine] { engine.prepare_thread(); });
    auto network = engine.create(model.spec.network, control.device);
    network->set_parameters(model.parameters);
    const Scorer scorer(model, std::move(network));
    const Meter meter(control, "pick", static_cast<std::int64_t>(items.size()));
    std::vector<Picks> picks;
    for (const std::size_t item : items) {
        const std::string name = dataset.name(item);
        const auto tell = [&] { meter.at(static_cast<std::int64_t>(picks.size()), name.c_str()); };
        tell();
        PickSettings own = settings;
        own.diameter = dataset.items[item].diameter;
        const std::shared_ptr<const ExclusionMask> mask = dataset.load_mask(item);
        picks.push_back(pick(scorer, dataset.load(item), own, mask.get(), pool, nullptr, nullptr, nullptr, tell));
    }
    meter.at(static_cast<std::int64_t>(items.size()));
    return picks;
}

std::size_t count_at(const Picks& picks, double threshold) {
    const auto below = std::find_if(picks.score.begin(), picks.score.end(), [&](double s) { return s < threshold; });
    return static_cast<std::size_t>(below - picks.score.begin());
}

Picks slice(const Picks& picks, std::size_t first, std::size_t last) {
    std::vector<std::size_t> rows(last > first ? last - first : 0);
    std::iota(rows.begin(), rows.end(), first);
    return picks.subset(rows);
}

} // namespace picker
