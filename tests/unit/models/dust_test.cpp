// Dust in constructed images and in real micrographs, dirty and clean.
#include "core/random.hpp"
#include "io/micrograph_file.hpp"
#include "models/model.hpp"
#include "signal/dust.hpp"
#include "signal/recipe.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace picker;

namespace {

Image noise(int width, int height, std::uint64_t seed) {
    Random random(seed);
    Image image(width, height);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(3.0 + 2.0 * random.normal());
    }
    return image;
}

void add_disc(Image& image, double cx, double cy, double radius, float height) {
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            image.at(x, y) += std::hypot(x - cx, y - cy) <= radius ? height : 0.0F;
        }
    }
}

double share(const std::vector<std::uint8_t>& dust) {
    return static_cast<double>(std::count(dust.begin(), dust.end(), std::uint8_t{1})) /
           static_cast<double>(dust.size());
}

} // namespace

DOCTEST_TEST_CASE("dust is what stands out and is large, on either side; particles of the same contrast are not") {
    for (const float height : {12.0F, -12.0F}) {
        DOCTEST_CAPTURE(height);
        Image image = noise(180, 130, 1);
        add_disc(image, 130.0, 40.0, 14.0, height); // 616 pixels
        add_disc(image, 40.0, 90.0, 5.0, height);   // 79 pixels: a particle
        const std::vector<std::uint8_t> dust = find_dust(image, 5.0, 225.0);
        DOCTEST_CHECK(dust[image.index(130, 40)] == 1);
        DOCTEST_CHECK(dust[image.index(130, 53)] == 1); // up to its edge
        DOCTEST_CHECK(dust[image.index(40, 90)] == 0);
        DOCTEST_CHECK(dust[image.index(40, 130 - 90)] == 0); // the mirrored place
        const double disc = 616.0 / (180.0 * 130.0);
        DOCTEST_CHECK(share(dust) > disc);
        DOCTEST_CHECK(share(dust) < 3.5 * disc);                    // the low-passes' far side and the rim go with it
        DOCTEST_CHECK(share(find_dust(image, 5.0, 2000.0)) == 0.0); // no larger than a particle may be
        standardise_without(image, dust);
        double sum = 0.0, squares = 0.0, count = 0.0;
        for (std::size_t i = 0; i < image.size(); ++i) {
            if (dust[i] != 0) {
                DOCTEST_REQUIRE(image.pixels[i] == 0.0F);
                continue;
            }
            sum += image.pixels[i];
            squares += static_cast<double>(image.pixels[i]) * image.pixels[i];
            count += 1.0;
        }
        DOCTEST_CHECK(std::abs(sum / count) < 1e-5);
        DOCTEST_CHECK(squares / count == doctest::Approx(1.0));
    }
}

DOCTEST_TEST_CASE("nothing stands out of noise or of an even image, and an image of dust alone is standardised whole") {
    DOCTEST_CHECK(share(find_dust(noise(200, 150, 2), 5.0, 225.0)) == 0.0);
    DOCTEST_CHECK(share(find_dust(Image(64, 48, 7.0F), 5.0, 225.0)) == 0.0);
    Image image = noise(60, 40, 3);
    Image whole = image;
    standardise_without(image, std::vector<std::uint8_t>(image.size(), 1));
    standardise_without(whole, std::vector<std::uint8_t>(image.size(), 0));
    DOCTEST_CHECK(image.pixels == whole.pixels);
}

// As parsed prepares them, up to its mask.
DOCTEST_TEST_CASE(
    "dust of real micrographs: on carbon and contamination, and hardly any where there are only particles") {
    const std::filesystem::path folder =
        std::filesystem::path(PICKER_SOURCE_DIR) / ".." / "shared" / "data" / "micrographs";
    if (!std::filesystem::is_directory(folder)) {
        DOCTEST_MESSAGE("skipped: the folder of real data is not here");
        return;
    }
    const auto share_of = [&](const std::string& name, double pixel_size, double diameter) {
        Micrograph micrograph = read_micrograph(folder / name);
        micrograph.pixel_size = pixel_size;
        Recipe recipe = architecture("parsed").spec().recipe;
        const auto step = std::find_if(recipe.steps.begin(), recipe.steps.end(),
                                       [](const RecipeStep& one) { return one.name == "standardise-without-dust"; });
        DOCTEST_REQUIRE(step != recipe.steps.end());
        const double deviations = step->value, area = step->second;
        recipe.steps.erase(step, recipe.steps.end());
        const Image image = prepare(std::move(micrograph), recipe, diameter / pixel_size).image;
        return share(find_dust(image, deviations, area));
    };
    for (const char* name : {"061", "062", "063", "065"}) {
        DOCTEST_CAPTURE(name);
        DOCTEST_CHECK(share_of(std::string("empiar-10028/") + name + ".mrc", 5.36, 300.0) == 0.0);
    }
    DOCTEST_CHECK(share_of("empiar-10028/064.mrc", 5.36, 300.0) < 0.02); // two lumps
    std::size_t micrographs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "empiar-10017")) {
        if (entry.path().extension() == ".mrc") {
            DOCTEST_CAPTURE(entry.path().filename().string());
            DOCTEST_CHECK(share_of("empiar-10017/" + entry.path().filename().string(), 7.08, 191.0) == 0.0);
            ++micrographs;
        }
    }
    DOCTEST_CHECK(micrographs == 9);
    DOCTEST_CHECK(share_of("negatives/no_ice_3.mrc", 8.0, 200.0) > 0.1);
    DOCTEST_CHECK(share_of("contaminant/Ucsf_stack_1142_DW.mrc", 5.0, 200.0) > 0.03);
}
