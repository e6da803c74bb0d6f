// Score maps on disk: an MRC image of mode 2 that any program opens, with what it means as JSON in the extended header.
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/file_reader.hpp"
#include "io/micrograph_file.hpp"
#include "io/mrc_header.hpp"
#include "picking/score_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace picker {
namespace {

constexpr std::size_t extended_bytes_at = 92; // NSYMBT, int32
constexpr std::size_t extended_type_at = 104; // EXTTYP, 4 characters
constexpr char extended_type[] = "PIKR";

std::string describe(const ScoreMap& map) {
    nlohmann::json meaning = {{"picker_score_map", 1},         {"origin_x", map.origin_x},
                              {"origin_y", map.origin_y},      {"step_x", map.step_x},
                              {"step_y", map.step_y},          {"diameter", map.diameter},
                              {"micrograph_width", map.width}, {"micrograph_height", map.height},
                              {"pixel_size", map.pixel_size}};
    if (!map.offset_x.empty()) {
        meaning["offsets"] = true;
    }
    std::string out = meaning.dump() + "\n";
    out.append((16 - out.size() % 16) % 16, ' ');
    for (const Image* offsets : {&map.offset_x, &map.offset_y}) {
        const auto* bytes = reinterpret_cast<const char*>(offsets->pixels.data());
        out.append(bytes, offsets->pixels.size() * sizeof(float));
    }
    return out;
}

// The offsets are the end of the description.
void read_offsets(std::string_view description, ScoreMap& map) {
    const std::size_t bytes = map.scores.size() * sizeof(float);
    map.offset_x = Image(map.scores.width, map.scores.height);
    map.offset_y = Image(map.scores.width, map.scores.height);
    std::memcpy(map.offset_x.pixels.data(), description.data() + description.size() - 2 * bytes, bytes);
    std::memcpy(map.offset_y.pixels.data(), description.data() + description.size() - bytes, bytes);
}

MrcStatistics statistics_of(const Image& scores) {
    double sum = 0.0;
    double squares = 0.0;
    for (const float value : scores.pixels) {
        sum += value;
        squares += static_cast<double>(value) * value;
    }
    const double count = static_cast<double>(std::max<std::size_t>(1, scores.size()));
    const double mean = sum / count;
    const auto [low, high] = std::minmax_element(scores.pixels.begin(), scores.pixels.end());
    return {scores.empty() ? 0.0F : *low, scores.empty() ? 0.0F : *high, static_cast<float>(mean),
            static_cast<float>(std::sqrt(std::max(0.0, squares / count - mean * mean)))};
}

} // namespace

void write_score_map(const std::filesystem::path& path, const ScoreMap& map) {
    if (map.scores.empty()) {
        fail(Status::invalid_argument, "the score map for ", path.string(), " is empty; score a micrograph first");
    }
    auto header =
        make_mrc_header(map.scores.width, map.scores.height, map.step_x * map.pixel_size, statistics_of(map.scores));
    const std::string meaning = describe(map);
    const auto bytes = static_cast<std::int32_t>(meaning.size());
    std::memcpy(header.data() + extended_bytes_at, &bytes, sizeof bytes);
    std::memcpy(header.data() + extended_type_at, extended_type, 4);
    AtomicFile file(path);
    file.write(header.data(), header.size());
    file.write(meaning);
    file.write(map.scores.pixels.data(), map.scores.pixels.size() * sizeof(float));
    file.commit();
}

ScoreMap read_score_map(const std::filesystem::path& path) {
    const char* const way_out = "; give a map that `score` has written, or score the micrograph again";
    ScoreMap map;
    map.scores = read_micrograph(path).image;
    const FileReader file(path);
    const MrcHeader header = read_mrc_header(file);
    std::string type(4, ' ');
    file.read(type.data(), type.size(), extended_type_at);
    if (header.data_offset <= mrc_header_bytes || type != extended_type) {
        fail(Status::bad_file, path.string(), " is an image but no score map: it does not say where its values lie",
             way_out);
    }
    std::string meaning(static_cast<std::size_t>(header.data_offset - mrc_header_bytes), ' ');
    file.read(meaning.data(), meaning.size(), mrc_header_bytes);
    bool offsets = false;
    try {
        const auto values = nlohmann::json::parse(meaning.substr(0, meaning.find('\n')));
        map.origin_x = values.at("origin_x").get<double>();
        map.origin_y = values.at("origin_y").get<double>();
        map.step_x = values.at("step_x").get<double>();
        map.step_y = values.at("step_y").get<double>();
        map.diameter = values.at("diameter").get<double>();
        map.width = whole_of<int>(values.at("micrograph_width"));
        map.height = whole_of<int>(values.at("micrograph_height"));
        map.pixel_size = values.at("pixel_size").get<double>();
        offsets = values.value("offsets", false);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, path.string(), ": the description of the score map is damaged (", error.what(), ")",
             way_out);
    }
    if (offsets && meaning.size() < 2 * map.scores.size() * sizeof(float)) {
        fail(Status::bad_file, path.string(), " is a damaged score map: its offsets are cut off", way_out);
    }
    if (offsets) {
        read_offsets(meaning, map);
    }
    const auto finite = [](const Image& image) {
        return std::all_of(image.pixels.begin(), image.pixels.end(), [](float value) { return std::isfinite(value); });
    };
    const bool sound = map.step_x > 0.0 && map.step_y > 0.0 && map.diameter > 0.0 && map.width > 0 && map.height > 0 &&
                       map.pixel_size >= 0.0 && finite(map.offset_x) && finite(map.offset_y) &&
                       std::all_of(map.scores.pixels.begin(), map.scores.pixels.end(),
                                   [](float score) { return score >= 0.0F && score <= 1.0F; });
    if (!sound) {
        fail(Status::bad_file, path.string(), " is a damaged score map: a length or score is out of range", way_out);
    }
    return map;
}

} // namespace picker
