// The one entry point for images: the content decides how a file is read, the extension how it is written.
#include "io/micrograph_file.hpp"

#include "core/error.hpp"
#include "io/image_fault.hpp"
#include "io/image_formats.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace picker {
namespace {

enum class Kind { mrc, tiff, png };

Kind kind_of(const FileReader& file) {
    std::array<char, 8> start{};
    const std::string_view magic(start.data(), file.read_some(start.data(), start.size(), 0));
    if (magic.empty()) {
        fail_image(ImageFault::empty, file.path().string(), " is empty (0 bytes); copy the file again from its source");
    }
    using namespace std::string_view_literals;
    if (magic == "\x89PNG\r\n\x1a\n"sv) {
        return Kind::png;
    }
    // Classic TIFF and BigTIFF in both byte orders. As an MRC width these are beyond all sizes.
    for (const std::string_view start_of_tiff : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
        if (magic.starts_with(start_of_tiff)) {
            return Kind::tiff;
        }
    }
    return Kind::mrc; // has no magic at its start: its header is checked as a whole
}

std::string lower_extension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
    return extension;
}

// The value below which a share of the sorted-enough values lies.
float percentile(std::vector<float>& values, double share) {
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

} // namespace

ImageHeader read_image_header(const std::filesystem::path& path) {
    const FileReader file(path);
    switch (kind_of(file)) {
    case Kind::png:
        return png_image_header(file);
    case Kind::tiff:
        return tiff_image_header(file);
    case Kind::mrc:
        break;
    }
    return mrc_image_header(file);
}

Micrograph read_micrograph(const std::filesystem::path& path, Image spare) {
    const FileReader file(path);
    const Kind kind = kind_of(file);
    Micrograph out = kind == Kind::png    ? read_png(file)
                     : kind == Kind::tiff ? read_tiff(file)
                                          : read_mrc(file, std::move(spare));
    out.name = path.string();
    return out;
}

std::vector<unsigned char> stretch_to_gray(const Image& image) {
    std::vector<float> values;
    values.reserve(image.pixels.size());
    std::ranges::copy_if(image.pixels, std::back_inserter(values), [](float v) { return std::isfinite(v); });
    float low = 0.0F;
    float high = 0.0F;
    if (!values.empty()) {
        low = percentile(values, 0.005);
        high = percentile(values, 0.995);
        if (!(high > low)) { // a mask with few pixels set
            low = std::ranges::min(values);
            high = std::ranges::max(values);
        }
    }
    // In double: the difference of two floats may be beyond float.
    const double scale = high > low ? 255.0 / (static_cast<double>(high) - low) : 0.0;
    std::vector<unsigned char> gray(image.pixels.size());
    for (std::size_t i = 0; i < gray.size(); ++i) {
        const float value = image.pixels[i];
        const double level = std::isfinite(value) ? (static_cast<double>(value) - low) * scale : 0.0;
        gray[i] = static_cast<unsigned char>(std::clamp(level, 0.0, 255.0) + 0.5);
    }
    return gray;
}

void write_image(const std::filesystem::path& path, const Image& image, double pixel_size) {
    if (image.width <= 0 || image.height <= 0 ||
        image.pixels.size() != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height)) {
        fail(Status::invalid_argument, "cannot write ", path.string(), ": the image is empty (", image.width, " x ",
             image.height, ")");
    }
    const std::string extension = lower_extension(path);
    if (extension == ".mrc") {
        write_mrc(path, image, pixel_size);
    } else if (extension == ".png") {
        write_png(path, image.width, image.height, 1, stretch_to_gray(image));
    } else if (extension == ".tif" || extension == ".tiff") {
        write_tiff(path, image);
    } else {
        fail(Status::unsupported, "cannot write ", path.string(), ": the extension '", extension,
             "' is no image format; use .mrc, .tif or .png");
    }
}

} // namespace picker
