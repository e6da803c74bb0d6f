// Room for patches of one size: in memory up to a budget, the rest in a file without a name that goes with the process.
// The file is read and not mapped: its pages count as the system's cache, never as this process's memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

namespace picker {

class PatchStore {
public:
    PatchStore() = default;
    // `count` patches of `values` floats; `budget` in bytes. The file lies in
    // `folder`; its whole size is reserved at once: Error(io) naming folder and
    // size where the disk is too small.
    PatchStore(std::size_t count, std::size_t values, std::size_t budget, const std::filesystem::path& folder);

    void write(std::size_t index,
               const float* patch); // different patches: from several threads at once
    // `buffer` is used where the patch is on disk, and holds it until the next
    // call.
    const float* read(std::size_t index, std::vector<float>& buffer) const;
    std::size_t bytes_in_memory() const { return in_memory_ * values_ * sizeof(float); }

private:
    class File;
    std::size_t values_ = 0,
                in_memory_ = 0; // patches that are in memory: the first ones
    std::shared_ptr<float[]> memory_;
    std::shared_ptr<File> file_;
};

} // namespace picker
