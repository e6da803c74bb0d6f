// A pick run over files (run.hpp): what an earlier call or another shard has done is left out, the rest picked by a
// crew of workers, and the lists written by whoever finds everything done.
#include "picking/run.hpp"

#include "core/error.hpp"
#include "picking/contrast.hpp"
#include "picking/diameter.hpp"
#include "picking/run_crew.hpp"
#include "picking/run_files.hpp"
#include "picking/run_lock.hpp"
#include "picking/stopwatch.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

namespace picker {
namespace {

class Run {
public:
    Run(RunContext context, const std::vector<InputMicrograph>& inputs, const Control& control)
        : run_(std::move(context)), inputs_(inputs), control_(control),
          lock_(run_.options.output, run_.options.shard, control),
          journal_(run_.options.output, run_.settings, run_.options.overwrite, run_.options.shard) {
        report_.items.resize(inputs.size());
        report_.threshold = run_.threshold;
        report_.diameter = run_.diameter;
    }
    RunReport go();

private:
    bool is_mine(std::size_t index) const;
    void remove_leftovers() const;
    void find_work();
    void work();
    bool everybody_is_done();
    void record_again(std::size_t index); // of a done item that has changed since
    void apply_top();

    RunContext run_;
    const std::vector<InputMicrograph>& inputs_;
    const Control& control_;
    RunLock lock_; // before the journal: that may be another run's
    Journal journal_;
    RunReport report_;
    std::vector<PickTask> todo_;
    std::int64_t before_ = 0, mine_ = 0; // micrographs that were done before, and all that this call is for
};

bool Run::is_mine(std::size_t index) const {
    return run_.options.shard.has(index);
}

// What processes that were killed while they wrote have left (io/atomic_file.hpp). Nobody else may be at work.
void Run::remove_leftovers() const {
    std::set<std::string> targets{"autopick.star", "quality.csv", "run.json", "journal.jsonl", "diameter.json"};
    for (const InputMicrograph& input : inputs_) {
        const auto names = output_names(run_, input.stem);
        targets.insert(names.begin(), names.end());
    }
    for (const std::string& list : run_.lists) {
        targets.insert(std::string("picks") + picks_format(list).extension);
    }
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(run_.options.output, none)) {
        const std::string name = entry.path().filename().string(); // .TARGET.PROCESS-NUMBER.tmp
        if (name.size() > 5 && name.front() == '.' && name.ends_with(".tmp")) {
            const std::string rest = name.substr(1, name.size() - 5);
            const std::size_t dot = rest.rfind('.');
            if (dot != rest.npos && rest.find_first_not_of("0123456789-", dot + 1) == rest.npos &&
                targets.contains(rest.substr(0, dot))) {
                std::filesystem::remove(entry.path(), none);
            }
        }
    }
}

// Splits the inputs into those that are done, those of other shards, and the rest.
void Run::find_work() {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        RunItem& item = report_.items[i];
        item = new_item(inputs_[i]);
        const bool mine = is_mine(i);
        mine_ += mine ? 1 : 0;
        nlohmann::json stamps = input_stamps(run_, inputs_[i]);
        if (const nlohmann::json* record = journal_.find_current(run_, item, stamps)) {
            item = run_item(*record, run_.options.output);
            item.status = "skipped";
            before_ += mine ? 1 : 0;
        } else if (mine) {
            todo_.push_back({&inputs_[i], &item, std::move(stamps)});
        } else {
            item.status = "elsewhere";
        }
    }
}

void Run::work() {
    const Meter meter(control_, "pick", mine_);
    std::unique_ptr<PickCrew> crew;
    std::exception_ptr from_caller;
    bool cancelled = false;
    const auto poll = [&] {
        if (cancelled || (crew && crew->stopped())) {
            return;
        }
        try {
            meter.at(before_ + (crew ? crew->ended() : 0), crew ? crew->newest() : "");
            return;
        } catch (const Error& error) {
            if (error.status() != Status::cancelled) {
                from_caller = std::current_exception();
            }
        } catch (...) {
            from_caller = std::current_exception();
        }
        cancelled = true;
        if (crew) {
            crew->stop();
        }
    };
    poll();
    if (!todo_.empty() && !cancelled) {
        crew = std::make_unique<PickCrew>(run_, control_.worker_count(),
                                          [this](const PickTask& task) { journal_.append(*task.item, task.stamps); });
        for (PickTask& task : todo_) {
            crew->add(task);
        }
        crew->wait_all(poll);
    }
    if (from_caller) {
        std::rethrow_exception(from_caller);
    }
}

// Of a shard: takes the folder over where no other shard is at work any more, and looks at what the others have done.
// A micrograph that failed there stays failed: its own shard's command, or one without a shard, tries it again.
bool Run::everybody_is_done() {
    if (run_.options.shard.count == 0) {
        return true;
    }
    if (!lock_.take_whole()) {
        return false;
    }
    remove_leftovers();
    journal_.read_others();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        RunItem& item = report_.items[i];
        if (item.status != "elsewhere") {
            continue;
        }
        const nlohmann::json stamps = input_stamps(run_, inputs_[i]);
        if (const nlohmann::json* record = journal_.find_current(run_, item, stamps)) {
            item = run_item(*record, run_.options.output);
            item.status = "skipped";
        } else if (const nlohmann::json* last = journal_.find(item.stem); last != nullptr &&
                                                                          last->value("status", "") == "failed" &&
                                                                          last->value("inputs", stamps) == stamps) {
            item = run_item(*last, run_.options.output);
        } else {
            return false; // of a shard that has been stopped, or has not begun
        }
    }
    journal_.fold();
    return true;
}

void Run::record_again(std::size_t index) {
    RunItem done = report_.items[index];
    done.status = "done";
    journal_.append(done, input_stamps(run_, inputs_[index]));
}

// The best N over the run: needs everybody's picks, so files are written again where rows go.
void Run::apply_top() {
    std::vector<std::size_t> order;
    std::vector<Picks> all;
    for (std::size_t i = 0; i < report_.items.size(); ++i) {
        if (is_done(report_.items[i])) {
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
    if (run_.options.shard.count == 0 && lock_.take_whole()) {
        remove_leftovers();
    }
    note_diameter(run_.options);
    find_work();
    work();
    const auto is = [](const char* status) { return [status](const RunItem& item) { return item.status == status; }; };
    report_.cancelled = std::any_of(report_.items.begin(), report_.items.end(), is("cancelled"));
    report_.has_lists = !(report_.cancelled && run_.options.shard.count > 0) && everybody_is_done();
    if (run_.options.settings.top > 0 && report_.has_lists && !report_.cancelled) {
        apply_top();
    }
    if (report_.has_lists) {
        for (const std::size_t i : look_for_reversed_contrast(run_, inputs_, report_, control_)) {
            record_again(i);
        }
    }
    report_.threshold = middle_threshold(own_thresholds(report_.items), run_.threshold);
    for (const RunItem& item : report_.items) {
        report_.picks += item.picks;
        report_.failed += item.status == "failed" ? 1 : 0;
        if (item.status == "failed") {
            control_.warn(item.micrograph + " failed: " + item.error);
        }
    }
    report_.seconds = watch.seconds();
    if (report_.has_lists) {
        write_run_lists(run_, inputs_, report_);
    }
    return std::move(report_);
}

} // namespace

RunReport pick_files(const Model& model, const Scorer* scorer, const std::vector<InputMicrograph>& inputs,
                     const RunOptions& options, const Control& control) {
    RunOptions settled = options;
    settle_diameter(settled, model, scorer, &inputs, control);
    RunContext context = make_run_context(model, scorer, &inputs, settled);
    make_output_folder(options.output);
    return Run(std::move(context), inputs, control).go();
}

} // namespace picker
