// Micrographs in flight (run_crew.hpp).
#include "picking/run_crew.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "picking/plan.hpp"
#include "picking/stopwatch.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <utility>

namespace picker {
namespace {

constexpr std::int64_t pixels_in_flight = std::int64_t{1} << 26; // full-size pixels of micrographs read at one time

// How many micrographs of the size of this one are worked on at a time.
int most_in_flight(const InputMicrograph& first, int workers) {
    std::int64_t pixels = std::int64_t{1} << 24;
    try {
        const ImageHeader header = read_image_header(first.path);
        pixels = std::max<std::int64_t>(1, static_cast<std::int64_t>(header.width) * header.height);
    } catch (const Error&) {
        // it will be reported with its micrograph
    }
    const auto most = static_cast<int>(std::clamp<std::int64_t>(pixels_in_flight / pixels, 2, std::max(2, workers)));
    return std::min(workers, most);
}

} // namespace

// A micrograph between reading and its last tile.
struct PickCrew::Flight {
    explicit Flight(PickTask& task_) : task(task_) {}
    PickTask& task;
    StageTimes times;
    ScoreJob job;
    std::atomic<int> tiles_left{0};
    std::mutex mutex; // guards what follows
    std::exception_ptr error;
};

PickCrew::PickCrew(const RunContext& run, int workers, std::function<void(PickTask&)> on_end)
    : run_(run), on_end_(std::move(on_end)),
      pool_(workers,
            run.scorer != nullptr ? [scorer = run.scorer] { scorer->prepare_thread(); } : std::function<void()>()) {}

void PickCrew::add(PickTask& task) {
    {
        const std::lock_guard lock(mutex_);
        if (most_in_flight_ == 0) {
            most_in_flight_ = most_in_flight(*task.input, pool_.workers());
        }
        queue_.push_back(&task);
        if (in_flight_ >= most_in_flight_) {
            return;
        }
        ++in_flight_;
    }
    pool_.submit([this] { start_next(); });
}

const char* PickCrew::newest() const {
    const std::lock_guard lock(mutex_);
    return newest_ != nullptr ? newest_->item->micrograph.c_str() : "";
}

void PickCrew::wait_all(const std::function<void()>& poll) {
    pool_.wait_all(poll);
    check();
}

void PickCrew::check() {
    pool_.check();
    const std::lock_guard lock(mutex_);
    if (fatal_) {
        std::rethrow_exception(fatal_);
    }
}

void PickCrew::start_next() {
    PickTask* task = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (stop_ || queue_.empty()) {
            --in_flight_;
            return;
        }
        task = queue_.front();
        queue_.pop_front();
        newest_ = task;
    }
    start(std::make_shared<Flight>(*task));
}

void PickCrew::start(const std::shared_ptr<Flight>& flight) {
    try {
        read_and_cut(*flight);
    } catch (...) {
        flight->error = std::current_exception();
    }
    const int tiles = flight->error ? 0 : flight->job.tiles();
    if (tiles == 0) {
        finish(*flight);
        return;
    }
    flight->tiles_left = tiles;
    for (int i = 0; i < tiles; ++i) {
        pool_.submit([this, flight, i] { tile(flight, i); });
    }
}

void PickCrew::read_and_cut(Flight& flight) {
    const InputMicrograph& input = *flight.task.input;
    RunItem& item = *flight.task.item;
    Stopwatch watch;
    if (run_.options.source != CandidateSource::micrograph) {
        flight.job.map = read_source(run_, input, item);
        flight.times.read = watch.seconds();
        return;
    }
    Micrograph micrograph = read_micrograph(input.path);
    micrograph.pixel_size = resolve_pixel_size(run_.options.settings.pixel_size, input, micrograph.pixel_size);
    micrograph.name = item.micrograph;
    item.width = micrograph.image.width;
    item.height = micrograph.image.height;
    item.pixel_size = micrograph.pixel_size;
    flight.times.read = watch.lap();
    item.quality = measure_quality(micrograph.image, item.pixel_size, run_.diameter / item.pixel_size, input);
    flight.times.transform = watch.lap();
    if (run_.options.settings.invert) {
        invert(micrograph.image);
    }
    const auto pixels =
        run_.needs_micrograph ? std::make_shared<const Image>(micrograph.image) : std::shared_ptr<const Image>();
    item.device = run_.scorer->device() == "cpu" ? "" : run_.scorer->device();
    flight.job = run_.scorer->begin(std::move(micrograph), run_.diameter / item.pixel_size, &flight.times);
    flight.job.map.micrograph = pixels;
    if (!run_.options.write_score_maps) {
        flight.job.peak_window = lone_peak_window(*run_.scorer, run_.options.settings, flight.job.map);
    }
}

void PickCrew::tile(const std::shared_ptr<Flight>& flight, int index) {
    if (!stop_) {
        const Stopwatch watch;
        std::exception_ptr error;
        try {
            run_.scorer->run_tile(flight->job, index);
        } catch (...) {
            error = std::current_exception();
        }
        const std::lock_guard lock(flight->mutex);
        flight->times.score += watch.seconds();
        if (error && !flight->error) {
            flight->error = error;
        }
    }
    if (--flight->tiles_left == 0) {
        finish(*flight);
    }
}

// Runs on a worker, once per micrograph, after its last tile.
void PickCrew::finish(Flight& flight) {
    if (stop_ && !flight.error) {
        return; // tiles may be missing
    }
    RunItem& item = *flight.task.item;
    try {
        if (!flight.error) {
            try {
                select_and_write(flight);
                item.status = "done";
            } catch (...) {
                flight.error = std::current_exception();
            }
        }
        if (flight.error) {
            item.status = "failed";
            item.error = message_of(flight.error);
            item.candidates = item.picks = 0;
            item.removed = {};
        }
        item.times = flight.times;
        on_end_(flight.task);
    } catch (...) { // without its journal a run cannot be continued
        const std::lock_guard lock(mutex_);
        fatal_ = std::current_exception();
        stop_ = true;
    }
    ++ended_;
    pool_.submit([this] { start_next(); });
}

void PickCrew::select_and_write(Flight& flight) {
    RunItem& item = *flight.task.item;
    Stopwatch watch;
    flight.job.prepared = {};
    const ScoreMap& map = flight.job.map;
    const bool from_map = run_.options.source != CandidateSource::candidates;
    const auto mask = masks_.load(run_, item.stem);
    const double diameter = from_map ? map.diameter : run_.diameter / item.pixel_size;
    const PickPlan plan = plan_picks(run_.model->spec, run_.options.settings, diameter, item.pixel_size, mask.get());
    item.quality.excluded = excluded_share(item.width, item.height, plan.rules);
    std::size_t cleaned = 0;
    const Picks candidates =
        from_map ? find_candidates(map, plan, &cleaned) : read_picks_single(source_file(run_, item.stem), "star");
    double threshold = 0.0;
    const Picks picks = apply_rules(candidates, {item.width, item.height, map.micrograph.get(), item.micrograph}, plan,
                                    &item.removed, &threshold);
    item.threshold = plan.settles() ? std::optional(threshold) : std::nullopt;
    item.removed.clean = cleaned;
    item.candidates = candidates.size() + cleaned;
    flight.job.map.micrograph.reset();
    flight.times.peaks = watch.lap();
    if (run_.options.write_score_maps) {
        write_score_map(run_.options.output / (item.stem + ".mrc"), map);
    }
    write_micrograph_picks(run_, item, picks);
    flight.times.write = watch.seconds();
}

} // namespace picker
