// Connected areas (areas.hpp).
#include "core/areas.hpp"

#include <algorithm>
#include <utility>

namespace picker {

Areas connected_areas(const Image& image, float above) {
    Areas areas;
    areas.labels.assign(image.size(), 0);
    std::vector<std::pair<int, int>> area;
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            if (!(image.at(x, y) > above) || areas.labels[image.index(x, y)] != 0) {
                continue;
            }
            const auto label = static_cast<std::int32_t>(areas.sizes.size() + 1);
            area.assign(1, {x, y});
            areas.labels[image.index(x, y)] = label;
            for (std::size_t n = 0; n < area.size(); ++n) {
                const auto [px, py] = area[n];
                for (int qy = std::max(0, py - 1); qy <= std::min(image.height - 1, py + 1); ++qy) {
                    for (int qx = std::max(0, px - 1); qx <= std::min(image.width - 1, px + 1); ++qx) {
                        std::int32_t& other = areas.labels[image.index(qx, qy)];
                        if (other == 0 && image.at(qx, qy) > above) {
                            other = label;
                            area.emplace_back(qx, qy);
                        }
                    }
                }
            }
            areas.sizes.push_back(area.size());
        }
    }
    return areas;
}

} // namespace picker
