// EMAN2's info/NAME_info.json: the boxes that e2boxer and its successors keep for a micrograph. Read only: the file
// holds everything else that EMAN2 knows of the micrograph too.
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_formats.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace picker {
namespace {

using Json = nlohmann::json;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view suffix = "_info.json";

// EMAN2's base name: m1_info.json is of m1, and m1__ctf_flip_info.json too.
std::string micrograph_of(const std::filesystem::path& path) {
    std::string name = path.filename().string();
    if (lower_case(name).ends_with(suffix)) {
        name.resize(name.size() - suffix.size());
    }
    if (const auto version = name.find("__"); version != name.npos && version > 0) {
        name.resize(version);
    }
    return name;
}

Json parsed(const std::filesystem::path& path) {
    const std::string bytes = read_whole(path);
    if (is_nested_deeper(bytes)) {
        fail(Status::bad_file, path.string(), " is nested more than 64 deep; write it again with EMAN2");
    }
    try {
        return Json::parse(bytes);
    } catch (const Json::exception& error) {
        fail(Status::bad_file, path.string(), " is no JSON: ", error.what(), "; write it again with EMAN2");
    }
}

double number_of(const Json& box, std::size_t index, const std::string& where) {
    if (!box.is_array() || box.size() <= index || !box[index].is_number()) {
        fail(Status::bad_file, where, " has no ", index == 0 ? "x" : "y",
             "; a box is [x, y, kind] or [x, y, kind, score]. Correct or remove it");
    }
    return box[index].get<double>();
}

PicksByMicrograph read_eman(const std::filesystem::path& path) {
    const Json json = parsed(path);
    const auto boxes = json.is_object() ? json.find("boxes") : json.end();
    if (boxes == json.end() || !boxes->is_array()) {
        const bool tomogram = json.is_object() && json.contains("boxes_3d");
        fail(Status::not_found, path.string(),
             tomogram ? " is of a tomogram (boxes_3d), which this library does not read"
                      : " holds no coordinates: it has no list \"boxes\"",
             "; give an info file of a micrograph that was boxed");
    }
    PicksByMicrograph out;
    Picks& picks = out[micrograph_of(path)];
    for (std::size_t i = 0; i < boxes->size(); ++i) {
        const Json& box = (*boxes)[i];
        const std::string where = text(path.string(), ": box ", i + 1);
        const double x = number_of(box, 0, where), y = number_of(box, 1, where);
        picks.add(x, y, box.size() > 3 && box[3].is_number() ? box[3].get<double>() : nan);
        if (box.size() > 2 && box[2].is_string()) {
            picks.ensure_text_column("emanBoxKind").back() = box[2].get<std::string>();
        }
    }
    return out;
}

} // namespace

PicksFormat eman_picks_format() {
    return {"eman",
            suffix.data(),
            "EMAN2's info/NAME_info.json: the boxes of a micrograph; read only",
            true,
            false,
            false,
            "centre, whole pixels",
            read_eman,
            nullptr};
}

} // namespace picker
