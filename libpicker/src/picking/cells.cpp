// Candidates from cells (cells.hpp).
#include "picking/cells.hpp"

#include "core/error.hpp"

namespace picker {

Picks find_cell_picks(const ScoreMap& map) {
    if (map.offset_x.size() != map.scores.size() || map.offset_y.size() != map.scores.size()) {
        fail(Status::mismatch,
             "the score map was made by a model without cells (it has no offsets), but the model given "
             "has them; score the micrograph with this model");
    }
    Picks picks;
    for (int row = 0; row < map.scores.height; ++row) {
        for (int column = 0; column < map.scores.width; ++column) {
            const std::size_t i = map.scores.index(column, row);
            const double x = map.origin_x + column * map.step_x + map.offset_x.pixels[i];
            const double y = map.origin_y + row * map.step_y + map.offset_y.pixels[i];
            const bool inside = x >= -0.5 && y >= -0.5 && x < map.width - 0.5 && y < map.height - 0.5;
            if (map.scores.pixels[i] > 0.0F && inside) {
                picks.add(x, y, map.scores.pixels[i]);
            }
        }
    }
    picks.sort_by_score();
    return picks;
}

} // namespace picker
