// Files of many micrographs (lists.hpp).
#include "lists.hpp"

namespace cli {
namespace {

std::string star_word(const std::string& text) {
    return text.find_first_of(" \t#") == std::string::npos && !text.empty() ? text : '"' + text + '"';
}

} // namespace

void require_name(const Arguments& arguments, const std::string& micrograph, const std::string& format) {
    if (is_coordinate_file(micrograph)) {
        throw UsageError("picker " + arguments.command() + ": in one " + picker_format_extension(find_format(format)) +
                         " file picks need the names of their micrographs, and IN does not have them (" + micrograph +
                         "); give --micrographs" + (arguments.command() == "convert" ? ", or a folder for OUT" : ""));
    }
}

void write_coordinate_list(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
    std::string text = "\n# version 30001\n\ndata_coordinate_files\n\nloop_\n_rlnMicrographName #1\n"
                       "_rlnMicrographCoordinates #2\n";
    for (const auto& [micrograph, file] : files) {
        text += star_word(micrograph) + " " + star_word(file) + "\n";
    }
    write_file(path, text + "\n");
}

} // namespace cli
