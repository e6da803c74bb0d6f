// Bright blobs (blobs.hpp): starting points, centres of mass, duplicates.
#include "picking/blobs.hpp"

#include "core/error.hpp"
#include "picking/blob_levels.hpp"
#include "picking/near_grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace picker {
namespace {

constexpr int max_rounds = 10;                // of moving a disc
constexpr double move_beyond = 0.6;           // pixels between a disc's middle and its centre of mass
constexpr double just_below_one = 1.0 - 1e-7; // in units of the separation: closer than this is a duplicate
constexpr double no_division_by_zero = 1e-6;  // units of 255; part of the definition of eccentricity

void check(const Image& image, int diameter) {
    const int edge = std::min(image.width, image.height);
    if (diameter < 3 || diameter % 2 == 0 || diameter > edge) {
        fail(Status::invalid_argument, "blobs of diameter ", diameter, " pixels in an image of ", image.width, " x ",
             image.height, ": the diameter must be odd, at least 3 and at most the image's shorter edge",
             edge >= 3 ? text("; use one from 3 to ", edge - (edge + 1) % 2) : ", and this image is too small for any");
    }
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            if (!std::isfinite(image.at(x, y))) {
                fail(Status::invalid_argument, "the image has a pixel that is no finite number, at x = ", x,
                     ", y = ", y, ": replace such pixels before looking for blobs");
            }
        }
    }
}

// The disc in which blobs are measured: for each of its rows the reach to both sides.
class Disc {
public:
    explicit Disc(int radius) : radius_(radius) {
        for (int dy = -radius; dy <= radius; ++dy) {
            int reach = 0;
            while (inside(reach + 1, dy)) {
                ++reach;
            }
            reach_.push_back(reach);
        }
    }

    // From a starting point to a blob; mass and signal in levels.
    Blob refine(const Levels& levels, int x, int y) const {
        double off_x = 0.0;
        double off_y = 0.0;
        for (int round = 1;; ++round) {
            centre_of_mass(levels, x, y, off_x, off_y);
            const bool near = std::abs(off_x) < move_beyond && std::abs(off_y) < move_beyond;
            if (near || round == max_rounds) {
                break;
            }
            x = std::clamp(x + step(off_x), radius_, levels.width - 1 - radius_);
            y = std::clamp(y + step(off_y), radius_, levels.height - 1 - radius_);
        }
        Blob out = measure(levels, x, y);
        out.x = off_x + x;
        out.y = off_y + y;
        return out;
    }

private:
    // In fractions, as trackpy has it: rounding keeps a few pixels at exactly the radius, (5, 12) of 13, out.
    bool inside(int dx, int dy) const {
        const double x = static_cast<double>(dx) / radius_;
        const double y = static_cast<double>(dy) / radius_;
        return y * y + x * x <= 1.0;
    }
    static int step(double off) { return off > move_beyond ? 1 : off < -move_beyond ? -1 : 0; }

    template <typename Visit> void each(const Levels& levels, int x, int y, Visit visit) const {
        for (int dy = -radius_; dy <= radius_; ++dy) {
            const int reach = reach_[static_cast<std::size_t>(dy + radius_)];
            const std::uint8_t* const row = levels.row(y + dy) + x;
            for (int dx = -reach; dx <= reach; ++dx) {
                visit(dx, dy, std::int64_t{row[dx]});
            }
        }
    }
    // From the disc's middle. Counted from its corner first, as trackpy does: of equal blobs the last bit of a position
    // decides which one stays.
    void centre_of_mass(const Levels& levels, int x, int y, double& off_x, double& off_y) const {
        std::int64_t sum = 0;
        std::int64_t sum_x = 0;
        std::int64_t sum_y = 0;
        each(levels, x, y, [&](int dx, int dy, std::int64_t value) {
            sum += value;
            sum_x += (dx + radius_) * value;
            sum_y += (dy + radius_) * value;
        });
        off_x = sum == 0 ? 0.0 : static_cast<double>(sum_x) / static_cast<double>(sum) - radius_;
        off_y = sum == 0 ? 0.0 : static_cast<double>(sum_y) / static_cast<double>(sum) - radius_;
    }
    Blob measure(const Levels& levels, int x, int y) const {
        std::int64_t sum = 0;
        std::int64_t moment = 0;
        std::int64_t highest = 0;
        // Sums of value * cos 2a and value * sin 2a, a being the direction from the middle, where the cosine counts
        // as 1.
        double cosine = 0.0;
        double sine = 0.0;
        each(levels, x, y, [&](int dx, int dy, std::int64_t value) {
            const int square = dx * dx + dy * dy;
            sum += value;
            moment += square * value;
            highest = std::max(highest, value);
            cosine +=
                square == 0 ? static_cast<double>(value) : static_cast<double>(value * (dx * dx - dy * dy)) / square;
            sine += square == 0 ? 0.0 : static_cast<double>(value * 2 * dx * dy) / square;
        });
        Blob out;
        out.mass = static_cast<double>(sum);
        out.size = sum == 0 ? 0.0 : std::sqrt(static_cast<double>(moment) / out.mass);
        out.eccentricity = std::hypot(cosine, sine) / (out.mass - levels.row(y)[x] + no_division_by_zero);
        out.signal = static_cast<double>(highest);
        return out;
    }

    int radius_ = 0;
    std::vector<int> reach_;
};

// Which blobs lose against a neighbour.
std::vector<bool> losers(const std::vector<Blob>& blobs, double separation) {
    const auto along = [&](const Blob& blob) { return blob.y / separation + blob.x / separation; };
    NearGrid earlier_ones(separation);
    std::vector<bool> out(blobs.size(), false);
    for (std::size_t j = 0; j < blobs.size(); ++j) {
        const Blob& later = blobs[j];
        earlier_ones.each_around(later.x, later.y, [&](const NearGrid::Place& place) {
            const Blob& earlier = blobs[place.index];
            const double dx = later.x / separation - earlier.x / separation;
            const double dy = later.y / separation - earlier.y / separation;
            if (dx * dx + dy * dy > just_below_one * just_below_one) {
                return;
            }
            const bool earlier_wins =
                earlier.mass != later.mass ? earlier.mass > later.mass : along(earlier) > along(later);
            out[earlier_wins ? j : place.index] = true;
        });
        earlier_ones.add(later.x, later.y);
    }
    return out;
}

} // namespace

std::vector<Blob> locate_blobs(const Image& image, const BlobOptions& options) {
    check(image, options.diameter);
    const auto [lowest, highest] = std::minmax_element(image.pixels.begin(), image.pixels.end());
    if (*lowest == *highest) { // rounding in the filters must not make blobs of it
        return {};
    }
    const Levels levels = levels_of(image, options.diameter);
    const double bright = bright_level(levels);
    const int separation = options.diameter + 1;
    // The largest square inside a circle whose radius is the separation.
    const Dilation dilation(levels, static_cast<int>(2.0 * separation / std::sqrt(2.0)));
    const int radius = options.diameter / 2;
    const Disc disc(radius);
    std::vector<Blob> found;
    for (int y = radius; y < levels.height - radius; ++y) {
        for (int x = radius; x < levels.width - radius; ++x) {
            const std::uint8_t value = levels.row(y)[x];
            if (value == dilation.at(x, y) && static_cast<double>(value) > bright) {
                found.push_back(disc.refine(levels, x, y));
            }
        }
    }
    const std::vector<bool> lost = losers(found, separation);
    std::vector<Blob> out;
    for (std::size_t i = 0; i < found.size(); ++i) {
        Blob blob = found[i];
        blob.mass /= levels.scale;
        blob.signal /= levels.scale;
        if (!lost[i] && blob.mass > options.mass_min) {
            out.push_back(blob);
        }
    }
    return out;
}

} // namespace picker
