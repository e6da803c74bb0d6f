// A score map written byte by byte (hand_made_map.hpp).
#include "capi/hand_made_map.hpp"

#include "capi/support.hpp"

#include <cstring>
#include <utility>

namespace capi {

namespace {

template <typename T> void put(std::string& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

} // namespace

const std::vector<float> hand_made_scores = {0.1F, 0.9F, 0.2F, 0.0F, 0.0F, //
                                             0.3F, 0.0F, 0.1F, 0.1F, 0.7F};

void write_score_map_by_hand(const std::string& path) {
    std::string meaning = R"({"picker_score_map":1,"origin_x":5.5,"origin_y":4.5,"step_x":12.0,"step_y":10.0,)"
                          R"("diameter":8.0,"micrograph_width":70,"micrograph_height":30,"pixel_size":2.5})";
    meaning.resize((meaning.size() + 15) / 16 * 16, ' ');
    std::string bytes(1024, '\0');
    for (const auto& [word, value] : {std::pair{1, 5}, {2, 2}, {3, 1}, {4, 2}, {8, 5}, {9, 2}, {10, 1}}) {
        put(bytes, static_cast<std::size_t>(word - 1) * 4, std::int32_t{value});
    }
    put(bytes, 40, 150.0F); // cell: 5 samples of 30 angstrom
    put(bytes, 44, 50.0F);
    put(bytes, 92, static_cast<std::int32_t>(meaning.size()));
    std::memcpy(bytes.data() + 104, "PIKR", 4);
    std::memcpy(bytes.data() + 208, "MAP \x44\x44", 6);
    bytes += meaning;
    for (const float score : hand_made_scores) {
        bytes.append(reinterpret_cast<const char*>(&score), sizeof score);
    }
    write_bytes(path, bytes);
}

} // namespace capi
