// A run whose micrographs are not known in advance: they are added while others are picked, with the model loaded once.
#pragma once

#include "picking/run_crew.hpp"
#include "picking/run_lock.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace picker {

// Works on a crew of workers of its own between the calls, which come from one thread at a time. Writes each
// micrograph's files and the journal. The lists are for pick_files, called afterwards with all micrographs: it finds
// them done. The folder is locked for as long as the session lives, as a shard where the options say so; which
// micrographs a shard of this kind has is what is added to it.
class PickSession {
public:
    // Errors as of pick_files. `scorer` may be null as there. `control` gives the number of workers.
    PickSession(std::shared_ptr<const Model> model, std::shared_ptr<const Scorer> scorer, const RunOptions& options,
                const Control& control);
    ~PickSession(); // what has not ended is given up
    PickSession(const PickSession&) = delete;
    PickSession& operator=(const PickSession&) = delete;

    // Does not wait. One that was added before is passed over; one that cannot be picked because another has its stem,
    // or its files would be overwritten, ends as failed.
    void add(const std::vector<InputMicrograph>& inputs);
    // The next micrograph that has ended, in the order in which they end: done, skipped or failed. False where none has
    // after so many seconds, or nothing is pending. Error(cancelled) when control asks for it: the session is over.
    bool wait(double seconds, const Control& control, RunItem& item);
    std::size_t pending() const;                        // added, and not handed out by wait()
    double threshold() const { return run_.threshold; } // of micrographs that have none of their own

private:
    struct Entry {
        InputMicrograph input;
        RunItem item;
        PickTask task;
    };
    void end(const RunItem& item);
    bool take(RunItem& item);

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Scorer> scorer_;
    RunContext run_;
    RunLock lock_;
    Journal journal_;
    std::deque<Entry> entries_;                // their places stay
    std::map<std::string, std::string> paths_; // by stem
    mutable std::mutex mutex_;                 // guards what follows
    std::condition_variable ended_;
    std::deque<RunItem> results_;
    std::size_t pending_ = 0;
    std::unique_ptr<PickCrew> crew_; // last: its threads end before the rest goes
};

} // namespace picker
