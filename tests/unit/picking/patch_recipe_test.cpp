// DeepPicker's literal recipe against Pillow 's own bytes (Image.fromarray(...).resize(..., Image.BILINEAR), Pillow
// 11).
#include "picking/patch_recipe.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <cstdint>

using namespace picker;

namespace {

Image numbers(int size) {
    Image image(size + 3, size + 2, -5.0F); // the window lies at (2, 1)
    std::uint64_t state = 1;
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            state = (state * 1103515245 + 12345) % 2147483648U;
            image.at(x + 2, y + 1) = static_cast<float>((state >> 16) % 100);
        }
    }
    return image;
}

// The recipe standardises; the expected bytes are standardised here.
void compare(int window, int output, const std::vector<int>& bytes) {
    std::vector<float> made(static_cast<std::size_t>(output) * static_cast<std::size_t>(output));
    PatchRecipe(window, output).make(numbers(window), 2, 1, made.data());
    double mean = 0.0;
    for (const int byte : bytes) {
        mean += byte / static_cast<double>(bytes.size());
    }
    double variance = 0.0;
    for (const int byte : bytes) {
        variance += (byte - mean) * (byte - mean) / static_cast<double>(bytes.size());
    }
    const double deviation = std::sqrt(variance);
    for (std::size_t i = 0; i < made.size(); ++i) {
        // One grey level of slack: Pillow's weights have a fixed point.
        DOCTEST_CHECK(std::abs(made[i] * deviation + mean - bytes[i]) < 1.2);
    }
}

} // namespace

DOCTEST_TEST_CASE("shrinking and growing a window") {
    compare(11, 6, {153, 99, 113, 119, 104, 172, 132, 142, 123, 176, 118, 153, 84, 106, 128, 150, 132, 132,
                    110, 85, 95,  140, 126, 116, 114, 113, 79,  149, 144, 130, 96, 133, 123, 108, 100, 126});
    compare(5, 8, {84,  110, 136, 51,  11,  15,  76,  123, 70,  75,  77,  37,  15,  12,  100, 169,
                   55,  36,  13,  31,  31,  16,  129, 217, 96,  106, 120, 148, 144, 109, 104, 102,
                   111, 147, 193, 212, 193, 135, 103, 83,  100, 158, 232, 224, 178, 94,  128, 160,
                   138, 173, 220, 233, 176, 50,  112, 170, 168, 184, 207, 239, 176, 19,  98,  171});
}

DOCTEST_TEST_CASE("an even window becomes zeros, not a division by zero") {
    std::vector<float> made(16, 1.0F);
    PatchRecipe(8, 4).make(Image(8, 8, 3.0F), 0, 0, made.data());
    DOCTEST_CHECK(made == std::vector<float>(16, 0.0F));
}
