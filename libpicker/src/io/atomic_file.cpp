// Whole-or-nothing writing (atomic_file.hpp).
#include "io/atomic_file.hpp"

#include "core/error.hpp"
#include "io/file_reader.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace picker {
namespace {

[[noreturn]] void fail_writing(const std::filesystem::path& target, int reason) {
    fail(Status::io, "cannot write ", target.string(), ": ", system_reason(reason),
         reason == ENOSPC || reason == EDQUOT || reason == EFBIG
             ? "; free some space or write to another folder (nothing was left behind)"
             : "; check that the folder exists and may be written to");
}

// Unique among threads (counter) and processes on one machine (pid); O_EXCL settles clashes between machines.
std::filesystem::path temporary_name(const std::filesystem::path& target) {
    static std::atomic<unsigned> counter{0};
    std::string name = target.filename().string();
    // The whole name must stay within 255 bytes, and must not end as a coordinate or image file.
    name.resize(std::min<std::size_t>(name.size(), 200));
    return target.parent_path() / text('.', name, '.', static_cast<long>(::getpid()), '-', counter++, ".tmp");
}

} // namespace

AtomicFile::AtomicFile(std::filesystem::path target) : target_(std::move(target)) {
    struct stat info {};
    const bool exists = ::stat(target_.c_str(), &info) == 0;
    if (target_.filename().empty() || (exists && S_ISDIR(info.st_mode))) {
        fail(Status::io, "cannot write ", target_.empty() ? std::string("a file without a name") : target_.string(),
             ": it is a folder; give the path of a file");
    }
    int descriptor = -1;
    if (exists && !S_ISREG(info.st_mode)) {
        // A device or pipe (/dev/null, /dev/stdout) is written to directly: a rename would replace it.
        temporary_ = target_;
        descriptor = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
        std::error_code ignored;
        if (std::filesystem::is_symlink(target_, ignored)) { // the link stays, the file that it names is replaced
            const auto real = std::filesystem::weakly_canonical(target_, ignored);
            if (!ignored && !real.empty()) {
                target_ = real;
            }
        }
        do {
            temporary_ = temporary_name(target_);
            descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (descriptor < 0 && errno == EEXIST);
    }
    if (descriptor < 0) {
        fail_writing(target_, errno);
    }
    if (exists && temporary_ != target_) {
        // A replaced file keeps its permissions where the file system has any.
        (void)!::fchmod(descriptor, info.st_mode & 07777);
    }
    file_ = ::fdopen(descriptor, "wb");
    if (file_ == nullptr) {
        const int reason = errno;
        ::close(descriptor);
        if (temporary_ != target_) {
            ::unlink(temporary_.c_str());
        }
        fail_writing(target_, reason);
    }
}

AtomicFile::~AtomicFile() {
    if (file_ != nullptr) {
        std::fclose(file_);
    }
    if (!temporary_.empty() && temporary_ != target_) {
        ::unlink(temporary_.c_str());
    }
}

void AtomicFile::write(const void* bytes, std::size_t count) {
    if (count == 0) {
        return;
    }
    errno = 0;
    if (std::fwrite(bytes, 1, count, file_) != count) {
        fail_writing(target_, errno != 0 ? errno : EIO);
    }
}

void AtomicFile::commit() {
    if (std::fflush(file_) != 0) {
        fail_writing(target_, errno);
    }
    // Pipes and devices cannot be synced, and some file systems do not know how: only a real failure counts.
    if (::fsync(::fileno(file_)) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) {
        fail_writing(target_, errno);
    }
    const int closed = std::fclose(std::exchange(file_, nullptr));
    if (closed != 0) {
        fail_writing(target_, errno);
    }
    if (temporary_ != target_ && ::rename(temporary_.c_str(), target_.c_str()) != 0) {
        fail_writing(target_, errno);
    }
    temporary_.clear();
}

void write_whole(const std::filesystem::path& path, std::string_view bytes) {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

std::string read_whole(const std::filesystem::path& path) {
    const FileReader file(path);
    std::string bytes(file.size(), '\0');
    bytes.resize(file.read_some(bytes.data(), bytes.size(), 0));
    return bytes;
}

} // namespace picker
