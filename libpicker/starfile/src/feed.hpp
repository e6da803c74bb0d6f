// Where the parser's text comes from: a string, or a file. A large file is read by a second thread while the parser
// works on what is there: reading costs about as much as parsing. Private to libstarfile.
#pragma once

#include "cells.hpp"

#include <atomic>
#include <cstdio>
#include <thread>

namespace starfile {

class Feed {
public:
    explicit Feed(std::string text);
    explicit Feed(const std::filesystem::path& path);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    const std::shared_ptr<const Text>& text() const { return text_; }
    std::size_t expected() const { return expected_; } // bytes, as far as is known

    // Waits until there are more than `known` bytes; `all` is set when no more will follow, and the padding is there.
    std::size_t more_than(std::size_t known, bool& all);

private:
    using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    static constexpr std::size_t finished = std::size_t(1) << 63; // set in ready_ with the last bytes

    void read_all(std::FILE* file);
    void read_piecewise(std::FILE* file);
    void finish(char* buffer, std::size_t size);

    std::shared_ptr<const Text> text_;
    std::string name_;
    std::size_t expected_ = 0;
    std::atomic<std::size_t> ready_{0};
    std::atomic<bool> stop_{false};
    std::atomic<int> fault_{0}; // errno of a failed read
    Stream stream_{nullptr, &std::fclose};
    std::thread thread_;
};

} // namespace starfile
