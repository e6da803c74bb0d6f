// Reading at offsets (file_reader.hpp).
#include "io/file_reader.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace picker {

std::string system_reason(int error_number) {
    return std::generic_category().message(error_number);
}

FileReader::FileReader(const std::filesystem::path& path) : path_(path) {
    struct stat info {};
    // Asked before opening: opening a pipe would wait for a writer.
    if (::stat(path.c_str(), &info) != 0) {
        const int reason = errno;
        fail(reason == ENOENT || reason == ENOTDIR ? Status::not_found : Status::io, "cannot open ", path.string(),
             ": ", system_reason(reason), "; check the path and its permissions");
    }
    if (!S_ISREG(info.st_mode)) {
        fail(Status::bad_file, path.string(), " is ", S_ISDIR(info.st_mode) ? "a folder" : "not a regular file",
             "; give the path of a file");
    }
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) {
        const int reason = errno;
        fail(Status::io, "cannot open ", path.string(), ": ", system_reason(reason),
             "; check the path and its permissions");
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
}

FileReader::~FileReader() {
    ::close(descriptor_);
}

std::size_t FileReader::read_some(void* bytes, std::size_t count, std::uint64_t offset) const {
    auto* out = static_cast<char*>(bytes);
    std::size_t done = 0;
    while (done < count) {
        // One call moves at most 2 GiB on Linux.
        const std::size_t step = std::min<std::size_t>(count - done, std::size_t{1} << 30);
        const ssize_t got = ::pread(descriptor_, out + done, step, static_cast<off_t>(offset + done));
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            const int reason = errno;
            fail(Status::io, "cannot read ", path_.string(), ": ", system_reason(reason),
                 "; check the disk or network share it lies on");
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void FileReader::read(void* bytes, std::size_t count, std::uint64_t offset) const {
    if (read_some(bytes, count, offset) != count) {
        fail(Status::bad_file, path_.string(), " is truncated: it ends before byte ", offset + count,
             "; copy the file again from its source");
    }
}

} // namespace picker
