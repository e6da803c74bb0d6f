// Micrographs picked as they come (session.hpp).
#include "picking/session.hpp"

#include "core/error.hpp"
#include "picking/diameter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace picker {
namespace {

RunContext open_context(const Model& model, const Scorer* scorer, const RunOptions& options) {
    RunOptions settled = options;
    settle_diameter(settled, model, scorer, nullptr, {});
    RunContext run = make_run_context(model, scorer, nullptr, settled);
    make_output_folder(options.output);
    return run;
}

} // namespace

PickSession::PickSession(std::shared_ptr<const Model> model, std::shared_ptr<const Scorer> scorer,
                         const RunOptions& options, const Control& control)
    : model_(std::move(model)), scorer_(std::move(scorer)), run_(open_context(*model_, scorer_.get(), options)),
      lock_(options.output, options.shard, control),
      journal_(options.output, run_.settings, options.overwrite, options.shard),
      crew_(std::make_unique<PickCrew>(run_, control.worker_count(), [this](const PickTask& task) {
          journal_.append(*task.item, task.stamps);
          end(*task.item);
      })) {}

PickSession::~PickSession() {
    crew_->stop();
}

void PickSession::end(const RunItem& item) {
    {
        const std::lock_guard lock(mutex_);
        results_.push_back(item);
    }
    ended_.notify_all();
}

void PickSession::add(const std::vector<InputMicrograph>& inputs) {
    for (const InputMicrograph& input : inputs) {
        RunItem item = new_item(input);
        const std::string path = std::filesystem::absolute(input.path).lexically_normal().string();
        const auto [first, is_new] = paths_.emplace(input.stem, path);
        if (!is_new && first->second == path) {
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            ++pending_;
        }
        try {
            if (!is_new) {
                fail(Status::mismatch, "the stem ", input.stem, " is that of ", first->second,
                     " too, and both would write the same files; rename one, or pick "
                     "them into two folders");
            }
            check_output_names(run_, input);
        } catch (const Error& error) {
            item.status = "failed";
            item.error = error.what();
            end(item);
            continue;
        }
        nlohmann::json stamps = input_stamps(run_, input);
        if (const nlohmann::json* record = journal_.find_current(run_, item, stamps)) {
            item = run_item(*record, run_.options.output);
            item.status = "skipped";
            end(item);
            continue;
        }
        Entry& entry = entries_.emplace_back(Entry{input, std::move(item), {}});
        entry.task = {&entry.input, &entry.item, std::move(stamps)};
        crew_->add(entry.task);
    }
}

bool PickSession::take(RunItem& item) {
    if (results_.empty()) {
        return false;
    }
    item = std::move(results_.front());
    results_.pop_front();
    --pending_;
    return true;
}

bool PickSession::wait(double seconds, const Control& control, RunItem& item) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8)));
    for (;;) {
        crew_->check();
        ProgressEvent event{"pick"};
        event.done = crew_->ended();
        event.item = crew_->newest();
        try {
            control.report(event);
        } catch (...) {
            crew_->stop();
            throw;
        }
        std::unique_lock lock(mutex_);
        if (take(item)) {
            return true;
        }
        const auto now = Clock::now();
        if (pending_ == 0 || now >= until) {
            return false;
        }
        ended_.wait_until(lock, std::min<Clock::time_point>(until, now + std::chrono::milliseconds(50)),
                          [this] { return !results_.empty(); });
    }
}

std::size_t PickSession::pending() const {
    const std::lock_guard lock(mutex_);
    return pending_;
}

} // namespace picker
