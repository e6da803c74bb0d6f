// Patches in memory and on disk (patch_store.hpp).
#include "training/patch_store.hpp"

#include "core/error.hpp"
#include "io/file_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace picker {

// A file that has lost its name already: it is gone when it is closed, also by a kill.
class PatchStore::File {
public:
    File(const std::filesystem::path& folder, std::size_t size) : folder_(folder) {
        std::string name = (folder / ".picker-samples-XXXXXX").string();
        descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (descriptor_ < 0) {
            refuse(errno, size);
        }
        ::unlink(name.c_str());
        const int reason = ::posix_fallocate(descriptor_, 0, static_cast<::off_t>(size));
        if (reason != 0) {
            ::close(descriptor_);
            refuse(reason, size);
        }
    }
    ~File() { ::close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(const void* bytes, std::size_t count, std::size_t offset) const {
        const auto* from = static_cast<const char*>(bytes);
        while (count > 0) {
            const ::ssize_t done = ::pwrite(descriptor_, from, count, static_cast<::off_t>(offset));
            if (done < 0 && errno != EINTR) {
                fail(Status::io, "cannot keep samples in ", folder_.string(), ": ", system_reason(errno),
                     "; train with more memory, or write to another folder");
            }
            advance(from, count, offset, done);
        }
    }
    void read(void* bytes, std::size_t count, std::size_t offset) const {
        auto* to = static_cast<char*>(bytes);
        while (count > 0) {
            const ::ssize_t done = ::pread(descriptor_, to, count, static_cast<::off_t>(offset));
            if (done == 0 || (done < 0 && errno != EINTR)) {
                fail(Status::io, "cannot read samples back from ", folder_.string(), ": ",
                     done == 0 ? std::string("the file has become shorter") : system_reason(errno),
                     "; train with more memory, or write to another folder");
            }
            advance(to, count, offset, done);
        }
    }

private:
    [[noreturn]] void refuse(int reason, std::size_t size) const {
        fail(Status::io, "cannot reserve ", (size >> 20) + 1, " MiB for samples in ", folder_.string(), ": ",
             system_reason(reason),
             "; free some space, write to another folder, train with more memory "
             "or with fewer particles");
    }
    template <typename Byte>
    static void advance(Byte*& place, std::size_t& count, std::size_t& offset, ::ssize_t done) {
        const auto bytes = static_cast<std::size_t>(std::max<::ssize_t>(0, done));
        place += bytes;
        count -= bytes;
        offset += bytes;
    }
    std::filesystem::path folder_;
    int descriptor_ = -1;
};

PatchStore::PatchStore(std::size_t count, std::size_t values, std::size_t budget, const std::filesystem::path& folder)
    : values_(values) {
    const std::size_t bytes = values * sizeof(float);
    in_memory_ = std::min(count, budget / bytes);
    // Not cleared: pages that are never written take no memory.
    memory_ = std::shared_ptr<float[]>(new float[in_memory_ * values]);
    if (count > in_memory_) {
        file_ = std::make_shared<File>(folder, (count - in_memory_) * bytes);
    }
}

void PatchStore::write(std::size_t index, const float* patch) {
    if (index < in_memory_) {
        std::memcpy(memory_.get() + index * values_, patch, values_ * sizeof(float));
    } else {
        file_->write(patch, values_ * sizeof(float), (index - in_memory_) * values_ * sizeof(float));
    }
}

const float* PatchStore::read(std::size_t index, std::vector<float>& buffer) const {
    if (index < in_memory_) {
        return memory_.get() + index * values_;
    }
    buffer.resize(values_);
    file_->read(buffer.data(), values_ * sizeof(float), (index - in_memory_) * values_ * sizeof(float));
    return buffer.data();
}

} // namespace picker
