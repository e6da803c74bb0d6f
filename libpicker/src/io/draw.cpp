// Pictures of picks (draw.hpp).
#include "io/draw.hpp"

#include "core/error.hpp"
#include "io/image_formats.hpp"
#include "io/picture.hpp"

namespace picker {
namespace {

constexpr Colour green = {40.0, 230.0, 70.0};
constexpr Colour orange = {255.0, 150.0, 20.0};

} // namespace

void draw_picks(const std::filesystem::path& path, const Micrograph& micrograph, const Picks& picks,
                const Picks* reference, const DrawOptions& options) {
    const Image& image = micrograph.image;
    if (image.empty() || options.long_side < 1) {
        fail(Status::invalid_argument, "cannot draw ", path.string(),
             ": the image is empty or the picture has no size");
    }
    Picture picture = coloured(picture_of(image, options.long_side, options.diameter));
    if (reference != nullptr) {
        ring_picks(picture, image, *reference, options.diameter, 1.2, orange);
    }
    ring_picks(picture, image, picks, options.diameter, 2.0, green);
    write_png(path, picture.width, picture.height, 3, picture.samples);
}

} // namespace picker
