// Score maps: a model's probability at every window position of a micrograph, and where each value lies on it.
#pragma once

#include "core/image.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "models/model.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace picker {

struct ScoreMap {
    Image scores;                          // probability of a particle centred there
    double origin_x = 0.0, origin_y = 0.0; // centre of window (0, 0), pixels of the full-size micrograph
    double step_x = 0.0, step_y = 0.0;     // full-size pixels between neighbours
    double diameter = 0.0;                 // particle's longest axis, full-size pixels
    int width = 0, height = 0;             // of the micrograph, full-size pixels
    double pixel_size = 0.0;               // of the micrograph, angstrom
    // Of a detector: how far from its place the particle of each cell lies, full-size pixels. Empty for other models.
    Image offset_x, offset_y;
    // The micrograph's pixels, for the rules that measure windows; null where nobody has asked for them, and for maps
    // read from files.
    std::shared_ptr<const Image> micrograph;
    // Of a map that has stayed on a GPU, in place of `scores`, which are empty then: the maxima of windows, for the one
    // peak_window that was asked for (find_peaks).
    std::optional<std::vector<MapMaximum>> maxima;
};

// What a detector may take at a time, for one micrograph or for several in flight: those that are more wait. For
// HydraPicker, whose particles are 21 working pixels, it is enough for 2,890 x 2,890 of these, a field of 137
// particles' diameters.
inline constexpr std::size_t most_activation_bytes = std::size_t{6} << 30;

// Seconds spent in each stage of one micrograph. In a run over files `score` is the work of all workers added up.
struct StageTimes {
    double read = 0, transform = 0, score = 0, peaks = 0, write = 0;
};

// One micrograph on its way to a score map: prepared, and cut into tiles that can be scored in any order. The tiles
// depend on the model and the size of the prepared micrograph only, so threads and memory never change a score.
struct ScoreJob {
    ScoreMap map;   // filled tile by tile; of a detector there is one tile
    Image prepared; // working pixels; free to go when all tiles are done
    int window = 0; // edge of a window, working pixels
    int tile_columns = 0, tile_rows = 0;
    // Above 0 (only where Scorer::finds_maxima): nothing of the map is wanted but the maxima of windows of this edge,
    // full-size pixels.
    double peak_window = 0.0;
    int tiles() const { return tile_columns * tile_rows; }
};

// A model ready to score: network created once, usable from several threads.
class Scorer {
public:
    // `device`: a setting (engine/device_name.hpp). Error(backend) where it is not there.
    explicit Scorer(const Model& model, const std::string& device = "cpu");
    // With a network of the caller's own in place of the engine's; it must hold the parameters already.
    Scorer(const Model& model, std::unique_ptr<Network> network);
    ~Scorer();
    // What a worker thread has to run before it scores.
    void prepare_thread() const;
    const Model& model() const { return model_; }
    const std::string& device() const { return device_; } // "cpu" or "cuda:N", where the network runs
    // Whether the maxima of a map may be found where the network runs (ScoreJob::peak_window).
    bool finds_maxima() const { return network_->finds_maxima(); }
    // `diameter` in pixels of the micrograph. `pool` spreads tiles of fixed size; null: on this thread (which then must
    // be an engine-prepared worker). A micrograph smaller than one window: Error(invalid_argument) naming both sizes,
    // unless the model extends it (ModelSpec::padded).
    // A detector takes the micrograph in one piece: Error(invalid_argument) where that would need more memory than
    // most_activation_bytes.
    // `poll` runs on this thread while the pool works, and may throw to stop (core/parallel.hpp).
    ScoreMap score(Micrograph micrograph, double diameter, WorkerPool* pool, StageTimes* times = nullptr,
                   const std::function<void()>& poll = {}) const;
    // The naive sliding window, one row of windows at a time, each window turned where the model says so: the reference
    // that dense scoring is tested against. Error(unsupported) for a detector, which has no windows.
    ScoreMap score_naive(Micrograph micrograph, double diameter, WorkerPool* pool,
                         const std::function<void()>& poll = {}) const;

    // score() in parts, for runs that keep several micrographs in flight. Tiles may run on several threads at once.
    ScoreJob begin(Micrograph micrograph, double diameter, StageTimes* times = nullptr) const;
    void run_tile(ScoreJob& job, int tile) const;

private:
    void score_patches(ScoreJob& job, int left, int top, int columns, int rows) const;
    void begin_whole(ScoreJob& job, Prepared prepared) const; // detect_whole.cpp
    void detect_whole(ScoreJob& job) const;
    bool find_maxima(ScoreJob& job) const;
    // The share of most_activation_bytes that threads are using.
    struct Room {
        std::mutex mutex;
        std::condition_variable freed;
        std::size_t used = 0;
    };
    class Lease;

    Model model_;
    std::string device_ = "cpu";
    std::unique_ptr<Network> network_;
    std::unique_ptr<Room> room_ = std::make_unique<Room>();
    bool uses_engine_ = false;
};

// Score maps on disk: MRC mode 2 whose extended header carries origin, step and micrograph size; read back exactly.
void write_score_map(const std::filesystem::path& path, const ScoreMap& map);
ScoreMap read_score_map(const std::filesystem::path& path);

} // namespace picker
