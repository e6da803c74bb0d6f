// Writing small files (text_file.hpp).
#include "text_file.hpp"

#include "picker/picker.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace relion {

void write_whole(const std::string& path, const std::string& content) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) {
        std::filesystem::create_directories(folder, error);
    }
    const std::string temporary = path + ".tmp";
    std::ofstream out(temporary, std::ios::binary);
    out << content;
    out.close();
    if (!out || std::rename(temporary.c_str(), path.c_str()) != 0) {
        std::remove(temporary.c_str());
        throw libpicker::Error(PICKER_IO, "cannot write " + path + "; is the disk full or the job's folder read-only?");
    }
}

std::string star_word(const std::string& text) {
    return text.find_first_of(" \t") == std::string::npos && !text.empty() ? text : '"' + text + '"';
}

std::string counted(long long count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

} // namespace relion
