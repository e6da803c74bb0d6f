// Targets: images. What is read must be what the header promised, and must survive being written.
#include "io/image_formats.hpp"
#include "io/micrograph_file.hpp"
#include "picker/picker.h"
#include "picking/score_map.hpp"
#include "targets.hpp"

#include <bit>
#include <cstring>

namespace fuzz {
namespace {

bool same_bits(const picker::Image& a, const picker::Image& b) {
    return a.width == b.width && a.height == b.height &&
           std::memcmp(a.pixels.data(), b.pixels.data(), a.pixels.size() * sizeof(float)) == 0;
}

void image(Bytes bytes, const char* name) {
    const std::filesystem::path path = file(name, bytes);
    picker::ImageHeader header;
    const bool known = takes(path, [&] { header = picker::read_image_header(path); });
    picker::Micrograph micrograph;
    if (!takes(path, [&] { micrograph = picker::read_micrograph(path); })) {
        return;
    }
    const picker::Image& pixels = micrograph.image;
    require(known, "an image is read whose header is refused");
    require(pixels.width == header.width && pixels.height == header.height && pixels.width > 0 && pixels.height > 0,
            "an image has not the size of its header");
    require(pixels.pixels.size() == static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height),
            "an image has not all its pixels");
    require(micrograph.pixel_size >= 0.0, "a pixel size is negative or no number");
    if (pixels.pixels.size() > 10000) {
        return;
    }
    for (const char* copy : {"copy.mrc", "copy.tif"}) {
        picker::write_image(folder() / copy, pixels, 0.0);
        require(same_bits(pixels, picker::read_micrograph(folder() / copy).image), "a copy of an image differs");
    }
    picker::write_image(folder() / "copy.png", pixels, 0.0);
    require(picker::read_image_header(folder() / "copy.png").width == pixels.width, "a picture has another size");
}

} // namespace

void mrc(Bytes bytes) {
    image(bytes, "in.mrc");
    const std::filesystem::path path = folder() / "in.mrc";
    picker::Volume volume;
    if (takes(path, [&] { volume = picker::read_mrc_volume(path); })) {
        require(volume.voxels.size() == static_cast<std::size_t>(volume.nx) * static_cast<std::size_t>(volume.ny) *
                                            static_cast<std::size_t>(volume.nz),
                "a volume has not all its voxels");
    }
}

void tiff(Bytes bytes) {
    image(bytes, "in.tif");
}

void png(Bytes bytes) {
    image(bytes, "in.png");
}

// A score map is also picked from: what it says of places and lengths goes into the search for peaks.
void score_map(Bytes bytes) {
    const std::filesystem::path path = file("in.mrc", bytes);
    picker::ScoreMap map;
    if (!takes(path, [&] { map = picker::read_score_map(path); })) {
        return;
    }
    static picker_model* const model = [] {
        picker_model* made = nullptr;
        require(picker_model_create(&made, "deeppicker", 1) == PICKER_OK, "no model can be made");
        return made;
    }();
    picker_scores* scores = nullptr;
    require(picker_scores_read(&scores, path.c_str()) == PICKER_OK, "a score map cannot be read again");
    picker_pick_options options;
    require(picker_pick_options_init(&options, sizeof options) == PICKER_OK, "options cannot be prepared");
    options.diameter = 100;
    options.has_threshold = 1;
    options.threshold = 0.1;
    for (const int clean : {PICKER_CLEANING_OFF, PICKER_CLEANING_PAPER, PICKER_CLEANING_LUA}) {
        options.clean = clean;
        picker_picks* picks = nullptr;
        const picker_status status = picker_pick_from_scores(&picks, model, scores, &options, nullptr);
        require(status != PICKER_INTERNAL && (status == PICKER_OK) == (picks != nullptr),
                "picking from a score map failed as a fault of the library");
        picker_picks_free(picks);
    }
    picker_scores_free(scores);
}

} // namespace fuzz
