// Scoring a micrograph: prepared as in training, cut into tiles of fixed size, every window's probability
// (score_map.hpp).
#include "core/error.hpp"
#include "picking/patch_recipe.hpp"
#include "picking/score_map.hpp"
#include "picking/stopwatch.hpp"
#include "signal/diameter_check.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
namespace {

// Working pixels between the starts of neighbouring tiles, about: at least so many, and several windows, because
// neighbouring inputs overlap by a window.
constexpr int least_tile = 512, tile_in_windows = 4;
constexpr int patch_tile = 16; // windows along a tile's edge where each window is a patch of its own

// Windows along the edge of a tile: a constant of the model.
int tile_windows(const ModelSpec& spec) {
    return spec.patch_rule == PatchRule::dense
               ? std::max(1, std::max(least_tile, tile_in_windows * spec.network.input_size) / spec.step)
               : patch_tile;
}

// The windows of tile `index` along one axis: [first, first + count). Tiles share the windows evenly, so that none is
// a sliver and workers end together.
std::pair<int, int> tile_range(int windows, int tiles, int index) {
    const auto edge = [&](int i) { return static_cast<int>(static_cast<std::int64_t>(windows) * i / tiles); };
    return {edge(index), edge(index + 1) - edge(index)};
}

void check_scores(const std::vector<float>& scores) {
    if (!std::all_of(scores.begin(), scores.end(), [](float score) { return score >= 0.0F && score <= 1.0F; })) {
        fail(Status::backend,
             "the network gave a score that is no probability; its weights are damaged, train the model again");
    }
}

void copy_window(const Image& image, int left, int top, int width, int height, float* out) {
    for (int y = 0; y < height; ++y) {
        const auto row = image.row(top + y).subspan(static_cast<std::size_t>(left), static_cast<std::size_t>(width));
        out = std::copy(row.begin(), row.end(), out);
    }
}

// With `border` mirrored pixels on each side.
Image extended(const Image& image, int border) {
    Image out(image.width + 2 * border, image.height + 2 * border);
    copy_mirrored(image, -border, -border, out.width, out.height, out.pixels.data());
    return out;
}

// A square patch turned by a quarter, in place: what numpy.rot90 does.
void turn_quarter(float* patch, int size) {
    const std::vector<float> before(patch, patch + static_cast<std::ptrdiff_t>(size) * size);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            *patch++ = before[static_cast<std::size_t>(x) * static_cast<std::size_t>(size) +
                              static_cast<std::size_t>(size - 1 - y)];
        }
    }
}

} // namespace

Scorer::Scorer(const Model& model, const std::string& device)
    : model_(model), device_(engine().choose_device(device)), network_(engine().create(model.spec.network, device_)),
      uses_engine_(true) {
    network_->set_parameters(model_.parameters);
}

Scorer::Scorer(const Model& model, std::unique_ptr<Network> network) : model_(model), network_(std::move(network)) {}

Scorer::~Scorer() = default;

void Scorer::prepare_thread() const {
    if (uses_engine_) {
        engine().prepare_thread();
    }
}

ScoreJob Scorer::begin(Micrograph micrograph, double diameter, StageTimes* times) const {
    const ModelSpec& spec = model_.spec;
    if (!(diameter > 0.0) || !std::isfinite(diameter)) {
        fail(Status::invalid_argument, "the particle diameter is ", diameter, " pixels in ", micrograph.name,
             "; give the longest axis of the particle, in angstrom, above 0");
    }
    check_diameter(micrograph.name, micrograph.image.width, micrograph.image.height, micrograph.pixel_size, diameter);
    Stopwatch watch;
    ScoreJob job;
    ScoreMap& map = job.map;
    map.width = micrograph.image.width;
    map.height = micrograph.image.height;
    map.pixel_size = micrograph.pixel_size;
    map.diameter = diameter;
    const std::string name = micrograph.name;
    if (spec.patch_rule == PatchRule::whole) {
        begin_whole(job, prepare(std::move(micrograph), spec.recipe, diameter));
        if (times != nullptr) {
            times->transform += watch.seconds();
        }
        return job;
    }
    const double window = window_length(spec, diameter, map.pixel_size); // full-size pixels
    const auto too_small = [&] {
        fail(Status::invalid_argument, name, " is ", map.width, " x ", map.height,
             " pixels, smaller than one window of the model (", std::ceil(window), " x ", std::ceil(window),
             " pixels for a particle of ", diameter, " pixels); check the diameter and the pixel size");
    };
    if (!spec.padded && std::min(map.width, map.height) < static_cast<int>(window * 0.9)) {
        too_small();
    }
    Prepared prepared = prepare(std::move(micrograph), spec.recipe, diameter);
    job.window = window_pixels(spec, diameter, prepared.scale_x);
    const int border = spec.padded ? (job.window - 1) / 2 : 0;
    job.prepared = border > 0 ? extended(prepared.image, border) : std::move(prepared.image);
    const int columns = (job.prepared.width - job.window) / spec.step + 1;
    const int rows = (job.prepared.height - job.window) / spec.step + 1;
    if (job.prepared.width < job.window || job.prepared.height < job.window) {
        too_small();
    }
    map.scores = Image(columns, rows);
    // Window i covers working pixels i * step .. i * step + window - 1, less the border; x_micrograph = x_working /
    // scale.
    map.origin_x = ((job.window - 1) / 2.0 - border) / prepared.scale_x;
    map.origin_y = ((job.window - 1) / 2.0 - border) / prepared.scale_y;
    map.step_x = spec.step / prepared.scale_x;
    map.step_y = spec.step / prepared.scale_y;
    const int edge = tile_windows(spec);
    job.tile_columns = (columns + edge - 1) / edge;
    job.tile_rows = (rows + edge - 1) / edge;
    if (times != nullptr) {
        times->transform += watch.seconds();
    }
    return job;
}

void Scorer::run_tile(ScoreJob& job, int tile) const {
    const ModelSpec& spec = model_.spec;
    if (spec.patch_rule == PatchRule::whole) {
        detect_whole(job);
        return;
    }
    Image& scores = job.map.scores;
    const auto [left, columns] = tile_range(scores.width, job.tile_columns, tile % job.tile_columns);
    const auto [top, rows] = tile_range(scores.height, job.tile_rows, tile / job.tile_columns);
    if (spec.patch_rule != PatchRule::dense) {
        score_patches(job, left, top, columns, rows);
        return;
    }
    // The tile's windows and nothing more: neighbouring inputs overlap by window - step.
    const int width = (columns - 1) * spec.step + job.window;
    const int height = (rows - 1) * spec.step + job.window;
    std::vector<float> input(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    copy_window(job.prepared, left * spec.step, top * spec.step, width, height, input.data());
    std::vector<float> output(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    network_->score_dense(input.data(), height, width, dense_plan(spec.network, spec.step, spec.rotations),
                          output.data());
    check_scores(output);
    for (int y = 0; y < rows; ++y) {
        const auto* from = output.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(columns);
        std::copy(from, from + columns, scores.row(top + y).data() + left);
    }
}

// The rectangle of windows one by one, in one batch.
void Scorer::score_patches(ScoreJob& job, int left, int top, int columns, int rows) const {
    const ModelSpec& spec = model_.spec;
    const int input = spec.network.input_size;
    const std::size_t area = static_cast<std::size_t>(input) * static_cast<std::size_t>(input);
    std::vector<float> patches(area * static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    const bool literal = spec.patch_rule == PatchRule::per_patch;
    const PatchRecipe recipe(job.window, input);
    float* patch = patches.data();
    for (int y = top; y < top + rows; ++y) {
        for (int x = left; x < left + columns; ++x, patch += area) {
            if (literal) {
                recipe.make(job.prepared, x * spec.step, y * spec.step, patch);
            } else {
                copy_window(job.prepared, x * spec.step, y * spec.step, input, input, patch);
            }
        }
    }
    std::vector<float> output(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    network_->score(patches.data(), columns * rows, output.data());
    std::vector<float> turned(spec.rotations > 1 ? output.size() : 0);
    for (int turn = 1; turn < spec.rotations; ++turn) {
        for (std::size_t i = 0; i < output.size(); ++i) {
            turn_quarter(patches.data() + i * area, input);
        }
        network_->score(patches.data(), columns * rows, turned.data());
        std::transform(turned.begin(), turned.end(), output.begin(), output.begin(), std::plus<>());
    }
    if (spec.rotations > 1) {
        const float share = 1.0F / static_cast<float>(spec.rotations);
        std::transform(output.begin(), output.end(), output.begin(), [share](float sum) { return share * sum; });
    }
    check_scores(output);
    for (int y = 0; y < rows; ++y) {
        const auto* from = output.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(columns);
        std::copy(from, from + columns, job.map.scores.row(top + y).data() + left);
    }
}

ScoreMap Scorer::score(Micrograph micrograph, double diameter, WorkerPool* pool, StageTimes* times,
                       const std::function<void()>& poll) const {
    ScoreJob job = begin(std::move(micrograph), diameter, times);
    const Stopwatch watch;
    if (pool != nullptr) {
        pool->run(
            static_cast<std::size_t>(job.tiles()), [&](std::size_t i) { run_tile(job, static_cast<int>(i)); }, poll);
    } else {
        for (int i = 0; i < job.tiles(); ++i) {
            run_tile(job, i);
        }
    }
    if (times != nullptr) {
        times->score += watch.seconds();
    }
    return std::move(job.map);
}

ScoreMap Scorer::score_naive(Micrograph micrograph, double diameter, WorkerPool* pool,
                             const std::function<void()>& poll) const {
    if (model_.spec.patch_rule == PatchRule::whole) {
        fail(Status::unsupported, model_.spec.architecture,
             " has no windows that could be scored one after the other; it looks at the whole micrograph");
    }
    ScoreJob job = begin(std::move(micrograph), diameter);
    const int columns = job.map.scores.width;
    const auto row = [&](std::size_t y) { score_patches(job, 0, static_cast<int>(y), columns, 1); };
    if (pool != nullptr) {
        pool->run(static_cast<std::size_t>(job.map.scores.height), row, poll);
    } else {
        for (int y = 0; y < job.map.scores.height; ++y) {
            row(static_cast<std::size_t>(y));
        }
    }
    return std::move(job.map);
}

} // namespace picker
