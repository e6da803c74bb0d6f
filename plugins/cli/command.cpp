// Shared pieces of the terminal's commands (command.hpp).
#include "command.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <unistd.h>

namespace cli {

void check_common(const Arguments& arguments) {
    const std::string where = "picker " + arguments.command() + ": ";
    static_cast<void>(arguments.integer("--threads", 1, 4096));
    static_cast<void>(seed_of(arguments));
    if (const auto size = arguments.number("--pixel-size"); size && !(*size >= 0.05 && *size <= 100)) {
        throw UsageError(where + "--pixel-size is " + arguments.text("--pixel-size") +
                         "; it is in angstrom per pixel, from 0.05 to 100");
    }
    // Whether it is there is seen when something runs on it: to look takes time.
    const std::string device = arguments.text("--device", "auto");
    const std::string number = device.starts_with("cuda:") ? device.substr(5) : "";
    const bool is_numbered =
        !number.empty() && number.size() < 6 && number.find_first_not_of("0123456789") == number.npos;
    if (device != "auto" && device != "cpu" && device != "cuda" && !is_numbered) {
        throw UsageError(where + "there is no device '" + device + "'; give auto, cpu, cuda, or cuda:N for GPU N");
    }
}

std::uint64_t seed_of(const Arguments& arguments) {
    return static_cast<std::uint64_t>(
        arguments.integer("--seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
}

std::vector<std::string> expand_standard_input(const std::vector<std::string>& patterns) {
    std::vector<std::string> result;
    for (const std::string& pattern : patterns) {
        if (pattern != "-") {
            result.push_back(pattern);
            continue;
        }
        const InterruptibleReads waiting;
        for (std::string line; !interrupted() && std::getline(std::cin, line);) {
            if (!line.empty() && line.back() == '\r') {
                line.pop_back();
            }
            if (!line.empty()) {
                result.push_back(line);
            }
        }
        if (interrupted()) {
            throw libpicker::Error(PICKER_CANCELLED, "cancelled while reading standard input");
        }
    }
    return result;
}

libpicker::Inputs inputs_of(const Arguments& arguments, const std::string& flag) {
    arguments.required_text(flag);
    return libpicker::Inputs(expand_standard_input(arguments.list(flag)));
}

void remark_names(Terminal& terminal, const std::vector<std::string>& names, const std::string& what) {
    constexpr std::size_t most = 3;
    std::string line;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) {
        line += (i == 0 ? "" : ", ") + names[i];
    }
    if (!names.empty()) {
        terminal.remark("note: " + what + ": " + line +
                        (names.size() > most ? " and " + std::to_string(names.size() - most) + " more" : ""));
    }
}

void tell_unmatched(const libpicker::Inputs& inputs, const std::string& what, Terminal& terminal) {
    remark_names(terminal, inputs.unmatched(), what + " left out, since they are of none of the micrographs");
}

std::string right_aligned(const std::string& text, std::size_t width) {
    return (text.size() < width ? std::string(width - text.size(), ' ') : "") + text;
}

std::string counted(std::int64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string format_score(double value) {
    return format_number(value, value > 0.99 && value < 1 ? 6 : 3);
}

bool has_ending_of(const std::string& path, int format) {
    std::string name = std::filesystem::path(path).filename().string();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string ending = picker_format_extension(format);
    return name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

std::string format_list() {
    std::string known;
    for (int i = 0; i < picker_format_count(); ++i) {
        known += std::string(known.empty() ? "" : ", ") + picker_format_name(i);
    }
    return known;
}

int find_format(const std::string& name) {
    for (int i = 0; i < picker_format_count(); ++i) {
        if (name == picker_format_name(i)) {
            return i;
        }
    }
    return -1;
}

picker_picks_context context_of(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index) {
    picker_picks_context context = inputs.context(index);
    context.box_size = arguments.above_zero("--box-size").value_or(0);
    double header = 0;
    if (arguments.has("--micrographs")) {
        const picker_micrograph_info info = header_of(inputs.path(index));
        context.width = info.width;
        context.height = info.height;
        header = info.pixel_size;
    }
    context.pixel_size = pixel_size_of(arguments, inputs, index, header);
    return context;
}

bool is_coordinate_file(const std::string& name) {
    for (int f = 0; f < picker_format_count(); ++f) {
        if (!std::filesystem::path(name).has_parent_path() && has_ending_of(name, f)) {
            return true;
        }
    }
    return false;
}

void refuse_equal_stems(const libpicker::Inputs& inputs) {
    std::map<std::string, std::string> names;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto [first, is_new] = names.emplace(inputs.stem(i), inputs.name(i));
        if (!is_new) {
            throw libpicker::Error(PICKER_MISMATCH, "the picks of " + first->second + " and " + inputs.name(i) +
                                                        " would go into one file, " + inputs.stem(i) +
                                                        ".*; rename one of the micrographs, or take them apart");
        }
    }
}

std::vector<std::string> one_per_micrograph(const std::vector<std::string>& names) {
    const auto all = libpicker::Inputs::from_names(names);
    const auto is_file = [&](std::size_t i) { return is_coordinate_file(names[i]); };
    std::set<std::string> stems;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_file(i)) {
            stems.insert(all.stem(i));
        }
    }
    std::vector<std::string> result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_file(i) || stems.insert(all.stem(i)).second) {
            result.push_back(names[i]);
        }
    }
    return result;
}

void put(const std::string& text) {
    std::cout << text << std::flush;
    if (!std::cout) {
        std::cout.clear();
        throw libpicker::Error(PICKER_IO, "standard output cannot be written; is the disk full, or the pipe closed?");
    }
}

void print(const Arguments& arguments, const Json& json, const std::string& text) {
    const bool as_json = arguments.has("--json") && arguments.text("--json").empty();
    put(as_json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text);
}

std::string format_number(double value, int digits) {
    if (!std::isfinite(value)) {
        return "n/a";
    }
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
    return buffer;
}

Json json_number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

double pixel_size_of(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index, double header) {
    if (const auto given = arguments.number("--pixel-size")) {
        return *given;
    }
    return inputs.pixel_size(index) > 0 ? inputs.pixel_size(index) : header;
}

double required_pixel_size(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index,
                           double header) {
    const double value = pixel_size_of(arguments, inputs, index, header);
    if (!(value > 0)) {
        throw libpicker::Error(PICKER_INVALID_ARGUMENT,
                               inputs.path(index) + ": the pixel size is unknown; give --pixel-size A (angstrom per "
                                                    "pixel) or a STAR file with an optics group");
    }
    return value;
}

picker_micrograph_info header_of(const std::string& path, bool deep) {
    auto info = libpicker::make<picker_micrograph_info>();
    libpicker::check(picker_micrograph_inspect(path.c_str(), deep ? 1 : 0, &info));
    return info;
}

void tell_pixel_sizes(const Arguments& arguments, const libpicker::Inputs& inputs, Terminal& terminal) {
    const auto given = arguments.number("--pixel-size");
    std::vector<std::string> other;
    for (std::size_t i = 0; given && i < inputs.size(); ++i) {
        double known = inputs.pixel_size(i);
        if (!(known > 0)) {
            auto info = libpicker::make<picker_micrograph_info>();
            if (picker_micrograph_inspect(inputs.path(i).c_str(), 0, &info) != PICKER_OK) {
                continue; // reading it fails later, with its own message
            }
            known = info.pixel_size;
        }
        if (known > 0 && std::abs(*given - known) > 0.01 * known) {
            other.push_back(inputs.path(i) + " (" + format_number(known, 3) + ")");
        }
    }
    remark_names(terminal, other,
                 "--pixel-size " + arguments.text("--pixel-size") + " is used, which is not what the files say");
}

std::string in_folder(std::string folder, const std::string& name) {
    while (folder.size() > 1 && folder.back() == '/') {
        folder.pop_back();
    }
    return folder == "/" ? folder + name : folder + "/" + name;
}

void make_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error || !std::filesystem::is_directory(path)) {
        throw libpicker::Error(PICKER_IO, "cannot make the folder " + path + ": " +
                                              (error ? error.message() : "there is a file of that name") +
                                              "; choose another one");
    }
}

void prepare_output(const std::string& path) {
    const std::filesystem::path file(path);
    if (file.filename().empty() || std::filesystem::is_directory(file)) {
        throw libpicker::Error(PICKER_IO, "cannot write " + path + ": it is a folder; give the path of a file");
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    make_folder(folder.string());
    if (::access(folder.c_str(), W_OK) != 0) {
        throw libpicker::Error(PICKER_IO, "cannot write " + path + ": " + std::strerror(errno) +
                                              "; choose a folder that you may write to");
    }
}

void write_file(const std::string& path, const std::string& content) {
    prepare_output(path);
    // A pipe or device is written to directly: a rename would replace it.
    std::error_code ignored;
    const bool direct = std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
    const std::string target = direct ? path : path + "." + std::to_string(::getpid()) + ".part";
    std::ofstream out(target, std::ios::binary);
    out << content;
    out.close();
    if (!out || (!direct && std::rename(target.c_str(), path.c_str()) != 0)) {
        if (!direct) {
            std::remove(target.c_str());
        }
        throw libpicker::Error(PICKER_IO, "cannot write " + path + "; is the disk full or the folder read-only?");
    }
}

} // namespace cli
