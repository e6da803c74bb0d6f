// Files that appear whole: written under a temporary name beside the target, flushed, then renamed.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace picker {

class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path target); // Error(io) naming the target and the reason
    ~AtomicFile();                                     // without commit(): removes the temporary file
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* bytes, std::size_t count); // Error(io): "no space left" and the like, naming the target
    void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
    void commit(); // flushes, syncs, renames
    // For libraries that want a path or FILE of their own.
    const std::filesystem::path& temporary_path() const { return temporary_; }
    std::FILE* stream() const { return file_; }

private:
    std::filesystem::path target_, temporary_;
    std::FILE* file_ = nullptr;
};

void write_whole(const std::filesystem::path& path, std::string_view bytes);
std::string read_whole(const std::filesystem::path& path); // Error(io) naming the path

} // namespace picker
