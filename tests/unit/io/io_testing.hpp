// What the tests of the io layer share: a folder that goes away, whole files, and errors with what they must say.
#pragma once

#include "core/error.hpp"
#include "core/image.hpp"
#include "unit/check.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

namespace io_testing {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "picker-io-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    // Writes a file, making the folders on the way.
    std::filesystem::path put(const std::string& name, std::string_view bytes) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::remove(file); // some file systems flush a file that is cut to nothing and written anew
        std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return file;
    }
    std::size_t count() const { // entries, hidden ones too
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
    }

private:
    std::filesystem::path path_;
};

inline std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The call must fail with this status and a message that holds all these parts.
inline void expect_error(picker::Status status, std::initializer_list<std::string_view> parts,
                         const std::function<void()>& call) {
    std::string message = "(no error)";
    auto got = picker::Status::ok;
    try {
        call();
    } catch (const picker::Error& error) {
        message = error.what();
        got = error.status();
    }
    DOCTEST_CAPTURE(message);
    DOCTEST_CHECK(static_cast<int>(got) == static_cast<int>(status));
    for (const std::string_view part : parts) {
        DOCTEST_CAPTURE(part);
        DOCTEST_CHECK(message.find(part) != std::string::npos);
    }
}

// Not square, and no two pixels alike, so that swapped axes and flipped rows show.
inline picker::Image ramp(int width, int height, float step = 1.0F, float start = 0.0F) {
    picker::Image image(width, height);
    for (std::size_t i = 0; i < image.size(); ++i) {
        image.pixels[i] = start + step * static_cast<float>(i);
    }
    return image;
}

inline std::filesystem::path shared_data() {
    return std::filesystem::path(PICKER_SOURCE_DIR).parent_path() / "shared" / "data";
}

} // namespace io_testing
