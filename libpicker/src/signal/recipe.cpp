// Recipes: the table of steps, the checks, and the preparation of a micrograph.
#include "signal/recipe.hpp"

#include "core/error.hpp"
#include "signal/dust.hpp"
#include "signal/filter.hpp"
#include "signal/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string_view>
#include <utility>

namespace picker {
namespace {

// What the steps need to know about the image in hand.
struct Working {
    Image image;
    double diameter = 0.0;           // of the particle, in pixels of `image`
    double sigma_factor = 1.0;       // pixels of `image` per working pixel
    std::optional<Statistics> known; // of `image`, while it is the micrograph as given
};

bool finite(const RecipeStep& step) {
    return std::isfinite(step.value) && std::isfinite(step.second);
}

bool is_band(const RecipeStep& step) {
    return step.value >= 0.0 && step.second >= 0.0 && step.value + step.second > 0.0 &&
           (step.value == 0.0 || step.second < step.value);
}

// Locality: a local step gives a pixel the same value in any crop that holds its surroundings, so that tiles and whole
// micrographs agree; a global step uses numbers of the whole image. "resample" is in Working's hands and has no `run`;
// it is local up to the periodic border and the slow decay of a sharp frequency cut, and its grid depends on the size.
struct StepKind {
    const char* name;
    bool (*valid)(const RecipeStep&);
    const char* rule; // what a valid step looks like, for messages
    void (*run)(Working&, const RecipeStep&);
};

const std::array<StepKind, 9>& kinds() {
    static const std::array<StepKind, 9> all{{
        // Global: the bounds come from the whole image.
        {"clip", [](const RecipeStep& step) { return step.value > 0.0; }, "value: deviations, above 0",
         [](Working& working, const RecipeStep& step) {
             clip_outliers(working.image, step.value, working.known ? *working.known : statistics(working.image));
         }},
        {"resample", [](const RecipeStep&) { return true; }, "no values", nullptr},
        // Local (about 4 sigma), apart from the periodic border.
        {"gaussian", [](const RecipeStep& step) { return step.value >= 0.0; },
         "value: sigma in working pixels, 0 or more",
         [](Working& working, const RecipeStep& step) {
             gaussian_lowpass(working.image, step.value * working.sigma_factor);
         }},
        // Local over a few of the longest periods, apart from the periodic border; without a longest period the mean
        // stays, otherwise it becomes 0.
        {"band-pass", is_band, "value, second: longest and shortest period in diameters, 0 for an open end",
         [](Working& working, const RecipeStep& step) {
             band_pass(working.image, step.value * working.diameter, step.second * working.diameter);
         }},
        // The same, whatever the diameter.
        {"band-pass-pixels", is_band, "value, second: longest and shortest period in working pixels, 0 for an open end",
         [](Working& working, const RecipeStep& step) {
             band_pass(working.image, step.value * working.sigma_factor, step.second * working.sigma_factor);
         }},
        // Global.
        {"standardise-global", [](const RecipeStep&) { return true; }, "no values",
         [](Working& working, const RecipeStep&) { standardise_global(working.image); }},
        // Global.
        {"standardise-without-dust", [](const RecipeStep& step) { return step.value > 0.0 && step.second >= 0.0; },
         "value, second: deviations above 0, and least area in pixels",
         [](Working& working, const RecipeStep& step) {
             // What is no larger than a particle may be one.
             const double particle = 0.25 * std::numbers::pi * working.diameter * working.diameter;
             standardise_without(working.image, find_dust(working.image, step.value, std::max(step.second, particle)));
         }},
        // Local (half a box), apart from the floor, which is a fraction of the median over the whole image and acts
        // in flat regions only.
        {"standardise-local", [](const RecipeStep& step) { return step.value > 0.0; },
         "value: edge of the box in diameters, above 0",
         [](Working& working, const RecipeStep& step) {
             // No box is larger than twice the image, whatever the recipe says.
             const double largest = 2.0 * std::max(working.image.width, working.image.height) + 1.0;
             const double size = std::clamp(std::round(step.value * working.diameter), 3.0, largest);
             standardise_local(working.image, static_cast<int>(size));
         }},
        // Local.
        {"invert", [](const RecipeStep&) { return true; }, "no values",
         [](Working& working, const RecipeStep&) { invert(working.image); }},
    }};
    return all;
}

const StepKind& kind_of(const RecipeStep& step) {
    std::string known;
    for (const StepKind& kind : kinds()) {
        if (step.name == kind.name) {
            return kind;
        }
        known += (known.empty() ? "" : ", ") + std::string(kind.name);
    }
    fail(Status::invalid_argument, "the preprocessing recipe has an unknown step \"", step.name,
         "\"; the known steps are ", known);
}

bool resamples(const Recipe& recipe) {
    return std::any_of(recipe.steps.begin(), recipe.steps.end(),
                       [](const RecipeStep& step) { return step.name == "resample"; });
}

Statistics check_pixels(const Micrograph& micrograph) {
    const Image& image = micrograph.image;
    if (image.width < 1 || image.height < 1 ||
        image.size() != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height)) {
        fail(Status::invalid_argument, "micrograph ", micrograph.name, ": ", image.width, " x ", image.height,
             " pixels do not fit ", image.size(), " values; give width * height values");
    }
    const Statistics known = statistics(image);
    if (known.nonfinite > 0) {
        fail(Status::bad_file, "micrograph ", micrograph.name, ": ", known.nonfinite, " of ", image.size(),
             " pixels are NaN or infinite; repeat its motion correction, replace these pixels, or leave it out");
    }
    if (!(known.minimum < known.maximum)) {
        fail(Status::bad_file, "micrograph ", micrograph.name, ": all ", image.size(), " pixels have the value ",
             known.minimum, ", so there is nothing to see; write it again or leave it out");
    }
    return known;
}

// Working pixels per pixel of the micrograph.
double working_scale(const std::string& name, double pixel_size, const Recipe& recipe, double diameter) {
    if (!resamples(recipe)) {
        return 1.0;
    }
    if (recipe.pixel_size == 0.0) {
        return recipe.diameter_pixels / diameter;
    }
    if (!(pixel_size > 0.0)) {
        fail(Status::invalid_argument, "micrograph ", name, ": its pixel size is not known, and the model works at ",
             recipe.pixel_size, " angstrom per pixel; give the pixel size");
    }
    return pixel_size / recipe.pixel_size;
}

ResampledSize working_size(const std::string& name, int image_width, int image_height, double scale, double diameter) {
    constexpr double most_pixels = 1 << 28; // 1 GiB of float
    constexpr int least_edge = 8;
    const auto refuse = [&](double width, double height, const auto&... why) {
        fail(Status::invalid_argument, "micrograph ", name, " (", image_width, " x ", image_height,
             " pixels) with a particle diameter of ", diameter, " pixels would be worked on at ", std::round(width),
             " x ", std::round(height), " pixels, ", why..., "; check the diameter and the pixel size");
    };
    const double width = image_width * scale, height = image_height * scale;
    if (!(width * height <= most_pixels) || !(std::max(width, height) <= most_pixels)) {
        refuse(width, height, "more than ", static_cast<long long>(most_pixels), " in all");
    }
    if (width < least_edge - 1 || height < least_edge - 1) {
        refuse(width, height, "less than ", least_edge, " along an edge");
    }
    const ResampledSize size = resampled_size(image_width, image_height, scale);
    if (size.width < least_edge || size.height < least_edge) {
        refuse(size.width, size.height, "less than ", least_edge, " along an edge");
    }
    return size;
}

// `given` is what the micrograph's pixels are read from until the first step that changes them; `owned` is the same
// image where it may be taken over, else null.
Prepared run(const Micrograph& micrograph, Image* owned, const Recipe& recipe, double diameter) {
    check_recipe(recipe);
    if (!(diameter > 0.0) || !std::isfinite(diameter)) {
        fail(Status::invalid_argument, "micrograph ", micrograph.name, ": a particle diameter of ", diameter,
             " pixels; give the longest axis of the particle, above 0");
    }
    const Image& given = micrograph.image;
    const int width = given.width, height = given.height;
    Working working;
    working.known = check_pixels(micrograph);
    const double scale = working_scale(micrograph.name, micrograph.pixel_size, recipe, diameter);
    const ResampledSize size = working_size(micrograph.name, width, height, scale, diameter);

    Prepared prepared;
    bool started = false; // until then `working.image` is empty and `given` is current
    const auto start = [&] {
        if (!std::exchange(started, true)) {
            if (owned != nullptr) {
                working.image = std::move(*owned);
            } else {
                working.image = given;
            }
        }
    };
    working.diameter = diameter;
    // A sigma is in working pixels even where its step stands before the resampling.
    working.sigma_factor = 1.0 / scale;
    for (const RecipeStep& step : recipe.steps) {
        const StepKind& kind = kind_of(step);
        if (kind.run != nullptr) {
            start();
            kind.run(working, step);
            working.known.reset();
            continue;
        }
        if (size.width != width || size.height != height) {
            Image resampled = fourier_resample(started ? working.image : given, size.width, size.height);
            if (std::exchange(started, true) && owned != nullptr) {
                *owned = std::move(working.image); // for the caller to use again
            }
            working.image = std::move(resampled);
            working.known.reset();
            prepared.scale_x = static_cast<double>(size.width) / width;
            prepared.scale_y = static_cast<double>(size.height) / height;
        }
        // The two scales differ by a fast size's rounding; lengths use their mean.
        working.diameter = diameter * std::sqrt(prepared.scale_x * prepared.scale_y);
        working.sigma_factor = 1.0;
    }
    start();
    if (const Statistics known = statistics(working.image); known.nonfinite > 0) {
        fail(Status::bad_file, "micrograph ", micrograph.name, ": ", known.nonfinite, " of ", working.image.size(),
             " working pixels overflowed, because its values are extremely large; divide the pixels by a constant");
    }
    prepared.image = std::move(working.image);
    return prepared;
}

} // namespace

ResampledSize prepared_size(const std::string& name, int width, int height, double pixel_size, const Recipe& recipe,
                            double diameter) {
    return resamples(recipe)
               ? working_size(name, width, height, working_scale(name, pixel_size, recipe, diameter), diameter)
               : ResampledSize{width, height};
}

void check_recipe(const Recipe& recipe) {
    int resamplings = 0;
    for (const RecipeStep& step : recipe.steps) {
        const StepKind& kind = kind_of(step);
        if (!finite(step) || !kind.valid(step)) {
            fail(Status::invalid_argument, "the preprocessing step \"", step.name, "\" has the values ", step.value,
                 " and ", step.second, "; it takes ", kind.rule);
        }
        resamplings += kind.run == nullptr ? 1 : 0;
    }
    if (resamplings > 1) {
        fail(Status::invalid_argument, "the preprocessing recipe has ", resamplings,
             " \"resample\" steps; give at most one");
    }
    if (!(recipe.pixel_size >= 0.0 && std::isfinite(recipe.pixel_size))) {
        fail(Status::invalid_argument, "the preprocessing recipe resamples to ", recipe.pixel_size,
             " angstrom per pixel; give a pixel size above 0, or 0 to follow the diameter");
    }
    if (resamplings > 0 && recipe.pixel_size == 0.0 &&
        !(recipe.diameter_pixels > 0.0 && std::isfinite(recipe.diameter_pixels))) {
        fail(Status::invalid_argument, "the preprocessing recipe resamples to a particle of ", recipe.diameter_pixels,
             " working pixels; give a diameter above 0");
    }
}

Prepared prepare(const Micrograph& micrograph, const Recipe& recipe, double diameter) {
    return run(micrograph, nullptr, recipe, diameter);
}

Prepared prepare(Micrograph&& micrograph, const Recipe& recipe, double diameter) {
    return run(micrograph, &micrograph.image, recipe, diameter);
}

} // namespace picker
