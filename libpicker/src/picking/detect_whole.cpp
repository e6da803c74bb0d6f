// Scoring the micrograph in one piece (score_map.hpp): a probability and an offset for each of a detector's cells, or
// one for every pixel of a segmenter's map.
#include "core/error.hpp"
#include "engine/detection.hpp"
#include "picking/peaks.hpp"
#include "picking/score_map.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
// Memory for one micrograph, taken when it is free and given back at the end.
class Scorer::Lease {
public:
    Lease(Room& room, std::size_t bytes) : room_(room), bytes_(bytes) {
        std::unique_lock lock(room_.mutex);
        room_.freed.wait(lock, [&] { return room_.used == 0 || room_.used + bytes_ <= most_activation_bytes; });
        room_.used += bytes_;
    }
    ~Lease() {
        {
            const std::lock_guard lock(room_.mutex);
            room_.used -= bytes_;
        }
        room_.freed.notify_all();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

private:
    Room& room_;
    std::size_t bytes_;
};

void Scorer::begin_whole(ScoreJob& job, Prepared prepared) const {
    const ModelSpec& spec = model_.spec;
    ScoreMap& map = job.map;
    const int cell = cell_size(spec.network);
    const bool detector = is_detector(spec.network);
    // A segmenter's map is that of the micrograph; a detector's last cells may lie partly beyond it.
    const int columns = (prepared.image.width + cell - 1) / cell, rows = (prepared.image.height + cell - 1) / cell;
    job.prepared = filled_up( // zeros are the mean of a prepared micrograph
        prepared.image, grid_multiple(spec.network));
    const std::size_t bytes = activation_bytes(spec.network, job.prepared.height, job.prepared.width);
    if (bytes > most_activation_bytes) {
        fail(Status::invalid_argument, "a micrograph of ", map.width, " x ", map.height, " pixels with particles of ",
             map.diameter, " is ", job.prepared.width, " x ", job.prepared.height, " working pixels, for which ",
             spec.architecture, " would need ", bytes >> 20, " MiB at once, above its limit of ",
             most_activation_bytes >> 20, "; check the diameter and the pixel size, or use another architecture");
    }
    map.scores = Image(columns, rows);
    if (detector) {
        map.offset_x = map.offset_y = Image(columns, rows);
    }
    map.origin_x = 0.5 * (cell - 1) / prepared.scale_x;
    map.origin_y = 0.5 * (cell - 1) / prepared.scale_y;
    map.step_x = cell / prepared.scale_x;
    map.step_y = cell / prepared.scale_y;
    job.window = cell;
    job.tile_columns = job.tile_rows = 1;
}

// False where the map itself is needed after all.
bool Scorer::find_maxima(ScoreJob& job) const {
    ScoreMap& map = job.map;
    const PeakRadius radius = peak_radius(map, map.scores.width, map.scores.height, job.peak_window);
    std::vector<MapMaximum> maxima;
    if (!network_->map_maxima(job.prepared.pixels.data(), job.prepared.height, job.prepared.width,
                              {map.scores.width, map.scores.height, radius.x, radius.y, 0.0}, maxima)) {
        return false;
    }
    map.maxima = std::move(maxima);
    map.scores = {};
    return true;
}

void Scorer::detect_whole(ScoreJob& job) const {
    const NetworkSpec& network = model_.spec.network;
    ScoreMap& map = job.map;
    const Lease lease(*room_, activation_bytes(network, job.prepared.height, job.prepared.width));
    if (job.peak_window > 0.0 && find_maxima(job)) {
        return;
    }
    const int cell = cell_size(network), columns = job.prepared.width / cell;
    const std::size_t cells = static_cast<std::size_t>(columns) * static_cast<std::size_t>(job.prepared.height / cell);
    std::vector<float> outputs(cells * static_cast<std::size_t>(network.layers.back().channels));
    network_->outputs(job.prepared.pixels.data(), job.prepared.height, job.prepared.width, outputs.data());
    if (!std::all_of(outputs.begin(), outputs.end(), [](float value) { return std::isfinite(value); })) {
        fail(Status::backend, "the network gave an output that is no number; its weights are damaged, train the model "
                              "again");
    }
    const bool detector = is_detector(network);
    const CellOutputs detection(outputs.data(), cells, network);
    for (int y = 0; y < map.scores.height; ++y) {
        for (int x = 0; x < map.scores.width; ++x) {
            const std::size_t at = map.scores.index(x, y);
            const auto i =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x);
            if (!detector) {
                map.scores.pixels[at] = second_of_two(outputs[i], outputs[cells + i]);
                continue;
            }
            map.scores.pixels[at] = detection.probability(i);
            map.offset_x.pixels[at] = static_cast<float>(detection.offset_x(i) * map.step_x / cell);
            map.offset_y.pixels[at] = static_cast<float>(detection.offset_y(i) * map.step_y / cell);
        }
    }
}

} // namespace picker
