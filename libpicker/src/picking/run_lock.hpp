// Who works in a run's folder: one run, or several shards of one run, and nobody else beside them.
#pragma once

#include "core/progress.hpp"
#include "picking/run.hpp"

#include <filesystem>
#include <string>

namespace picker {

// A lock on ranges of the file .picker.lock in the folder. The system holds it for the process (fcntl, open file
// description): it ends with the process, also by SIGKILL, and on a network file system it holds between machines as
// far as that file system has locks of ranges.
class RunLock {
public:
    // Excludes every other run; a shard excludes whole runs and the same shard. Error(mismatch), naming folder and
    // holder, where somebody else is at work; a shard waits a minute for another one to write the lists. Where the file
    // system has no locks, says so to `control` and goes on.
    RunLock(const std::filesystem::path& folder, Shard shard, const Control& control);
    ~RunLock(); // the whole folder's takes the file away
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    // Gives the shard up and takes the whole folder instead. False where others are still at work: the last one of
    // them that asks gets it.
    bool take_whole();

private:
    bool take(std::string* holder);
    void release();

    std::filesystem::path folder_, path_;
    int shard_, shards_; // 1 .. shards; both 0: the whole folder
    int file_ = -1;
    bool locked_ = false, unsupported_ = false;
};

} // namespace picker
