// Structures read, particles and objects placed and projected, the truth written down (scene.hpp).
#include "simulation/scene.hpp"

#include "core/error.hpp"
#include "simulation/noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace picker {
namespace {

Density load(const std::string& file, double pixel_size) {
    if (is_atom_file(file)) {
        const std::vector<Atom> atoms = read_atoms(file);
        return make_density(atoms_volume(atoms, atom_voxel_size(atoms, pixel_size), file), file);
    }
    return make_density(read_mrc_volume(file), file);
}

void check_size(const SimulationOptions& options, const std::string& name, double diameter) {
    const double pixels = diameter / options.pixel_size;
    if (pixels < 8.0) {
        fail(Status::invalid_argument, name, " is ", diameter, " angstrom long, which is ", pixels, " pixels of ",
             options.pixel_size, " angstrom; at least 8 are needed, so lower the pixel size");
    }
    if (pixels > std::min(options.width, options.height) - 1) {
        fail(Status::invalid_argument, name, " is ", diameter, " angstrom long, which is ", pixels, " pixels of ",
             options.pixel_size, " angstrom and does not fit into a micrograph of ", options.width, " x ",
             options.height, "; raise the pixel size or the size of the micrograph");
    }
}

Preference preference_of(const SimulationOptions& options) {
    return {options.preferred_fraction, options.preferred_rot, options.preferred_tilt, options.preferred_concentration};
}

// Uniform without a preferred view, and then exactly the numbers that random_orientation draws.
Orientation draw_orientation(Random& random, const SimulationOptions& options) {
    return options.preferred_fraction > 0.0 ? preferred_orientation(random, preference_of(options))
                                            : random_orientation(random);
}

constexpr double largest_views = 4.0 * 1024 * 1024 * 1024; // bytes, all views together

void make_views(Structures& structures, const SimulationOptions& options, WorkerPool& pool,
                const std::function<void()>& poll) {
    double bytes = 0.0;
    for (const Density& density : structures.densities) {
        bytes += static_cast<double>(view_bytes(density)) * options.views;
    }
    if (bytes > largest_views) {
        fail(Status::invalid_argument, "simulation option views is ", options.views, ", which takes ",
             std::lround(bytes / (1024 * 1024)), " MiB for these structures; lower it to keep below ",
             std::lround(largest_views / (1024 * 1024)), " MiB");
    }
    const auto count = static_cast<std::size_t>(options.views);
    structures.views.assign(structures.densities.size(), std::vector<View>(count));
    pool.run(
        count * structures.densities.size(),
        [&](std::size_t job) {
            const std::size_t structure = job / count;
            Random random = stream_of(options.seed, structure, Purpose::views, job % count);
            const Orientation o = draw_orientation(random, options);
            structures.views[structure][job % count] = make_view(structures.densities[structure], o.rot, o.tilt);
        },
        poll);
}

SceneParticle turned(Random& random, const Placement& place, const SimulationOptions& options,
                     const Structures& structures) {
    SceneParticle particle;
    particle.place = place;
    if (structures.views.empty()) {
        particle.orientation = draw_orientation(random, options);
    } else {
        const std::vector<View>& views = structures.views[static_cast<std::size_t>(place.structure)];
        particle.view = &views[random.below(views.size())];
        particle.orientation = particle.view->orientation;
        particle.orientation.psi = random.uniform(-180.0, 180.0);
    }
    return particle;
}

// The small image round a particle that its projection covers, and where it begins in the frame.
struct Stamp {
    int left = 0, top = 0;
    Image image;
};

Stamp project(const SceneParticle& particle, const Image& frame, const Structures& structures, double pixel_size) {
    const Density& density = structures.densities[static_cast<std::size_t>(particle.place.structure)];
    const double x = particle.place.x;
    const double y = particle.place.y;
    const double reach = density.radius / pixel_size + 1.5;
    Stamp stamp;
    stamp.left = std::max(0, static_cast<int>(std::floor(x - reach)));
    stamp.top = std::max(0, static_cast<int>(std::floor(y - reach)));
    const int right = std::min(frame.width - 1, static_cast<int>(std::ceil(x + reach)));
    const int bottom = std::min(frame.height - 1, static_cast<int>(std::ceil(y + reach)));
    stamp.image = Image(right - stamp.left + 1, bottom - stamp.top + 1);
    if (particle.view != nullptr) {
        add_view(stamp.image, pixel_size, *particle.view, particle.orientation.psi, x - stamp.left, y - stamp.top);
    } else {
        add_projection(stamp.image, pixel_size, density, particle.orientation, x - stamp.left, y - stamp.top);
    }
    return stamp;
}

} // namespace

Structures load_structures(const SimulationOptions& options, WorkerPool& pool, const std::function<void()>& poll) {
    Structures structures;
    if (options.structures.empty()) {
        const double diameter = options.diameter > 0.0 ? options.diameter : 180.0;
        structures.densities.push_back(make_density(phantom_volume(diameter), "the built-in phantom"));
    }
    for (const std::string& file : options.structures) {
        poll();
        structures.densities.push_back(load(file, options.pixel_size));
    }
    for (std::size_t i = 0; i < structures.densities.size(); ++i) {
        const double diameter = structures.densities[i].diameter;
        check_size(options, options.structures.empty() ? "the built-in phantom" : options.structures[i], diameter);
        structures.diameters.push_back(diameter / options.pixel_size);
        structures.diameter = std::max(structures.diameter, diameter);
    }
    if (options.views > 0) {
        make_views(structures, options, pool, poll);
    }
    return structures;
}

Scene draw_scene(const SimulationOptions& options, const Structures& structures, std::uint64_t index) {
    Scene scene;
    // Objects and contrasts have streams of their own: with or without them, the same seed means the same draws.
    Random of_objects = stream_of(options.seed, index, Purpose::objects, 0);
    scene.gradient_angle = of_objects.uniform(0.0, 2.0 * std::numbers::pi);
    const ObjectCounts counts = {options.carbon, options.gold, options.contamination, options.aggregates};
    if (counts.any()) {
        scene.objects =
            place_objects(of_objects, counts, options.width, options.height, options.pixel_size, structures.diameters);
    }
    for (const Placement& place : scene.objects.members) {
        scene.members.push_back(turned(of_objects, place, options, structures));
    }

    Random random(options.seed, index);
    const double mean = options.defocus + options.defocus_spread * random.uniform(-1.0, 1.0);
    scene.defocus = {mean + 0.5 * options.astigmatism, mean - 0.5 * options.astigmatism, options.astigmatism_angle};
    PlacementRules rules;
    rules.min_distance = options.min_distance;
    rules.touching = options.touching;
    if (counts.any()) {
        rules.is_free = [&](double x, double y, double radius) { return scene.objects.is_free(x, y, radius); };
    }
    Random of_contrast = stream_of(options.seed, index, Purpose::contrast, 0);
    // A log-normal of mean 1 whose relative deviation is the one asked for.
    const double variance = std::log(1.0 + options.contrast_spread * options.contrast_spread);
    for (const Placement& place :
         place_particles(random, options.width, options.height, options.particles, structures.diameters, rules)) {
        scene.particles.push_back(turned(random, place, options, structures));
        scene.particles.back().contrast = std::exp(std::sqrt(variance) * of_contrast.normal() - 0.5 * variance);
    }
    return scene;
}

void draw_particles(Image& frame, const std::vector<SceneParticle>& particles, const Structures& structures,
                    double pixel_size, WorkerPool& pool, const std::function<void()>& poll) {
    constexpr std::size_t at_once = 128; // bounds the memory of the stamps
    for (std::size_t first = 0; first < particles.size(); first += at_once) {
        std::vector<Stamp> stamps(std::min(at_once, particles.size() - first));
        pool.run(
            stamps.size(),
            [&](std::size_t i) { stamps[i] = project(particles[first + i], frame, structures, pixel_size); }, poll);
        for (std::size_t i = 0; i < stamps.size(); ++i) { // overlapping particles add up in their order
            const Stamp& stamp = stamps[i];
            const float contrast = static_cast<float>(particles[first + i].contrast);
            for (int y = 0; y < stamp.image.height; ++y) {
                float* target = &frame.at(stamp.left, stamp.top + y);
                const auto row = stamp.image.row(y);
                for (std::size_t x = 0; x < row.size(); ++x) {
                    target[x] += contrast * row[x];
                }
            }
        }
    }
}

double variance_inside(const Image& image, const std::vector<SceneParticle>& particles,
                       const std::vector<double>& diameters, WorkerPool& pool, const std::function<void()>& poll) {
    struct Sums {
        double count = 0.0, sum = 0.0, squares = 0.0;
    };
    constexpr int band = 64; // rows of a job
    std::vector<Sums> sums(static_cast<std::size_t>((image.height + band - 1) / band));
    pool.run(
        sums.size(),
        [&](std::size_t job) {
            const int first = static_cast<int>(job) * band;
            const int last = std::min(image.height, first + band) - 1;
            std::vector<char> counted(static_cast<std::size_t>(image.width) * band, 0);
            for (const SceneParticle& particle : particles) {
                const Placement& p = particle.place;
                const double radius = 0.5 * diameters[static_cast<std::size_t>(p.structure)];
                const int last_y = std::min(last, static_cast<int>(p.y + radius));
                const int last_x = std::min(image.width - 1, static_cast<int>(p.x + radius));
                for (int y = std::max(first, static_cast<int>(std::ceil(p.y - radius))); y <= last_y; ++y) {
                    for (int x = std::max(0, static_cast<int>(std::ceil(p.x - radius))); x <= last_x; ++x) {
                        char& mark = counted[image.index(x, y - first)];
                        const double r2 = (x - p.x) * (x - p.x) + (y - p.y) * (y - p.y);
                        if (mark == 0 && r2 <= radius * radius) {
                            mark = 1;
                            const double v = image.at(x, y);
                            sums[job].count += 1.0;
                            sums[job].sum += v;
                            sums[job].squares += v * v;
                        }
                    }
                }
            }
        },
        poll);
    Sums all;
    for (const Sums& part : sums) {
        all.count += part.count;
        all.sum += part.sum;
        all.squares += part.squares;
    }
    return all.count > 0.0 ? all.squares / all.count - (all.sum / all.count) * (all.sum / all.count) : 0.0;
}

Picks truth_table(const Scene& scene, const SimulationOptions& options, const Structures& structures) {
    Picks truth;
    std::vector<Placement> places;
    for (const SceneParticle& p : scene.particles) {
        truth.add(p.place.x, p.place.y, std::numeric_limits<double>::quiet_NaN());
        places.push_back(p.place);
    }
    const auto fill = [&](const char* name, const auto& value) {
        std::vector<double>& column = truth.ensure_column(name, 0.0);
        for (std::size_t i = 0; i < column.size(); ++i) {
            column[i] = value(i);
        }
    };
    const auto orientation = [&](std::size_t i) -> const Orientation& { return scene.particles[i].orientation; };
    fill("rot", [&](std::size_t i) { return orientation(i).rot; });
    fill("tilt", [&](std::size_t i) { return orientation(i).tilt; });
    fill("psi", [&](std::size_t i) { return orientation(i).psi; });
    fill("structure", [&](std::size_t i) { return static_cast<double>(places[i].structure); });
    fill("contrast", [&](std::size_t i) { return scene.particles[i].contrast; });
    const double alone = std::hypot(options.width, options.height) / structures.diameters.front();
    const std::vector<double> nearest = neighbour_distances(places, structures.diameters, alone);
    fill("neighbour", [&](std::size_t i) { return nearest[i]; });
    fill("defocus", [&](std::size_t) { return scene.defocus.mean(); });
    if (options.preferred_fraction > 0.0) {
        const Orientation axis = {options.preferred_rot, options.preferred_tilt, 0.0};
        fill("view_angle", [&](std::size_t i) { return view_angle(orientation(i), axis); });
    }
    return truth;
}

} // namespace picker
