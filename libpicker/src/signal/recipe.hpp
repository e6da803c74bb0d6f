// A preprocessing recipe is data: an ordered list of steps with parameters, stored in the model, so that picking
// always repeats what training did. Lengths are in units of the particle diameter, so a recipe fits any molecule.
#pragma once

#include "core/image.hpp"
#include "signal/resample.hpp"

#include <string>
#include <vector>

namespace picker {

struct RecipeStep {
    // "clip" (value = deviations) | "resample" (to the working pixel size) | "gaussian" (value = sigma in working
    // pixels) | "band-pass" (value, second = longest and shortest period kept, in diameters) | "band-pass-pixels" (the
    // same in working pixels) | "standardise-without-dust" (value = deviations that dust stands out by, second = its
    // least area in pixels, or a particle's where that is larger; dust becomes 0) |
    // "standardise-global" | "standardise-local" (value = box in diameters) | "invert"
    std::string name;
    double value = 0.0;
    double second = 0.0;
};

struct Recipe {
    // Working scale: the particle's diameter in working pixels. The micrograph is resampled so that it comes out.
    double diameter_pixels = 0.0;
    // Above 0: the working pixel size in angstrom, whatever the diameter; diameter_pixels then does not count.
    double pixel_size = 0.0;
    std::vector<RecipeStep> steps;
};

struct Prepared {
    Image image;                         // working pixels
    double scale_x = 1.0, scale_y = 1.0; // working pixels per micrograph pixel: x_working = x_micrograph * scale_x
};

// `diameter` is the particle's longest axis in pixels of the micrograph. Error(invalid_argument) for an unknown step,
// a working image that would be absurdly large or smaller than 8 pixels, or a micrograph of unknown pixel size where
// the recipe names one; Error(bad_file) for a NaN or constant micrograph, naming it.
Prepared prepare(const Micrograph& micrograph, const Recipe& recipe, double diameter);
// May take the pixels over. Where the recipe resamples, their memory is still there for a next image, with other
// values.
Prepared prepare(Micrograph&& micrograph, const Recipe& recipe, double diameter);
void check_recipe(const Recipe& recipe);
// The size of a micrograph's prepared image, from its header alone; fails as prepare() does where that is absurd.
ResampledSize prepared_size(const std::string& name, int width, int height, double pixel_size, const Recipe& recipe,
                            double diameter);

} // namespace picker
