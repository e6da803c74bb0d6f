// Records of pick runs (run_records.hpp).
#include "run_records.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

namespace cli {
namespace {

bool differ(double a, double b, double tolerance) {
    return a > 0 && b > 0 && std::abs(a / b - 1) > tolerance;
}

std::string size_of(const RunRecord& record) {
    return std::to_string(record.width) + " x " + std::to_string(record.height) + " pixels of " +
           format_number(record.pixel_size, 3) + " angstrom";
}

} // namespace

Json read_run_json(const std::string& file) {
    constexpr int deepest = 64; // levels; its own are 5
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return nullptr;
    }
    bool deep = false;
    const auto shallow = [&](int depth, Json::parse_event_t, Json&) { return !(deep = deep || depth > deepest); };
    Json run = Json::parse(in, shallow, false);
    return deep ? Json(Json::value_t::discarded) : run;
}

std::vector<RunRecord> read_run_records(const std::string& folder) {
    const std::string file = (std::filesystem::path(folder) / "run.json").string();
    const Json run = read_run_json(file);
    std::vector<RunRecord> records;
    if (!run.is_object() || !run.contains("micrographs") || !run["micrographs"].is_array()) {
        return records;
    }
    for (const Json& entry : run["micrographs"]) {
        if (!entry.is_object()) {
            continue;
        }
        const auto number = [&](const char* key, double most) {
            const double value = entry.contains(key) && entry[key].is_number() ? entry[key].get<double>() : 0.0;
            return value > 0 && value <= most ? value : 0.0;
        };
        RunRecord record;
        record.name = entry.contains("micrograph") && entry["micrograph"].is_string()
                          ? entry["micrograph"].get<std::string>()
                          : std::string();
        record.width = static_cast<int>(number("width", 1e6));
        record.height = static_cast<int>(number("height", 1e6));
        record.pixel_size = number("pixel_size", 1e3);
        record.file = file;
        records.push_back(std::move(record));
    }
    return records;
}

RunRecords::RunRecords(const std::vector<std::string>& patterns) {
    std::set<std::string> seen;
    for (const std::string& pattern : patterns) {
        const std::filesystem::path path(pattern);
        const std::string folder = std::filesystem::is_directory(path) ? pattern : path.parent_path().string();
        if (!seen.insert(folder).second) {
            continue;
        }
        for (RunRecord& record : read_run_records(folder)) {
            if (record.name.empty()) {
                continue;
            }
            const std::string stem = libpicker::Inputs::from_names({record.name}).stem(0);
            const auto [known, is_new] = by_stem_.emplace(stem, record);
            const RunRecord& other = known->second;
            if (!is_new && (differ(other.pixel_size, record.pixel_size, 0.01) || differ(other.width, record.width, 0) ||
                            differ(other.height, record.height, 0))) {
                throw libpicker::Error(PICKER_MISMATCH,
                                       "the picks of " + stem + " were made on different images: " + size_of(other) +
                                           " in " + other.file + ", " + size_of(record) + " in " + record.file +
                                           "; bring one to the other with picker convert --map-to first");
            }
        }
    }
}

const RunRecord* RunRecords::find(const std::string& stem) const {
    const auto found = by_stem_.find(stem);
    return found == by_stem_.end() ? nullptr : &found->second;
}

void RunRecords::complete(picker_picks_context& context, const std::string& stem) const {
    const RunRecord* record = find(stem);
    if (record == nullptr) {
        return;
    }
    if (context.width == 0 || context.height == 0) {
        context.width = record->width;
        context.height = record->height;
    }
    if (!(context.pixel_size > 0)) {
        context.pixel_size = record->pixel_size;
    }
}

std::string RunRecords::name_for(const std::string& name) const {
    const RunRecord* record = is_coordinate_file(name) ? find(libpicker::Inputs::from_names({name}).stem(0)) : nullptr;
    return record == nullptr ? name : record->name;
}

} // namespace cli
