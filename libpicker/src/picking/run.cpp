// A pick run over files (run.hpp): several micrographs in flight on one crew of workers, each read, scored tile by
// tile, selected and written by itself.
#include "picking/run.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "io/picks_file.hpp"
#include "picking/contrast.hpp"
#include "picking/plan.hpp"
#include "picking/run_files.hpp"
#include "picking/run_lock.hpp"
#include "picking/stopwatch.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <utility>

namespace picker {
namespace {

constexpr std::int64_t pixels_in_flight = std::int64_t{1} << 26; // full-size pixels of micrographs read at one time

// A micrograph between reading and its last tile.
struct Flight {
    explicit Flight(std::size_t index_) : index(index_) {}
    std::size_t index;
    StageTimes times;
    ScoreJob job;
    std::atomic<int> tiles_left{0};
    std::mutex mutex; // guards what follows
    std::exception_ptr error;
};

class Run {
public:
    Run(RunContext context, const std::vector<InputMicrograph>& inputs, const Control& control)
        : run_(std::move(context)), inputs_(inputs), control_(control), lock_(run_.options.output, 0, 0, control),
          journal_(run_.options.output, run_.settings, run_.options.overwrite) {
        report_.items.resize(inputs.size());
        report_.threshold = run_.threshold;
        report_.diameter = run_.diameter;
    }
    RunReport go();

private:
    void find_work();
    void work();
    int flights(int workers) const;
    void start_next(WorkerPool& pool);
    void start(WorkerPool& pool, const std::shared_ptr<Flight>& flight);
    void read_and_cut(Flight& flight);
    void tile(WorkerPool& pool, const std::shared_ptr<Flight>& flight, int index);
    void finish(WorkerPool& pool, Flight& flight);
    void select_and_write(Flight& flight);
    void record(const RunItem& item, const nlohmann::json& stamps);
    void record_again(std::size_t index); // of a done item that has changed since
    void apply_top();

    RunContext run_;
    const std::vector<InputMicrograph>& inputs_;
    const Control& control_;
    RunLock lock_; // before the journal: that may be another run's
    Journal journal_;
    RunReport report_;
    std::vector<std::size_t> todo_;         // indices of inputs
    std::vector<nlohmann::json> stamps_;    // of the inputs in todo_, taken before they are read
    std::atomic<std::size_t> next_{0};      // in todo_
    std::atomic<std::int64_t> finished_{0}; // micrographs
    std::atomic<bool> stop_{false};
    MaskFiles masks_;
    std::mutex mutex_; // guards what follows
    std::exception_ptr fatal_;
};

// Splits the inputs into those that an earlier call has done and the rest.
void Run::find_work() {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        RunItem& item = report_.items[i];
        item.micrograph = inputs_[i].name.empty() ? inputs_[i].path.string() : inputs_[i].name;
        item.stem = inputs_[i].stem;
        item.status = "cancelled"; // until it is done
        nlohmann::json stamps = input_stamps(run_, inputs_[i]);
        const nlohmann::json* record = journal_.find(item.stem);
        if (record != nullptr && is_current(run_, *record, item, stamps)) {
            item = run_item(*record);
            item.status = "skipped";
            ++finished_;
            continue;
        }
        todo_.push_back(i);
        stamps_.push_back(std::move(stamps));
    }
}

int Run::flights(int workers) const {
    std::int64_t pixels = std::int64_t{1} << 24;
    try {
        const ImageHeader header = read_image_header(inputs_[todo_.front()].path);
        pixels = std::max<std::int64_t>(1, static_cast<std::int64_t>(header.width) * header.height);
    } catch (const Error&) {
        // it will be reported with its micrograph
    }
    return static_cast<int>(std::clamp<std::int64_t>(pixels_in_flight / pixels, 2, std::max(2, workers)));
}

void Run::work() {
    const Meter meter(control_, "pick", static_cast<std::int64_t>(inputs_.size()));
    std::exception_ptr from_caller;
    const auto poll = [&] {
        if (stop_) {
            return;
        }
        try {
            const std::size_t started = std::min(next_.load(), todo_.size());
            meter.at(finished_, started > 0 ? report_.items[todo_[started - 1]].micrograph.c_str() : "");
        } catch (const Error& error) {
            stop_ = true;
            if (error.status() != Status::cancelled) {
                from_caller = std::current_exception();
            }
        } catch (...) {
            stop_ = true;
            from_caller = std::current_exception();
        }
    };
    poll();
    if (!todo_.empty() && !stop_) {
        const int workers = control_.worker_count();
        WorkerPool pool(workers,
                        run_.scorer != nullptr ? [this] { run_.scorer->prepare_thread(); } : std::function<void()>());
        for (int i = std::min(workers, flights(workers)); i > 0; --i) {
            start_next(pool);
        }
        pool.wait_all(poll);
    }
    if (const std::exception_ptr error = from_caller ? from_caller : fatal_) {
        std::rethrow_exception(error);
    }
}

void Run::start_next(WorkerPool& pool) {
    pool.submit([this, &pool] {
        const std::size_t n = stop_ ? todo_.size() : next_++;
        if (n < todo_.size()) {
            start(pool, std::make_shared<Flight>(n));
        }
    });
}

void Run::start(WorkerPool& pool, const std::shared_ptr<Flight>& flight) {
    try {
        read_and_cut(*flight);
    } catch (...) {
        flight->error = std::current_exception();
    }
    const int tiles = flight->error ? 0 : flight->job.tiles();
    if (tiles == 0) {
        finish(pool, *flight);
        return;
    }
    flight->tiles_left = tiles;
    for (int i = 0; i < tiles; ++i) {
        pool.submit([this, &pool, flight, i] { tile(pool, flight, i); });
    }
}

void Run::read_and_cut(Flight& flight) {
    const InputMicrograph& input = inputs_[todo_[flight.index]];
    RunItem& item = report_.items[todo_[flight.index]];
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
    flight.job = run_.scorer->begin(std::move(micrograph), run_.diameter / item.pixel_size, &flight.times);
    flight.job.map.micrograph = pixels;
}

void Run::tile(WorkerPool& pool, const std::shared_ptr<Flight>& flight, int index) {
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
        finish(pool, *flight);
    }
}

// Runs on a worker, once per micrograph, after its last tile.
void Run::finish(WorkerPool& pool, Flight& flight) {
    RunItem& item = report_.items[todo_[flight.index]];
    if (stop_ && !flight.error) {
        return; // tiles may be missing
    }
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
        record(item, stamps_[flight.index]);
    } catch (...) { // without its journal a run cannot be continued
        const std::lock_guard lock(mutex_);
        fatal_ = std::current_exception();
        stop_ = true;
    }
    ++finished_;
    start_next(pool);
}

void Run::select_and_write(Flight& flight) {
    RunItem& item = report_.items[todo_[flight.index]];
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

void Run::record(const RunItem& item, const nlohmann::json& stamps) {
    nlohmann::json line = to_json(item);
    line["inputs"] = stamps;
    journal_.append(line);
}

void Run::record_again(std::size_t index) {
    RunItem done = report_.items[index];
    done.status = "done";
    record(done, input_stamps(run_, inputs_[index]));
}

// The best N over the run: needs everybody's picks, so files are written again where rows go.
void Run::apply_top() {
    std::vector<std::size_t> order;
    std::vector<Picks> all;
    for (std::size_t i = 0; i < report_.items.size(); ++i) {
        if (report_.items[i].status == "done" || report_.items[i].status == "skipped") {
            order.push_back(i);
            all.push_back(read_micrograph_picks(run_, report_.items[i].stem));
        }
    }
    const auto removed = keep_top(all, static_cast<std::size_t>(run_.options.settings.top));
    for (std::size_t n = 0; n < order.size(); ++n) {
        if (removed[n] == 0) {
            continue;
        }
        RunItem& item = report_.items[order[n]];
        const std::size_t before = item.picks;
        write_micrograph_picks(run_, item, all[n]);
        item.removed.top += before - item.picks;
        record_again(order[n]);
    }
}

RunReport Run::go() {
    const Stopwatch watch;
    find_work();
    work();
    const auto is = [](const char* status) { return [status](const RunItem& item) { return item.status == status; }; };
    report_.cancelled = std::any_of(report_.items.begin(), report_.items.end(), is("cancelled"));
    if (run_.options.settings.top > 0 && !report_.cancelled) {
        apply_top();
    }
    for (const std::size_t i : look_for_reversed_contrast(run_, inputs_, report_, control_)) {
        record_again(i);
    }
    report_.threshold = middle_threshold(own_thresholds(report_.items), run_.threshold);
    for (const RunItem& item : report_.items) {
        report_.picks += item.picks;
        if (item.status == "failed") {
            ++report_.failed;
            control_.warn(item.micrograph + " failed: " + item.error);
        }
    }
    report_.seconds = watch.seconds();
    write_run_lists(run_, inputs_, report_);
    return std::move(report_);
}

} // namespace

RunReport pick_files(const Model& model, const Scorer* scorer, const std::vector<InputMicrograph>& inputs,
                     const RunOptions& options, const Control& control) {
    RunContext context = make_run_context(model, scorer, inputs, options);
    std::error_code error;
    std::filesystem::create_directories(options.output, error);
    if (error || !std::filesystem::is_directory(options.output)) {
        fail(Status::io, "cannot make the output folder ", options.output.string(), ": ",
             error ? error.message() : "there is a file of that name", "; choose another one");
    }
    return Run(std::move(context), inputs, control).go();
}

} // namespace picker
