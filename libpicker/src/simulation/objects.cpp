// Placing and drawing of what is no particle (objects.hpp).
#include "simulation/objects.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace picker {
namespace {

constexpr double gold_density = 8.0; // relative to protein above ice
constexpr double contamination_density = 1.0;
constexpr double contamination_smallest = 250.0; // angstrom
constexpr double contamination_largest = 1000.0; // angstrom
constexpr double carbon_edge = 30.0;             // angstrom

double uniform_angle(Random& random) {
    return random.uniform(0.0, 2.0 * std::numbers::pi);
}

// Share of the micrograph outside the hole, on a grid of points.
double share_outside(const Hole& hole, int width, int height) {
    constexpr int points = 96;
    int outside = 0;
    for (int j = 0; j < points; ++j) {
        for (int i = 0; i < points; ++i) {
            const double x = (i + 0.5) / points * width - 0.5;
            const double y = (j + 0.5) / points * height - 0.5;
            outside += std::hypot(x - hole.x, y - hole.y) > hole.radius ? 1 : 0;
        }
    }
    return static_cast<double>(outside) / (points * points);
}

// A hole whose edge crosses the micrograph so that the share asked for is carbon; bisection along a random direction.
Hole place_hole(Random& random, double share, int width, int height, double pixel_size) {
    const double half_diagonal = 0.5 * std::hypot(width, height);
    Hole hole;
    hole.radius = std::max(0.5 * hole_diameter / pixel_size, 1.2 * half_diagonal);
    const double angle = uniform_angle(random);
    double near = 0.0;
    double far = hole.radius + half_diagonal;
    for (int step = 0; step < 40; ++step) {
        const double distance = 0.5 * (near + far);
        hole.x = 0.5 * (width - 1) - distance * std::cos(angle);
        hole.y = 0.5 * (height - 1) - distance * std::sin(angle);
        (share_outside(hole, width, height) < share ? near : far) = distance;
    }
    return hole;
}

void add_gold(Objects& objects, Random& random, int width, int height, double pixel_size) {
    const double diameter = gold_diameter / pixel_size;
    const double x = random.uniform(0.0, width - 1.0);
    const double y = random.uniform(0.0, height - 1.0);
    objects.items.push_back({x, y, diameter, ObjectKind::gold});
    objects.balls.push_back({x, y, 0.5 * diameter, gold_density});
}

// A lump of ice: balls that overlap inside a circle.
void add_contamination(Objects& objects, Random& random, int width, int height, double pixel_size) {
    const double largest = std::min(contamination_largest / pixel_size, 0.3 * std::min(width, height));
    const double smallest = std::min(contamination_smallest / pixel_size, 0.5 * largest);
    const double diameter = smallest * std::pow(largest / smallest, random.uniform());
    const double x = random.uniform(0.0, width - 1.0);
    const double y = random.uniform(0.0, height - 1.0);
    objects.items.push_back({x, y, diameter, ObjectKind::contamination});
    for (int i = 0; i < 7; ++i) {
        const double radius = 0.5 * diameter * (i == 0 ? 0.6 : random.uniform(0.2, 0.45));
        const double away = i == 0 ? 0.0 : (0.5 * diameter - radius) * std::sqrt(random.uniform());
        const double angle = uniform_angle(random);
        objects.balls.push_back(
            {x + away * std::cos(angle), y + away * std::sin(angle), radius, contamination_density});
    }
}

// Particles that stick to each other, closer than any that is picked.
void add_aggregate(Objects& objects, Random& random, int width, int height, const std::vector<double>& diameters) {
    const std::size_t wanted = 6 + random.below(10);
    std::vector<Placement> members;
    for (int draw = 0; draw < 1000 && members.size() < wanted; ++draw) {
        Placement p;
        p.structure = static_cast<int>(random.below(diameters.size()));
        const double diameter = diameters[static_cast<std::size_t>(p.structure)];
        if (members.empty()) {
            p.x = random.uniform(0.0, width - 1.0);
            p.y = random.uniform(0.0, height - 1.0);
        } else {
            const Placement& other = members[random.below(members.size())];
            const double mean = 0.5 * (diameter + diameters[static_cast<std::size_t>(other.structure)]);
            const double apart = mean * random.uniform(0.4, 0.7);
            const double angle = uniform_angle(random);
            p.x = other.x + apart * std::cos(angle);
            p.y = other.y + apart * std::sin(angle);
        }
        const double rim = 0.5 * diameter;
        if (p.x >= rim && p.y >= rim && p.x <= width - 1 - rim && p.y <= height - 1 - rim) {
            members.push_back(p);
        }
    }
    if (members.empty()) {
        return;
    }
    Object clump;
    clump.kind = ObjectKind::aggregate;
    for (const Placement& p : members) {
        clump.x += p.x / static_cast<double>(members.size());
        clump.y += p.y / static_cast<double>(members.size());
    }
    for (const Placement& p : members) {
        clump.diameter = std::max(clump.diameter, 2.0 * std::hypot(p.x - clump.x, p.y - clump.y) +
                                                      diameters[static_cast<std::size_t>(p.structure)]);
    }
    objects.items.push_back(clump);
    objects.members.insert(objects.members.end(), members.begin(), members.end());
}

void draw_ball(Image& frame, const Ball& ball, double pixel_size) {
    const auto wrapped = [](int i, int size) { return ((i % size) + size) % size; }; // the frame is periodic
    const int top = static_cast<int>(std::ceil(ball.y - ball.radius));
    const int left = static_cast<int>(std::ceil(ball.x - ball.radius));
    for (int y = top; y <= ball.y + ball.radius; ++y) {
        for (int x = left; x <= ball.x + ball.radius; ++x) {
            const double r2 = (x - ball.x) * (x - ball.x) + (y - ball.y) * (y - ball.y);
            const double half_chord = std::sqrt(std::max(0.0, ball.radius * ball.radius - r2));
            frame.at(wrapped(x, frame.width), wrapped(y, frame.height)) +=
                static_cast<float>(2.0 * half_chord * pixel_size * ball.density);
        }
    }
}

} // namespace

double Hole::carbon(double at_x, double at_y, double soft) const {
    if (radius <= 0.0) {
        return 0.0;
    }
    const double t = std::clamp((std::hypot(at_x - x, at_y - y) - radius) / soft + 0.5, 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

bool Objects::is_free(double x, double y, double radius) const {
    if (hole.radius > 0.0 && std::hypot(x - hole.x, y - hole.y) + radius > hole.radius) {
        return false;
    }
    return std::none_of(items.begin(), items.end(), [&](const Object& item) {
        return std::hypot(x - item.x, y - item.y) < radius + 0.5 * item.diameter;
    });
}

Objects place_objects(Random& random, const ObjectCounts& counts, int width, int height, double pixel_size,
                      const std::vector<double>& diameters) {
    Objects objects;
    if (counts.carbon > 0.0) {
        objects.hole = place_hole(random, counts.carbon, width, height, pixel_size);
    }
    for (int i = 0; i < counts.gold; ++i) {
        add_gold(objects, random, width, height, pixel_size);
    }
    for (int i = 0; i < counts.contamination; ++i) {
        add_contamination(objects, random, width, height, pixel_size);
    }
    for (int i = 0; i < counts.aggregates; ++i) {
        add_aggregate(objects, random, width, height, diameters);
    }
    return objects;
}

Image carbon_mask(int frame_width, int frame_height, const Hole& hole, int width, int height, double pixel_size) {
    const double soft = std::max(1.0, carbon_edge / pixel_size);
    Image mask(frame_width, frame_height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            mask.at(x, y) = static_cast<float>(hole.carbon(x, y, soft));
        }
        for (int x = width; x < frame_width; ++x) {
            const float t = static_cast<float>(x - width + 1) / static_cast<float>(frame_width - width + 1);
            mask.at(x, y) = (1.0F - t) * mask.at(width - 1, y) + t * mask.at(0, y);
        }
    }
    for (int y = height; y < frame_height; ++y) {
        const float t = static_cast<float>(y - height + 1) / static_cast<float>(frame_height - height + 1);
        for (int x = 0; x < frame_width; ++x) {
            mask.at(x, y) = (1.0F - t) * mask.at(x, height - 1) + t * mask.at(x, 0);
        }
    }
    return mask;
}

void draw_balls(Image& frame, const std::vector<Ball>& balls, double pixel_size) {
    for (const Ball& ball : balls) {
        draw_ball(frame, ball, pixel_size);
    }
}

Picks object_table(const Objects& objects, double pixel_size) {
    Picks table;
    for (const Object& item : objects.items) {
        table.add(item.x, item.y, std::numeric_limits<double>::quiet_NaN());
    }
    std::vector<double>& kind = table.ensure_column("kind", 0.0);
    for (std::size_t i = 0; i < objects.items.size(); ++i) {
        kind[i] = static_cast<double>(objects.items[i].kind);
    }
    std::vector<double>& diameter = table.ensure_column("diameter", 0.0);
    for (std::size_t i = 0; i < objects.items.size(); ++i) {
        diameter[i] = objects.items[i].diameter * pixel_size;
    }
    return table;
}

} // namespace picker
