// DeepEM's two-pass box local maximum (peaks.hpp).
#include "picking/peaks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <vector>

namespace picker {
namespace {

constexpr std::int32_t nowhere = -1;

// Which of two places of a map is the better one, as indices of its pixels.
class Order {
public:
    explicit Order(const Image& scores) : scores_(scores) {}
    bool better(std::int32_t a, std::int32_t b) const {
        if (a == nowhere || b == nowhere) {
            return b == nowhere && a != nowhere;
        }
        const float score_a = scores_.pixels[static_cast<std::size_t>(a)];
        const float score_b = scores_.pixels[static_cast<std::size_t>(b)];
        if (score_a != score_b) {
            return score_a > score_b;
        }
        const std::int32_t x_a = a % scores_.width, x_b = b % scores_.width;
        return x_a != x_b ? x_a > x_b : a > b; // in one column the larger index has the larger y
    }

private:
    const Image& scores_;
};

// The best of line[i - radius] .. line[i + radius] for every i. `line` is replaced. The queue holds places that could
// still win, best first (the sliding maximum of Lemire 2006).
void sliding_best(std::vector<std::int32_t>& line, int radius, const Order& order) {
    const int length = static_cast<int>(line.size());
    std::deque<int> queue;
    std::vector<std::int32_t> best(line.size());
    for (int next = 0, i = 0; i < length; ++i) {
        for (; next <= std::min(length - 1, i + radius); ++next) {
            while (!queue.empty() &&
                   order.better(line[static_cast<std::size_t>(next)], line[static_cast<std::size_t>(queue.back())])) {
                queue.pop_back();
            }
            queue.push_back(next);
        }
        while (queue.front() < i - radius) {
            queue.pop_front();
        }
        best[static_cast<std::size_t>(i)] = line[static_cast<std::size_t>(queue.front())];
    }
    line = std::move(best);
}

// For every pixel the best place of the box around it. `places`: the index of a pixel where it takes part, `nowhere`
// where not. Rows first, then columns: the order is total, so the best of a box is the best of its rows' bests.
void box_best(std::vector<std::int32_t>& places, const Image& scores, int radius_x, int radius_y) {
    const Order order(scores);
    std::vector<std::int32_t> line(static_cast<std::size_t>(scores.width));
    for (int y = 0; y < scores.height; ++y) {
        const auto row = places.begin() + static_cast<std::ptrdiff_t>(scores.index(0, y));
        std::copy(row, row + scores.width, line.begin());
        sliding_best(line, radius_x, order);
        std::copy(line.begin(), line.end(), row);
    }
    line.resize(static_cast<std::size_t>(scores.height));
    for (int x = 0; x < scores.width; ++x) {
        for (int y = 0; y < scores.height; ++y) {
            line[static_cast<std::size_t>(y)] = places[scores.index(x, y)];
        }
        sliding_best(line, radius_y, order);
        for (int y = 0; y < scores.height; ++y) {
            places[scores.index(x, y)] = line[static_cast<std::size_t>(y)];
        }
    }
}

int radius_of(double range, double step, int size) {
    return static_cast<int>(std::min(std::floor(range / step * (1.0 + 1e-9)), static_cast<double>(size)));
}

// The places that get a vote of a place in `voters`, each once.
std::vector<std::uint8_t> elected(const std::vector<std::int32_t>& best, const std::vector<std::uint8_t>& voters) {
    std::vector<std::uint8_t> out(best.size(), 0);
    for (std::size_t i = 0; i < best.size(); ++i) {
        if (voters[i] != 0) {
            out[static_cast<std::size_t>(best[i])] = 1;
        }
    }
    return out;
}

} // namespace

Picks find_box_peaks(const ScoreMap& map, const BoxPeakOptions& options) {
    const Image& scores = map.scores;
    Picks out;
    if (scores.empty()) {
        return out;
    }
    std::vector<std::uint8_t> candidates(scores.size(), 0);
    std::vector<std::int32_t> first(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        candidates[i] = static_cast<double>(scores.pixels[i]) >= options.threshold ? 1 : 0;
        first[i] = static_cast<std::int32_t>(i);
    }
    box_best(first, scores, radius_of(options.first_range, map.step_x, scores.width),
             radius_of(options.first_range, map.step_y, scores.height));
    const std::vector<std::uint8_t> stay = elected(first, candidates);
    std::vector<std::int32_t> second(scores.size(), nowhere);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        second[i] = stay[i] != 0 ? static_cast<std::int32_t>(i) : nowhere;
    }
    box_best(second, scores, radius_of(options.second_range, map.step_x, scores.width),
             radius_of(options.second_range, map.step_y, scores.height));
    const std::vector<std::uint8_t> winners = elected(second, stay);
    for (int y = 0; y < scores.height; ++y) {
        for (int x = 0; x < scores.width; ++x) {
            const std::size_t i = scores.index(x, y);
            if (winners[i] != 0 || (candidates[i] == 0 && first[i] == static_cast<std::int32_t>(i))) {
                out.add(map.origin_x + x * map.step_x, map.origin_y + y * map.step_y,
                        static_cast<double>(scores.pixels[i]));
            }
        }
    }
    out.sort_by_score();
    return out;
}

} // namespace picker
