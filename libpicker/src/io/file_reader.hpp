// A regular file opened for reading at any offset; every failure is an Error that names the path and the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace picker {

// "No such file or directory" and the like, without the shared buffer of strerror.
std::string system_reason(int error_number);

class FileReader {
public:
    explicit FileReader(const std::filesystem::path& path); // Error(not_found | io | bad_file)
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; } // bytes, at the time of opening

    // Up to `count` bytes from `offset`; fewer only at the end of the file.
    std::size_t read_some(void* bytes, std::size_t count, std::uint64_t offset) const;
    // Exactly `count` bytes; Error(bad_file) where the file ends before.
    void read(void* bytes, std::size_t count, std::uint64_t offset) const;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

} // namespace picker
