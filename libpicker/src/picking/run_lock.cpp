// The lock of a run's folder (run_lock.hpp).
#include "picking/run_lock.hpp"

#include "core/error.hpp"
#include "io/file_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace picker {
namespace {

// Each shard locks the bytes in which it writes who it is, so that whoever is refused can read by whom.
constexpr off_t entry_bytes = 256;
constexpr std::string_view writes_lists = "the lists, written by ";

struct flock range_of(int shard) {
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = shard * entry_bytes;
    range.l_len = shard > 0 ? entry_bytes : 0; // 0: to the end, however far it is
    return range;
}

// `shard` 0 of several: whoever writes their lists.
std::string own_entry(int shard, int shards) {
    std::array<char, 128> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) {
        host[0] = '\0';
    }
    std::array<char, 32> since{};
    const std::time_t now = std::time(nullptr);
    struct tm local {};
    if (::localtime_r(&now, &local) == nullptr || std::strftime(since.data(), since.size(), "%F %T", &local) == 0) {
        since[0] = '\0';
    }
    std::string entry(shard == 0 && shards > 0 ? writes_lists : "");
    entry += shard > 0 ? text("shard ", shard, " of ", shards, ", ") : "";
    entry += text("process ", static_cast<long>(::getpid()), " on ", host.data(), " since ", since.data());
    entry.resize(static_cast<std::size_t>(entry_bytes) - 1, ' ');
    return entry + "\n";
}

std::string entry_at(int file, off_t start) {
    std::string entry(static_cast<std::size_t>(entry_bytes), '\0');
    const ssize_t count = ::pread(file, entry.data(), entry.size(), start);
    entry.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    entry.resize(std::min(entry.find('\n'), entry.size()));
    entry.resize(entry.find_last_not_of(std::string_view(" \0", 2)) + 1); // npos + 1 is 0
    return entry.empty() ? "another process" : entry;
}

} // namespace

RunLock::RunLock(const std::filesystem::path& folder, Shard shard, const Control& control)
    : folder_(folder), path_(folder / ".picker.lock"), shard_(shard.index == 0 ? shard.count : shard.index),
      shards_(shard.count) {
    std::string holder;
    for (int tries = 0; !take(&holder); ++tries) {
        const bool lists = shard_ > 0 && holder.starts_with(writes_lists);
        if (lists && tries < 600) {
            control.report({"wait"});
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        fail(Status::mismatch, "another run works in the folder ", folder.string(), ": ", holder,
             "; wait until it has ended, or choose another output folder");
    }
    if (unsupported_) {
        control.info(text("the file system of ", folder.string(),
                          " has no locks: make sure that no other run writes to that folder"));
    }
}

RunLock::~RunLock() {
    release();
}

// False, naming who has it, where it is taken.
bool RunLock::take(std::string* holder) {
    for (;;) {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (file_ < 0) {
            fail(Status::io, "cannot write ", path_.string(), ": ", system_reason(errno),
                 "; check that the folder may be written to");
        }
        struct flock range = range_of(shard_);
        locked_ = ::fcntl(file_, F_OFD_SETLK, &range) == 0;
        if (!locked_ && errno != EAGAIN && errno != EACCES) {
            unsupported_ = true;
            return true;
        }
        if (locked_) {
            struct stat mine {
            }, there{};
            if (::fstat(file_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
                mine.st_dev == there.st_dev) {
                const std::string entry = own_entry(shard_, shards_);
                (void)!::pwrite(file_, entry.data(), entry.size(), range.l_start); // on a full disk nobody can tell
                return true;
            }
        } else {
            range = range_of(shard_);
            const bool known = ::fcntl(file_, F_OFD_GETLK, &range) == 0;
            if (!known || range.l_type != F_UNLCK) {
                *holder = entry_at(file_, known ? range.l_start : 0);
                ::close(std::exchange(file_, -1));
                return false;
            }
        }
        ::close(std::exchange(file_, -1)); // the holder has just ended and taken the file away: again
        locked_ = false;
    }
}

void RunLock::release() {
    if (file_ < 0) {
        return;
    }
    if (shard_ == 0) {
        ::unlink(path_.c_str()); // while it is locked: whoever opened it meanwhile sees that it is gone
    }
    if (locked_) { // a child forked meanwhile has the descriptor too, so closing it is not enough
        struct flock range = range_of(shard_);
        range.l_type = F_UNLCK;
        (void)::fcntl(file_, F_OFD_SETLK, &range);
    }
    ::close(std::exchange(file_, -1));
    locked_ = false;
}

bool RunLock::take_whole() {
    if (unsupported_) {
        return false; // nobody knows who else is at work: a later run over everything is for that
    }
    if (shard_ == 0) {
        return true;
    }
    release();
    shard_ = 0;
    std::string holder;
    return take(&holder);
}

} // namespace picker
