// The micrographs of a run (inputs.hpp): patterns to a list, stems, pixel sizes.
#include "io/inputs.hpp"

#include "core/error.hpp"
#include "io/cs_exposures.hpp"
#include "io/path_patterns.hpp"
#include "io/picks_formats.hpp"
#include "io/star_micrographs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace picker {
namespace {

// Only what is known as an extension is cut off: "mic_2.5" in a table is a whole name.
constexpr std::array<std::string_view, 26> known_extensions = {
    "mrc", "mrcs", "map", "rec", "st",  "tif", "tiff", "png", "jpg", "jpeg", "eer", "dm3",  "dm4",
    "em",  "hdf",  "h5",  "spi", "img", "ser", "star", "box", "csv", "cbox", "cs",  "json", "txt"};

InputMicrograph plain_file(const std::filesystem::path& path) {
    InputMicrograph out;
    out.path = path;
    out.name = path.string();
    out.stem = match_stem(out.name);
    return out;
}

using Lists = std::map<std::string, std::vector<InputMicrograph>>; // by file_identity

// One missing micrograph is that micrograph's failure; a list none of which exists is a wrong folder.
void check_listed(const std::vector<InputMicrograph>& listed, const std::filesystem::path& list) {
    std::error_code ignored;
    if (std::ranges::none_of(listed, [&](const auto& m) { return std::filesystem::exists(m.path, ignored); })) {
        fail(Status::not_found, "none of the ", listed.size(), " micrographs that ", list.string(),
             " lists exists (the first is ", listed.front().name, "); run from the folder that its paths start at");
    }
}

// The .cs files of all patterns together: some only complete others.
Lists exposure_lists(const std::vector<std::vector<std::filesystem::path>>& expanded) {
    std::vector<std::filesystem::path> files;
    for (const auto& paths : expanded) {
        std::ranges::copy_if(paths, std::back_inserter(files),
                             [](const auto& path) { return has_ending(path, ".cs") && !is_folder(path); });
    }
    Lists out;
    for (auto& [path, listed] : read_exposures(files)) {
        check_listed(listed, path);
        out.emplace(file_identity(path), std::move(listed));
    }
    return out;
}

void add_path(const std::filesystem::path& path, const Lists& exposures, std::vector<InputMicrograph>& out) {
    if (is_folder(path)) {
        for (const auto& file : files_in(path, {".mrc", ".tif", ".tiff"})) {
            out.push_back(plain_file(file));
        }
    } else if (lower_case(path.extension().string()) == ".star") {
        auto listed = read_micrograph_list(path);
        check_listed(listed, path);
        std::ranges::move(listed, std::back_inserter(out));
    } else if (has_ending(path, ".cs")) {
        if (const auto listed = exposures.find(file_identity(path)); listed != exposures.end()) {
            std::ranges::copy(listed->second, std::back_inserter(out));
        }
    } else {
        out.push_back(plain_file(path));
    }
}

// What one pattern, expanded to paths, stands for.
void add_pattern(const std::string& pattern, const std::vector<std::filesystem::path>& paths, const Lists& exposures,
                 std::vector<InputMicrograph>& out) {
    const std::size_t before = out.size();
    for (const auto& path : paths) {
        add_path(path, exposures, out);
    }
    if (out.size() == before && is_folder(pattern)) {
        fail(Status::not_found, "the folder ", pattern,
             " holds no micrographs (.mrc, .tif, .tiff); sub-folders are not searched, give them by name or as a "
             "glob");
    }
}

std::vector<InputMicrograph> each_once(std::vector<InputMicrograph> all) {
    std::set<std::string> seen;
    std::erase_if(all, [&](const auto& micrograph) { return !seen.insert(file_identity(micrograph.path)).second; });
    return all;
}

// The name of a file that is not there, and would have been a micrograph: no glob and no list.
bool may_be_image(const std::string& pattern) {
    std::error_code ignored;
    return !pattern.empty() && pattern.back() != '/' && pattern.find_first_of("*?[") == pattern.npos &&
           !has_ending(pattern, ".star") && !has_ending(pattern, ".cs") && !std::filesystem::exists(pattern, ignored) &&
           std::filesystem::path(pattern).has_extension();
}

} // namespace

std::size_t uid_digits(std::string_view file) {
    const std::size_t digits = std::min(file.find_first_not_of("0123456789"), file.size());
    return digits >= 15 && digits <= 25 && digits < file.size() && file[digits] == '_' ? digits : 0;
}

std::string match_stem(std::string_view name) {
    std::string_view stem = name.substr(name.find_last_of('/') + 1); // npos + 1 is 0
    const std::size_t dot = stem.rfind('.');
    if (dot != stem.npos && dot > 0 &&
        std::ranges::find(known_extensions, lower_case(stem.substr(dot + 1))) != known_extensions.end()) {
        stem = stem.substr(0, dot);
    }
    if (const std::size_t digits = uid_digits(stem); digits > 0 && digits + 1 < stem.size()) {
        stem.remove_prefix(digits + 1);
    }
    for (const std::string_view suffix : {"_autopick", "_manualpick", "_picks"}) {
        if (stem.size() > suffix.size() && stem.ends_with(suffix)) {
            stem.remove_suffix(suffix.size());
            break;
        }
    }
    return std::string(stem);
}

std::vector<InputMicrograph> expand_inputs(const std::vector<std::string>& patterns, bool unique_stems) {
    std::vector<std::vector<std::filesystem::path>> expanded;
    std::ranges::transform(patterns, std::back_inserter(expanded), expand_pattern);
    const Lists exposures = exposure_lists(expanded);
    std::vector<InputMicrograph> all;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        add_pattern(patterns[i], expanded[i], exposures, all);
    }
    std::vector<InputMicrograph> out = each_once(std::move(all));
    std::map<std::string, std::size_t> stems;
    for (std::size_t i = 0; unique_stems && i < out.size(); ++i) {
        const auto [first, is_new] = stems.emplace(out[i].stem, i);
        if (!is_new) {
            fail(Status::mismatch, "two micrographs have the name '", out[i].stem,
                 "': ", out[first->second].path.string(), " and ", out[i].path.string(),
                 "; rename one of them or run them apart");
        }
    }
    return out;
}

std::vector<InputMicrograph> expand_all_inputs(const std::vector<std::string>& patterns,
                                               std::vector<PatternFault>& faults) {
    const auto attempt = [&](const std::string& pattern, const auto& step) {
        try {
            step();
        } catch (const Error& error) {
            faults.push_back({pattern, error.what()});
        }
    };
    std::vector<std::vector<std::filesystem::path>> expanded(patterns.size());
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (may_be_image(patterns[i])) {
            expanded[i] = {patterns[i]};
        } else {
            attempt(patterns[i], [&] { expanded[i] = expand_pattern(patterns[i]); });
        }
    }
    Lists exposures;
    const std::size_t before = faults.size();
    attempt("", [&] { exposures = exposure_lists(expanded); });
    const bool exposures_fail = faults.size() > before; // its message names the file
    std::vector<InputMicrograph> all;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (!expanded[i].empty() && !(exposures_fail && has_ending(patterns[i], ".cs"))) {
            attempt(patterns[i], [&] { add_pattern(patterns[i], expanded[i], exposures, all); });
        }
    }
    return each_once(std::move(all));
}

std::vector<std::filesystem::path> micrograph_lists(const std::vector<std::string>& patterns) {
    std::vector<std::filesystem::path> lists;
    for (const std::string& pattern : patterns) {
        try {
            std::ranges::copy_if(expand_pattern(pattern), std::back_inserter(lists), [](const auto& path) {
                return (has_ending(path, ".star") || has_ending(path, ".cs")) && !is_folder(path);
            });
        } catch (const Error&) {
            continue; // nothing that a run could have come from
        }
    }
    return lists;
}

double resolve_pixel_size(double given, const InputMicrograph& input, double header) {
    const std::string name = input.path.empty() ? input.name : input.path.string(); // one in memory has no path
    const auto checked = [&](double value, const char* source) {
        if (!(value >= 0.05 && value <= 100.0)) {
            fail(Status::invalid_argument, "a pixel size of ", value, " angstrom (", source, ") for ", name,
                 " is absurd; give one between 0.05 and 100 with --pixel-size or pixel_size");
        }
        return value;
    };
    if (given != 0.0) {
        return checked(given, "as given");
    }
    if (input.pixel_size > 0.0) {
        return checked(input.pixel_size, "from the STAR file");
    }
    if (header > 0.0) {
        return checked(header, "from the image header");
    }
    fail(
        Status::invalid_argument, "the pixel size of ", name,
        " is unknown (its header says nothing, 0 or 1.0); give it in angstrom with --pixel-size or pixel_size, or give "
        "a STAR file with an optics table");
}

} // namespace picker
