// Areas of a score map that are no particles (clean.hpp).
#include "picking/clean.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr float particle_score = 0.5F;     // [P] 4.5: pixels above it are connected
constexpr double paper_factor = 4.0;       // [P] 4.5
constexpr std::size_t lua_least_area = 10; // pixels; smaller ones do not count
constexpr std::size_t lua_least_areas = 20;
constexpr double lua_deviations = 3.0;

std::vector<bool> larger_than(const Areas& areas, double limit) {
    std::vector<bool> out(areas.sizes.size());
    std::transform(areas.sizes.begin(), areas.sizes.end(), out.begin(),
                   [limit](std::size_t size) { return static_cast<double>(size) > limit; });
    return out;
}

std::vector<bool> paper_rule(const Areas& areas) {
    double sum = 0.0;
    for (const std::size_t size : areas.sizes) {
        sum += static_cast<double>(size);
    }
    return larger_than(areas, paper_factor * sum / static_cast<double>(std::max<std::size_t>(1, areas.sizes.size())));
}

std::vector<bool> lua_rule(const Areas& areas) {
    double count = 0.0, sum = 0.0, squares = 0.0;
    for (const std::size_t size : areas.sizes) {
        if (size > lua_least_area) {
            const double area = static_cast<double>(size);
            count += 1.0;
            sum += area;
            squares += area * area;
        }
    }
    if (count <= static_cast<double>(lua_least_areas)) {
        return std::vector<bool>(areas.sizes.size(), false);
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(0.0, (squares - count * mean * mean) / (count - 1.0)));
    return larger_than(areas, mean + lua_deviations * deviation);
}

} // namespace

const char* name_of(Cleaning rule) {
    return rule == Cleaning::paper ? "paper" : rule == Cleaning::lua ? "lua" : "off";
}

std::vector<bool> areas_to_remove(const Areas& areas, Cleaning rule) {
    switch (rule) {
    case Cleaning::paper:
        return paper_rule(areas);
    case Cleaning::lua:
        return lua_rule(areas);
    case Cleaning::off:
        break;
    }
    return std::vector<bool>(areas.sizes.size(), false);
}

std::vector<std::uint8_t> cleaned_pixels(const Image& map, Cleaning rule) {
    if (rule == Cleaning::off) {
        return {};
    }
    const Areas areas = connected_areas(map, particle_score);
    const std::vector<bool> removed = areas_to_remove(areas, rule);
    if (std::find(removed.begin(), removed.end(), true) == removed.end()) {
        return {};
    }
    std::vector<std::uint8_t> pixels(map.size(), 0);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::int32_t label = areas.labels[i];
        pixels[i] = label > 0 && removed[static_cast<std::size_t>(label - 1)] ? 1 : 0;
    }
    return pixels;
}

} // namespace picker
